"""Twilio's list of calls: the contract of every telephone source, and what its legs are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio

from adapters.twilio.twilio_world import TwilioWorld
from contract.call_suite import GUEST, OUR_LINE, SECOND, CallSuite
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.twilio.check import check
from noshowd.adapters.twilio.wire import number
from noshowd.demo.vendors.twilio.rest import Fault
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.check import Grade
from noshowd.ports.errors import Temporary


@pytest_asyncio.fixture
async def world():
    world = TwilioWorld()
    with world.server:
        yield world
        await world.source.close()


class TestTwilioCalls(CallSuite):
    pass


async def test_a_call_that_only_twilio_answered_is_no_talk(world):
    """A greeting, a menu or a mailbox: nobody of ours was rung."""
    await world.pass_to(START)
    call = await world.ring(Direction.IN, GUEST)
    world.switch.legs.remove(call.child)
    await world.pass_to(START + 3 * MINUTE)
    call.parent.end("completed", world.now)
    (told,) = (await world.look()).calls
    assert (told.result, told.talked(world.now)) == (CallResult.UNCLEAR, timedelta(0))


async def test_a_machine_that_was_detected_is_a_mailbox(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.answer(call)
    call.child.answered_by = "machine_end_beep"
    await world.pass_to(START + 3 * MINUTE)
    await world.hang_up(call)
    (told,) = (await world.look()).calls
    assert told.result is CallResult.VOICEMAIL


async def test_a_call_taken_back_while_it_rang_is_unclear(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 3 * SECOND)
    world.switch.hang_up(call, "canceled")
    (told,) = (await world.look()).calls
    assert told.result is CallResult.UNCLEAR


async def test_while_it_rings_only_one_of_ours_nobody_else_is_concerned(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    world.switch.legs.remove(call.child)
    assert not (await world.look()).calls


async def test_every_page_is_read_and_an_unreadable_entry_takes_the_coverage(world):
    world.api.page = 2
    await world.pass_to(START)
    for _ in range(5):
        await world.appear()
    await world.settle()
    seen = await world.look()
    assert (len(seen.calls), len(seen.coverages)) == (5, 1)
    world.api.oddities = [{"sid": "CA1", "direction": "inbound", "from": GUEST, "to": OUR_LINE, "status": "completed"}]
    seen = await world.look()
    assert (len(seen.calls), seen.coverages) == (5, ())


async def test_a_number_of_another_account_is_not_covered(world):
    world.switch.numbers.clear()
    await world.pass_to(START + 20 * MINUTE)
    assert not (await world.look(OPENING)).coverages


async def test_a_limit_is_told_with_the_wish_of_the_vendor(world):
    world.api.fault = Fault.TOO_FAST
    with pytest.raises(Temporary) as caught:
        await world.look()
    assert caught.value.retry_after == timedelta(seconds=11)


@pytest.mark.parametrize("hidden", ["+266696687", "+7378742833", "anonymous", "", "client:anna", "sip:a@b.example"])
def test_what_is_no_number_is_none(hidden: str):
    assert number(hidden) is None


async def test_the_doctor_names_numbers_that_are_not_of_the_account(world):
    stranger = "+498923714499"
    found = await check(world.settings(lines=frozenset({OUR_LINE, stranger})), world.now)
    assert {one.what: one.grade for one in found} == {
        "calls": Grade.GOOD,
        f"line {OUR_LINE}": Grade.GOOD,
        f"line {stranger}": Grade.BAD,
    }


async def test_the_doctor_says_what_right_is_missing(world):
    await world.withhold_right()
    (found,) = await check(world.settings(), world.now)
    assert (found.grade, bool(found.do)) == (Grade.BAD, True)
