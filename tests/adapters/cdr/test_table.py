"""Tables of call records: the contract of every telephone source, and what a table may hold besides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.cdr.cdr_world import CdrWorld, national
from contract.call_suite import GUEST, OUR_LINE, SECOND, CallSuite
from contract.source_suite import MINUTE, START
from noshowd.adapters.cdr.settings import Columns
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.errors import Permanent, Temporary


class TestCdr(CallSuite):
    pass


async def settled(world):
    await world.settle()
    return await world.look()


async def test_a_table_that_never_showed_our_lines_covers_nothing(tmp_path):
    world = CdrWorld(tmp_path / "cdr.db", silent=True)
    assert not (await settled(world)).coverages
    await world.appear()
    (coverage,) = (await settled(world)).coverages
    assert coverage.lines == {OUR_LINE}
    await world.source.close()


async def test_a_table_to_which_nobody_writes_any_more_covers_nothing(world):
    assert (await settled(world)).coverages
    await world.pass_to(world.now + timedelta(days=4))
    assert not (await world.source.look(world.meeting, since=world.now - MINUTE * 20, now=world.now)).coverages


async def test_a_database_that_is_not_there_is_not_made(world):
    await world.outage()
    with pytest.raises(Temporary):
        await world.look()
    assert not world.board.place.exists()


async def test_a_missing_column_is_said_once_and_for_all(tmp_path):
    for name in ("cdr.db", "cdr.csv"):
        world = CdrWorld(tmp_path / name, columns=Columns(talk="seconds_of_talk"))
        with pytest.raises(Permanent, match="column"):
            await world.look()
        await world.source.close()


async def test_legs_of_one_call_are_one_call(world):
    await world.pass_to(START)
    rows = [
        ("201", "NO ANSWER", 20, 0),
        (national(OUR_LINE), "ANSWERED", 80, 60),
    ]
    for called, disposition, duration, talk in rows:
        world.board.write(
            {
                "calldate": "2026-03-10 10:00:00",
                "src": national(GUEST),
                "dst": called,
                "dstchannel": "PJSIP/1",
                "duration": duration,
                "billsec": talk,
                "disposition": disposition,
                "linkedid": "x",
            }
        )
    (call,) = (await settled(world)).calls
    assert (call.result, call.our_line, call.talked(world.now)) == (CallResult.ANSWERED, OUR_LINE, MINUTE)


async def test_a_menu_that_answered_is_no_talk(world):
    await world.pass_to(START)
    call = await world.ring(Direction.IN, GUEST)
    await world.pass_to(START + SECOND)
    world.board.answer(call, application="Playback")
    await world.pass_to(START + 2 * MINUTE)
    await world.hang_up(call)
    (told,) = (await settled(world)).calls
    assert told.result is CallResult.UNCLEAR


async def test_a_call_over_a_number_of_ours_that_nobody_listed_is_still_a_call_with_the_guest(world):
    await world.pass_to(START)
    call = world.board.ring("089 2371440", national(GUEST))
    world.board.answer(call)
    await world.pass_to(START + 5 * MINUTE)
    world.board.hang_up(call)
    (told,) = (await settled(world)).calls
    assert (told.direction, told.their_number, told.result) == (Direction.OUT, GUEST, CallResult.ANSWERED)


async def test_calls_inside_the_house_are_none(world):
    await world.pass_to(START)
    world.board.hang_up(world.board.ring("201", national(OUR_LINE)))
    assert not (await settled(world)).calls


HOSTILE = [
    {"calldate": None},
    {"calldate": "yesterday"},
    {"calldate": "9999-12-31 23:59:59"},
    {"duration": "nan"},
    {"duration": "1e400"},
    {"duration": 10**12},
    {"billsec": "many"},
    {"billsec": None},
]


@pytest.mark.parametrize("broken", HOSTILE, ids=str)
async def test_a_row_that_cannot_be_read_may_be_the_call_so_nothing_is_covered(world, broken):
    row = {
        "calldate": "2026-03-10 10:00:00",
        "src": national(OUR_LINE),
        "dst": national(GUEST),
        "dstchannel": "x",
        "duration": 100,
        "billsec": 90,
        "disposition": "ANSWERED",
        "linkedid": "bad",
    }
    await world.pass_to(START)
    await world.appear()
    world.board.write(row | broken)
    seen = await settled(world)
    assert [call.result for call in seen.calls] == [CallResult.NO_ANSWER]
    assert not seen.coverages


@pytest.mark.parametrize("name", ["'; DROP TABLE cdr; --", "=HYPERLINK(1)", 'a"b\nc,d', "\x00\x01", "9" * 5000])
async def test_whatever_a_caller_calls_himself_changes_nothing(world, name):
    await world.pass_to(START)
    call = world.board.ring(f'"{name}" <{national(GUEST)}>', national(OUR_LINE))
    await world.pass_to(START + 20 * SECOND)
    world.board.hang_up(call)
    (told,) = (await settled(world)).calls
    assert (told.their_number, told.direction) == (GUEST, Direction.IN)


async def test_a_line_that_is_still_being_written_is_left_for_later(tmp_path):
    world = CdrWorld(tmp_path / "cdr.csv")
    await world.pass_to(START)
    await world.appear()
    whole = world.board.place.read_bytes()
    world.board.place.write_bytes(whole[:-10])
    assert not (await settled(world)).calls
    world.board.place.write_bytes(whole)
    assert len((await world.look()).calls) == 1
    await world.source.close()


async def test_the_database_is_only_read(tmp_path):
    world = CdrWorld(tmp_path / "cdr.db")
    before = world.board.place.read_bytes()
    await settled(world)
    assert world.board.place.read_bytes() == before
    await world.source.close()
