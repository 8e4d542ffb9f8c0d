"""3CX: the contract of every telephone source, running calls that end, and segments that are one call."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio

from adapters.threecx.threecx_world import ThreeCxWorld, e164
from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, SECOND, CallSuite
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.threecx.check import check
from noshowd.adapters.threecx.presence import ThreeCxCalls
from noshowd.adapters.threecx.wire import UnreadableSegmentError, to_running, to_segment
from noshowd.demo.vendors.threecx.xapi import Fault
from noshowd.domain.evidence import CallResult, Direction
from noshowd.domain.same_call import lost_from_sight, told_once
from noshowd.ports.check import Grade
from noshowd.ports.errors import Temporary


@pytest_asyncio.fixture
async def world():
    world = ThreeCxWorld()
    with world.server:
        yield world
        await world.source.close()


class TestThreeCxCalls(CallSuite):
    pass


async def test_a_call_keeps_its_key_from_ringing_to_the_history(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    (ringing,) = (await world.look()).calls
    await world.pass_to(START + 10 * SECOND)
    await world.answer(call)
    (talking,) = (await world.look()).calls
    await world.pass_to(START + 4 * MINUTE)
    await world.hang_up(call)
    (ended,) = (await world.look()).calls
    assert {ringing.call, talking.call, ended.call} == {ended.call}
    assert (ringing.result, talking.result, ended.result) == (
        CallResult.RINGING,
        CallResult.TALKING,
        CallResult.ANSWERED,
    )


async def test_a_call_that_vanished_before_the_history_tells_is_not_running_any_more(world):
    await world.pass_to(START)
    await world.ring(Direction.OUT, GUEST)
    await world.look()
    world.pbx.running.clear()
    await world.pass_to(START + MINUTE)
    (gone,) = (await world.look()).calls
    assert (gone.running, gone.result) == (False, CallResult.UNCLEAR)


async def test_a_call_that_ran_when_we_were_restarted_is_told_by_the_history(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 10 * SECOND)
    (ringing,) = (await world.look()).calls
    restarted = ThreeCxCalls(world.settings(), e164)
    await world.pass_to(START + 30 * SECOND)
    await world.hang_up(call)
    (ended,) = (await restarted.look(world.meeting, since=OPENING, now=world.now)).calls
    await restarted.close()
    assert ended.call != ringing.call
    lost = lost_from_sight(ringing, START + 10 * SECOND)
    assert told_once([lost, ended]) == [ended]


async def test_segments_that_follow_each_other_are_one_call(world):
    """The reception answers for twenty seconds and puts the guest through."""
    await world.pass_to(START)
    call = await world.ring(Direction.IN, GUEST, OTHER_LINE)
    await world.answer(call)
    await world.pass_to(START + 20 * SECOND)
    world.pbx.put_through(call, "100")
    await world.pass_to(START + 25 * SECOND)
    await world.answer(call)
    await world.pass_to(START + 5 * MINUTE)
    await world.hang_up(call)
    (told,) = (await world.look()).calls
    assert (told.our_line, told.result, told.began) == (OUR_LINE, CallResult.ANSWERED, START)
    assert told.talked(world.now) >= 4 * MINUTE


async def test_what_a_mailbox_answered_is_no_talk(world):
    await world.pass_to(START)
    call = await world.rings_a_mailbox()
    await world.pass_to(START + 3 * MINUTE)
    await world.hang_up(call)
    (told,) = (await world.look()).calls
    assert (told.result, told.talked(world.now)) == (CallResult.UNCLEAR, timedelta(0))


async def test_hung_up_within_seconds_may_have_been_busy(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 5 * SECOND)
    await world.hang_up(call)
    assert (await world.look()).calls[0].result is CallResult.UNCLEAR


async def test_a_role_over_another_department_covers_nothing(world):
    world.xapi.department = {"101"}
    source = ThreeCxCalls(world.settings(lines=frozenset({OUR_LINE})), e164)
    await world.pass_to(START + 20 * MINUTE)
    assert not (await source.look(world.meeting, since=OPENING, now=world.now)).coverages
    await source.close()


async def test_the_token_is_fetched_anew_after_its_hour(world):
    await world.look()
    await world.pass_to(OPENING + timedelta(hours=2))
    await world.look()
    assert len(world.xapi.tokens) == 2


async def test_a_missing_page_is_not_a_short_history(world):
    world.xapi.page = 2
    await world.pass_to(START)
    for _ in range(4):
        call = await world.ring(Direction.OUT, GUEST)
        await world.pass_to(world.now + MINUTE)
        await world.hang_up(call)
        await world.pass_to(world.now + MINUTE)
    assert len((await world.look()).calls) == 4
    world.xapi.fault = Fault.CUT_SHORT
    with pytest.raises(Temporary):
        await world.look()


async def test_a_segment_nobody_can_read_takes_the_coverage_away_and_keeps_the_rest(world):
    await world.pass_to(START)
    await world.appear()
    await world.settle()
    world.xapi.oddities.append({"SegmentId": 9, "SegmentStartTime": "2026-03-10T09:00:00"})
    seen = await world.look()
    assert (len(seen.calls), seen.coverages) == (1, ())


@pytest.mark.parametrize(
    ("change", "what"),
    [({"SegmentEndTime": None}, "history"), ({"SrcDn": 5, "SegmentId": "x"}, "history"), ({"Id": None}, "running")],
)
def test_what_the_xapi_does_not_describe_is_unreadable(change, what):
    world = ThreeCxWorld()
    with world.server:
        call = world.pbx.ring(outward=True, extension="100", number="01713920050")
        running = world.pbx.active()[0]
        world.pbx.hang_up(call)
        read, entry = (to_running, running) if what == "running" else (to_segment, world.pbx.history[-1])
        with pytest.raises(UnreadableSegmentError):
            read(entry | change, world.settings(), e164)


@pytest.mark.parametrize(
    ("caller", "callee", "direction", "number"),
    [
        ("100 Anna Berger", "10001 Provider (01713920050)", Direction.OUT, GUEST),
        ("10001 Provider (+491713920050)", "100 Anna (Vertrieb) Berger", Direction.IN, GUEST),
        ("01713920050", "100", Direction.IN, GUEST),
        ("10001 Provider ()", "100", Direction.IN, None),
    ],
)
def test_the_ends_of_a_running_call_are_read_as_they_are_written(caller, callee, direction, number):
    world = ThreeCxWorld()
    with world.server:
        world.pbx.ring(outward=True, extension="100", number="")
        entry = world.pbx.active()[0] | {"Caller": caller, "Callee": callee}
        told = to_running(entry, world.settings(), e164)
    assert told is not None
    assert (told.direction, told.our_line, told.their_number) == (direction, OUR_LINE, number)


async def test_the_doctor_tells_rights_and_lines(world):
    unused = "+498923714499"
    found = await check(world.settings(lines=frozenset({OUR_LINE, unused})), e164, world.now)
    assert {one.what: one.grade for one in found} == {
        "running calls": Grade.GOOD,
        "call history": Grade.GOOD,
        f"line {OUR_LINE}": Grade.GOOD,
        f"line {unused}": Grade.GAP,
    }
    await world.withhold_right()
    assert {one.grade for one in await check(world.settings(), e164, world.now)} == {Grade.BAD}
