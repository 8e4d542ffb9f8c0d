"""How a table of call records is to be read. The defaults are those of Asterisk and FreePBX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from noshowd.domain.evidence import CallResult


class Times(StrEnum):
    """How instants are written."""

    #: ISO 8601 or the database's own type; without an offset it is local time of `zone`.
    TEXT = "text"
    #: Seconds since 1970, UTC.
    EPOCH = "epoch"
    #: Julian days, UTC, as kamailio writes them into SQLite.
    JULIAN_DAY = "julian_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Name of the column for each thing that is to be known; None where the table has none."""

    began: str = "calldate"
    caller: str = "src"
    called: str = "dst"
    #: Equal for all legs of one call; None makes every row a call of its own.
    call: str | None = "linkedid"
    answered: str | None = None
    ended: str | None = None
    #: Seconds from the first ring to the end.
    duration: str | None = "duration"
    #: Seconds from the answer to the end.
    talk: str | None = "billsec"
    result: str | None = "disposition"
    direction: str | None = None
    #: Our line, where it is neither the caller nor the called.
    line: str | None = None
    #: What handled the call last; names the mailbox.
    application: str | None = "lastapp"
    #: Empty where nobody but the system itself was on the line (a menu, a queue).
    peer: str | None = "dstchannel"

    @property
    def names(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        given = (getattr(self, one.name) for one in fields(self))
        return tuple(dict.fromkeys(name for name in given if name is not None))


ASTERISK = Columns()
#: FreePBX adds the number that was rung from outside; of a call of ours `src` is the extension.
FREEPBX = Columns(line="did")

#: Values of the result column; everything else is unclear.
ASTERISK_RESULTS: Mapping[str, CallResult] = {
    "answered": CallResult.ANSWERED,
    "no answer": CallResult.NO_ANSWER,
    "busy": CallResult.BUSY,
    "congestion": CallResult.FAILED,
    "failed": CallResult.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrSettings:
    """One table. Either `database` and `table`, or `files`. Words are compared without regard to capitals."""

    name: str = "cdr"
    #: Address of the database with its password, as SQLAlchemy has it; it is only read.
    database: str | None = field(default=None, repr=False)
    table: str = "cdr"
    #: CSV files; the last part of a path may hold wildcards.
    files: tuple[Path, ...] = ()
    #: Names of the columns where the files have no head.
    header: tuple[str, ...] = ()
    separator: str = ","
    columns: Columns = Columns()
    times: Times = Times.TEXT
    #: strptime pattern for times as text; None means ISO 8601.
    time_format: str | None = None
    zone: str = "Europe/Berlin"
    #: Our lines that this table shows completely, E.164.
    lines: frozenset[str]
    #: Our line behind an extension as the table writes it.
    extensions: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, CallResult] = field(default_factory=lambda: ASTERISK_RESULTS)
    #: Values of the direction column; a row with another value is no call with the outside.
    incoming: frozenset[str] = frozenset()
    outgoing: frozenset[str] = frozenset()
    #: Values of the application column that are a mailbox.
    voicemail: frozenset[str] = frozenset({"voicemail", "voicemailmain"})
    #: Where only the whole duration is known, so much of it may be ringing.
    ringing: timedelta = timedelta(seconds=30)
    #: How long after its end a call may be missing in the table.
    lag: timedelta = timedelta(seconds=60)
