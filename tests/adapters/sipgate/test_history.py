"""The sipgate history: the contract of every telephone source, and what is peculiar to sipgate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, SECOND, CallSuite
from contract.source_suite import MINUTE, OPENING, START
from noshowd.demo.vendors.sipgate.exchange import Way
from noshowd.demo.vendors.sipgate.rest import Fault
from noshowd.domain.evidence import Direction
from noshowd.ports.errors import Temporary


class TestSipgateHistory(CallSuite):
    pass


async def test_a_limit_is_told_with_the_wish_of_the_vendor(world):
    world.api.fault = Fault.TOO_FAST
    with pytest.raises(Temporary) as caught:
        await world.look()
    assert caught.value.retry_after == timedelta(seconds=17)


async def test_a_missing_page_is_not_a_short_history(world):
    world.api.page = 2
    for _ in range(5):
        await world.appear()
    await world.settle()
    assert len((await world.look()).calls) == 5
    world.api.fault = Fault.CUT_SHORT
    with pytest.raises(Temporary):
        await world.look()


async def test_a_line_the_token_never_showed_is_not_covered(world):
    """A token sees its own user's lines, and an empty list does not say so."""
    world.exchange.lines = frozenset({OTHER_LINE})
    source = world.connect()
    await world.pass_to(START + 20 * MINUTE)
    seen = await source.look(world.meeting, since=OPENING, now=world.now)
    assert all(OUR_LINE not in coverage.lines for coverage in seen.coverages)
    await source.close()


async def test_without_configured_lines_the_history_tells_which_there_are(world):
    source = world.connect(lines=frozenset())
    await world.pass_to(START + 20 * MINUTE)
    (coverage,) = (await source.look(world.meeting, since=OPENING, now=world.now)).coverages
    assert coverage.lines == {OUR_LINE, OTHER_LINE}
    await source.close()


async def test_an_entry_nobody_can_read_takes_the_coverage_away_and_keeps_the_rest(world):
    await world.pass_to(START)
    await world.appear()
    await world.settle()
    assert (await world.look()).coverages
    world.exchange.oddities.append(
        {"id": "x", "type": "CALL", "direction": "OUTGOING", "created": "2026-03-10T09:00:00", "duration": 3}
    )
    seen = await world.look()
    assert not seen.coverages
    assert len(seen.calls) == 1


async def test_forty_minutes_of_talk_with_an_empty_history_is_no_absence(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 5 * SECOND)
    await world.answer(call)
    await world.pass_to(START + 40 * MINUTE)
    seen = await world.look()
    assert not seen.calls
    assert [coverage.ended_only for coverage in seen.coverages] == [True]


async def test_a_call_that_began_before_the_window_is_told(world):
    call = world.exchange.ring(Way.OUT, OUR_LINE, GUEST)
    world.exchange.answer(call)
    await world.pass_to(START + 5 * MINUTE)
    world.exchange.hang_up(call)
    await world.settle()
    (told,) = (await world.look(since=START)).calls
    assert told.began == OPENING
