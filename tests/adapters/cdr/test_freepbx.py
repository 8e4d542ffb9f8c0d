"""The ready descriptions of Asterisk and FreePBX, and what the doctor says of a table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.cdr.cdr_world import CdrWorld, e164
from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, phone_meeting
from contract.source_suite import OPENING, START
from noshowd.adapters.cdr.check import check
from noshowd.adapters.cdr.presence import CdrSource
from noshowd.adapters.cdr.settings import FREEPBX, CdrSettings
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.check import Grade

#: The table as FreePBX makes it (`asteriskcdrdb.cdr`); src of an outgoing call is the extension.
COLUMNS = (
    "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags "
    "accountcode uniqueid userfield did recordingfile cnum cnam outbound_cnum outbound_cnam dst_cnam linkedid "
    "peeraccount sequence"
).split()
NOW = START + timedelta(hours=2)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    place = tmp_path / "freepbx.db"
    with closing(sqlite3.connect(place)) as database, database:
        database.execute(f"CREATE TABLE cdr ({', '.join(COLUMNS)})")
    return place


def settings(table: Path, **more: Any) -> CdrSettings:
    given: dict[str, Any] = {
        "database": f"sqlite:///{table}",
        "columns": FREEPBX,
        "lines": frozenset({OUR_LINE, OTHER_LINE}),
        "extensions": {"200": OUR_LINE, "201": OTHER_LINE},
    }
    return CdrSettings(**(given | more))


def write(table: Path, **row: Any) -> None:
    given = {"calldate": "2026-03-10 10:01:00", "duration": 30, "billsec": 0, "disposition": "NO ANSWER", **row}
    with closing(sqlite3.connect(table)) as database, database:
        marks = ", ".join("?" * len(COLUMNS))
        database.execute(f"INSERT INTO cdr VALUES ({marks})", [given.get(column, "") for column in COLUMNS])


async def calls(table: Path):
    source = CdrSource(settings(table), e164)
    try:
        return await source.look(phone_meeting(), since=OPENING, now=NOW)
    finally:
        await source.close()


async def test_a_call_through_a_ring_group_is_one_talk_over_the_line_that_was_rung(table):
    rang = {"src": "01713920050", "dst": "600", "did": "08923714480", "linkedid": "1.1", "lastapp": "Dial"}
    write(table, **rang, dstchannel="PJSIP/201-1", sequence=1)
    write(
        table,
        **rang | {"dst": "200"},
        dstchannel="PJSIP/200-1",
        disposition="ANSWERED",
        duration=190,
        billsec=180,
        sequence=2,
    )
    (told,) = (await calls(table)).calls
    assert (told.direction, told.our_line, told.their_number) == (Direction.IN, OUR_LINE, GUEST)
    assert (told.result, told.talked(NOW)) == (CallResult.ANSWERED, timedelta(minutes=3))


async def test_a_call_of_an_extension_goes_out_over_its_line(table):
    write(table, src="200", dst="01713920050", outbound_cnum="08923714480", dstchannel="PJSIP/t-1", lastapp="Dial")
    (told,) = (await calls(table)).calls
    assert (told.direction, told.our_line, told.result) == (Direction.OUT, OUR_LINE, CallResult.NO_ANSWER)


async def test_the_own_mailbox_and_the_menu_are_no_talk(table):
    write(
        table,
        src="01713920050",
        dst="vmu200",
        did="08923714480",
        lastapp="VoiceMail",
        disposition="ANSWERED",
        duration=40,
        billsec=40,
        linkedid="2.1",
    )
    write(
        table,
        src="01713920050",
        dst="s",
        did="08923714480",
        lastapp="BackGround",
        disposition="ANSWERED",
        duration=99,
        billsec=99,
        linkedid="2.2",
    )
    assert {told.result for told in (await calls(table)).calls} == {CallResult.VOICEMAIL, CallResult.UNCLEAR}


async def test_the_doctor_names_lines_a_silent_table_and_rows_that_cannot_be_read(table):
    write(table, calldate="2026-03-09 10:00:00", src="200", dst="030901820", dstchannel="x")
    found = await check(settings(table), e164, NOW)
    assert {one.what: one.grade for one in found} == {
        "call records": Grade.GOOD,
        "newest call": Grade.GOOD,
        f"line {OUR_LINE}": Grade.GOOD,
        f"line {OTHER_LINE}": Grade.GAP,
    }
    write(table, calldate="2026-03-10 25:00:00")
    found = await check(settings(table), e164, datetime(2026, 3, 20, tzinfo=UTC))
    assert [one.grade for one in found[:2]] == [Grade.BAD, Grade.GAP]


async def test_the_doctor_says_what_a_table_that_is_not_there_needs(tmp_path):
    world = CdrWorld(tmp_path / "cdr.db")
    (found,) = await check(replace(settings(world.board.place), table="no_table"), e164, NOW)
    assert (found.grade, "GRANT" in found.do) == (Grade.BAD, True)
    await world.source.close()
