"""The call monitor: the contract of every telephone source, and a connection that comes and goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.call_suite import GUEST, SECOND, CallSuite
from contract.source_suite import MINUTE, OPENING, START
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.errors import Temporary


class TestFritzboxMonitor(CallSuite):
    pass


async def spans(world):
    return [coverage.span for coverage in (await world.look()).coverages]


async def test_what_was_up_all_the_time_is_covered_in_one_stretch(world):
    await world.pass_to(START + 10 * MINUTE)
    (span,) = await spans(world)
    assert (span.start, span.end) == (OPENING, world.now - world.source.traits.lag)


async def test_after_a_lost_connection_nothing_is_covered_for_as_long_as_a_call_may_go_on_unseen(world):
    await world.pass_to(START)
    await world.outage()
    await world.pass_to(START + MINUTE)
    await world.recover()
    await world.pass_to(START + 30 * MINUTE)
    (before,) = await spans(world)
    assert before.end == START - world.source.traits.lag
    await world.pass_to(START + 90 * MINUTE)
    _, after = await spans(world)
    assert after.start == START + 61 * MINUTE


async def test_it_connects_again_however_often_it_fails(world):
    await world.outage()
    for _ in range(12):
        await world.fail_once_more()
    with pytest.raises(Temporary):
        await world.look()
    await world.recover()
    assert (await world.look()).coverages is not None


async def test_it_says_at_once_that_it_hears_nothing_and_when_it_hears_again(world):
    await world.outage()
    await world.fail_once_more()
    await world.recover()
    said = [None if one is None else type(one) for one in world.told]
    assert (said[0], said[-1], set(said)) == (None, None, {None, Temporary}), "before any appointment"


async def test_a_line_cut_in_the_middle_is_not_taken(world):
    await world.pass_to(START)
    await world.heard(world.server.drop(b"10.03.26 10:00:00;RING;0;0171"))
    await world.reconnect()
    assert not (await world.look()).calls


async def test_a_talk_that_runs_when_the_connection_is_lost_lasted_at_least_so_long(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.answer(call)
    await world.pass_to(START + 5 * MINUTE)
    await world.outage()
    await world.recover()
    (told,) = (await world.look()).calls
    assert told.result is CallResult.ANSWERED
    assert told.talked(world.now) == 5 * MINUTE


async def test_ringing_that_is_lost_from_sight_says_nothing(world):
    await world.pass_to(START)
    await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 20 * SECOND)
    await world.outage()
    await world.recover()
    (told,) = (await world.look()).calls
    assert told.result is CallResult.UNCLEAR


async def test_a_call_whose_ringing_was_missed_is_a_talk_all_the_same(world):
    await world.pass_to(START)
    await world.heard(world.server.say(b"10.03.26 10:00:00;CONNECT;3;10;01713920050;\r\n"))
    await world.pass_to(START + 2 * MINUTE)
    (told,) = (await world.look()).calls
    assert told.their_number == GUEST
    assert told.talked(world.now) == 2 * MINUTE


async def test_the_same_lines_again_are_the_same_call(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.answer(call)
    await world.pass_to(START + MINUTE)
    await world.hang_up(call)
    before = (await world.look()).calls
    for line in list(world.server.said):
        await world.heard(world.server.say(line))
    assert (await world.look()).calls == before


async def test_a_connection_id_is_used_again_for_another_call(world):
    await world.pass_to(START)
    for _ in range(3):
        call = await world.ring(Direction.OUT, GUEST)
        await world.pass_to(world.now + 20 * SECOND)
        await world.hang_up(call)
    calls = (await world.look()).calls
    assert len({told.call for told in calls}) == 3


async def test_two_calls_at_one_time_are_kept_apart(world):
    await world.pass_to(START)
    first = await world.ring(Direction.OUT, GUEST)
    second = await world.ring(Direction.IN, None)
    await world.answer(second)
    await world.pass_to(START + 30 * SECOND)
    await world.hang_up(first)
    ours, theirs = sorted((await world.look()).calls, key=lambda told: told.direction, reverse=True)
    assert (ours.result, theirs.result) == (CallResult.NO_ANSWER, CallResult.TALKING)


async def test_a_begin_over_a_living_call_ends_it_without_a_verdict(world):
    await world.pass_to(START)
    await world.heard(world.server.say(b"10.03.26 10:00:00;CALL;0;10;23714480;01713920050;SIP0;\r\n"))
    await world.pass_to(START + 30 * SECOND)
    await world.heard(world.server.say(b"10.03.26 10:00:30;CALL;0;10;23714480;01713920050;SIP0;\r\n"))
    results = {told.result for told in (await world.look()).calls}
    assert results == {CallResult.UNCLEAR, CallResult.RINGING}


async def test_hung_up_within_seconds_may_have_been_busy(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 5 * SECOND)
    await world.hang_up(call)
    (told,) = (await world.look()).calls
    assert told.result is CallResult.UNCLEAR


async def test_a_line_nobody_understands_ends_what_is_covered(world):
    await world.pass_to(START)
    await world.heard(world.server.say(b"10.03.26 10:00:00;SOMETHING;0;new;\r\n"))
    await world.pass_to(START + 20 * MINUTE)
    (span,) = await spans(world)
    assert span.end == START - world.source.traits.lag


async def test_lines_of_another_day_are_not_taken_for_today(world):
    """A box without the time, or one that repeats itself after a restart."""
    await world.pass_to(START)
    world.server.clock_error = -timedelta(days=3)
    await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 10 * MINUTE)
    seen = await world.look()
    assert all(told.began < OPENING for told in seen.calls)
    assert all(coverage.span.end < START for coverage in seen.coverages)


async def test_a_line_without_an_end_drops_the_connection(world):
    await world.heard(world.server.say(b"x" * 5000))
    with pytest.raises(Temporary):
        await world.look()


async def test_handset_to_handset_is_no_call(world):
    await world.pass_to(START)
    await world.heard(world.server.say(b"10.03.26 10:00:00;CALL;0;10;23714480;**611;SIP0;\r\n"))
    await world.heard(world.server.say(b"10.03.26 10:00:03;CONNECT;0;10;**611;\r\n"))
    assert not (await world.look()).calls
