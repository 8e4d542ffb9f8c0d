"""A table of call records of any telephone system, described column by column."""

from __future__ import annotations

import glob
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from noshowd.config.refusal import refuse
from noshowd.config.secrets import SecretRef
from noshowd.config.values import Duration, Name, Phone, Section, Text, Zone

_SCHEMES = ("sqlite", "postgresql", "mysql")


def _database(value: str) -> str:
    scheme, sep, rest = value.partition("://")
    if not sep or scheme not in _SCHEMES:
        raise refuse(
            "sqlite:////path/of/cdr.db, postgresql://user@host/database or mysql://user@host/database",
            do="Write the address of the database that holds the table.",
            secret=True,
        )
    if ":" in rest.partition("@")[0] and "@" in rest:
        raise refuse("an address without a password", do="Name the password's place in the key password.", secret=True)
    return value


def _files(value: str, info: ValidationInfo) -> str:
    if glob.has_magic(str(Path(value).parent)):
        raise refuse("wildcards in the last part of the path only", do="Name the folder itself.")
    folder = (info.context or {}).get("folder")
    return str(Path(folder, value)) if folder is not None else value


Database = Annotated[str, Field(max_length=1000), AfterValidator(_database)]
Files = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]*$"), AfterValidator(_files)]
#: Empty says that the table has no such column.
Column = Annotated[str, Field(max_length=128)]
Words = tuple[Annotated[str, Field(max_length=100)], ...]


class CdrColumns(Section):
    """What is in which column; "" where the table has none."""

    began: Text = Field(default="calldate", description="When it began to ring.")
    caller: Text = Field(default="src", description="Who rang.")
    called: Text = Field(default="dst", description="Who was rung.")
    call: Column = Field(default="linkedid", description="Equal for all rows of one call.")
    duration: Column = Field(default="duration", description="Seconds from the first ring to the end.")
    talk: Column = Field(default="billsec", description="Seconds from the answer to the end.")
    answered: Column = Field(default="", description="When it was answered.", examples=["answer"])
    ended: Column = Field(default="", description="When it ended.", examples=["end_time"])
    result: Column = Field(default="disposition", description="What came of it.")
    direction: Column = Field(default="", description="Whether it came in or went out.", examples=["direction"])
    line: Column = Field(
        default="", description="Our line, where it is neither who rang nor who was rung.", examples=["did"]
    )
    application: Column = Field(default="lastapp", description="What handled the call last; names the mailbox.")
    peer: Column = Field(default="dstchannel", description="Empty where only a menu or a queue was on the line.")


class CallRecords(Section):
    """What both kinds of tables have in common."""

    lines: tuple[Phone, ...] = Field(
        min_length=1,
        description="Our lines of which every call is in the table.",
        examples=[["+49 89 23714480"]],
    )
    extensions: dict[str, Phone] = Field(
        default={},
        description="Our line behind an extension, where the table names extensions.",
        examples=[{"201": "+49 89 23714481"}],
    )
    numbers: Literal["national", "e164", "e164_noplus"] = Field(
        default="national",
        description="How numbers are written: as dialled in our country, +4989..., or 4989... without the plus.",
    )
    area_code: Text | None = Field(
        default=None, description="Area code for numbers dialled without one.", examples=["089"]
    )
    times: Literal["text", "epoch", "julian_day"] = Field(
        default="text",
        description="How times are written: as text (or the database's own type), as seconds since 1970, or as "
        "Julian days (kamailio in SQLite).",
    )
    zone: Zone | None = Field(
        default=None, description="Zone of times without one; otherwise that of [us].", examples=["UTC"]
    )
    answered: Words = Field(default=("ANSWERED",), description="Results that are an answered call.")
    no_answer: Words = Field(default=("NO ANSWER",), description="Results that are ringing without an answer.")
    busy: Words = Field(default=("BUSY",), description="Results that are a busy line.")
    rejected: Words = Field(default=(), description="Results that are a refused call.", examples=[["603"]])
    failed: Words = Field(default=("FAILED", "CONGESTION"), description="Results that are a call that never rang.")
    voicemail: Words = Field(
        default=("VoiceMail", "VoiceMailMain"), description="Values of the column application that are a mailbox."
    )
    incoming: Words = Field(default=(), description="Values of the column direction.", examples=[["inbound"]])
    outgoing: Words = Field(default=(), description="Values of the column direction.", examples=[["outbound"]])
    ringing: Duration = Field(
        default=timedelta(seconds=30), description="So much of a whole duration may be ringing, if no column tells."
    )
    lag: Duration = Field(
        default=timedelta(seconds=60), description="So long after its end a call may be missing in the table."
    )
    columns: CdrColumns = Field(default=CdrColumns(), description='What is in which column; "" where there is none.')

    @model_validator(mode="after")
    def _directions_are_named(self) -> Self:
        if self.columns.direction and not (self.incoming and self.outgoing):
            raise refuse("incoming and outgoing beside columns.direction", do="Say which of its values mean what.")
        return self


class CdrPresence(CallRecords):
    """Any table of call records over SQL; without further keys as Asterisk and FreePBX write it."""

    kind: Literal["cdr"]
    name: Name = Field(default="cdr", description="Name of the source.")
    database: Database = Field(
        description="Database of the table; a user who may only read is enough.",
        examples=["mysql://noshowd@127.0.0.1/asteriskcdrdb"],
    )
    password: SecretRef | None = Field(
        default=None, description="Password of the database's user.", examples=[{"credential": "cdr-password"}]
    )
    table: Text = Field(default="cdr", description="Table, with its schema in front where it has one.")


class AsteriskCdrPresence(Section):
    """The table of call records of FreePBX or Asterisk, described already: only its place and our lines are needed."""

    kind: Literal["asterisk_cdr"]
    name: Name = Field(default="asterisk_cdr", description="Name of the source.")
    system: Literal["freepbx", "asterisk"] = Field(
        default="freepbx", description="freepbx: the column did names the line that was rung."
    )
    database: Database = Field(
        description="Database of the table; a user who may only read it is enough.",
        examples=["mysql://noshowd@127.0.0.1/asteriskcdrdb"],
    )
    password: SecretRef | None = Field(
        default=None, description="Password of the database's user.", examples=[{"credential": "cdr-password"}]
    )
    table: Text = Field(default="cdr", description="Table, with its schema in front where it has one.")
    lines: tuple[Phone, ...] = Field(
        min_length=1, description="Our lines at this system.", examples=[["+49 89 23714480"]]
    )
    extensions: dict[str, Phone] = Field(
        default={}, description="Our line behind an extension.", examples=[{"201": "+49 89 23714481"}]
    )
    area_code: Text | None = Field(
        default=None, description="Area code for numbers dialled without one.", examples=["089"]
    )
    zone: Zone | None = Field(
        default=None, description="Zone of the machine that writes it; otherwise that of [us].", examples=["UTC"]
    )


class CdrFilesPresence(CallRecords):
    """Call records as CSV files; without further keys as Asterisk writes them."""

    kind: Literal["cdr_files"]
    name: Name = Field(default="cdr_files", description="Name of the source.")
    files: tuple[Files, ...] = Field(
        min_length=1,
        description="CSV files; the name of a file may hold * and ?.",
        examples=[["/var/log/asterisk/cdr-csv/Master.csv"]],
    )
    header: Words = Field(
        default=(),
        description="Names of the columns where the files have no first line with them.",
        examples=[["accountcode", "src", "dst", "dcontext"]],
    )
    separator: Annotated[str, Field(pattern=r"^[,;|\t]$")] = Field(default=",", description="Between two cells.")
    time_format: Text | None = Field(
        default=None,
        description="Pattern of times as text, as strptime has it; otherwise 2026-03-10 10:00:00.",
        examples=["%d.%m.%Y %H:%M:%S"],
    )
