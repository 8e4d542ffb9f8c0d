"""The manager interface: the contract of every telephone source, and a connection that comes and goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from contract.call_suite import GUEST, OUR_LINE, SECOND, CallSuite
from contract.listening_world import e164
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.asterisk.book import CallBook
from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.adapters.asterisk.wire import Collector, UnreadableMessageError, login
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.errors import CredentialsLost, Temporary


class TestAsterisk(CallSuite):
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
    await world.pass_to(START + 90 * MINUTE)
    before, after = await spans(world)
    assert before.end == START - world.source.traits.lag
    assert after.start == START + 61 * MINUTE


async def test_it_connects_again_however_often_it_fails(world):
    await world.outage()
    for _ in range(12):
        await world.fail_once_more()
    with pytest.raises(Temporary):
        await world.look()
    await world.recover()
    assert not (await world.look()).calls


async def test_it_says_at_once_that_it_hears_nothing_and_when_it_hears_again(world):
    await world.outage()
    await world.recover()
    await world.lost()
    await world.fail_once_more()
    said = [None if one is None else type(one) for one in world.told]
    assert said[:3] == [None, Temporary, None], "before any appointment"
    assert CredentialsLost in said


async def test_a_message_cut_in_the_middle_is_not_taken(world):
    await world.pass_to(START)
    await world.cut(world.server.drop(b"Event: Newchannel\r\nUniqueid: 1\r\nLinkedid: 1\r\nCallerIDNu"))
    await world.reconnect()
    assert not (await world.look()).calls


async def test_a_talk_that_runs_when_the_connection_is_lost_lasted_at_least_so_long(world):
    await world.pass_to(START)
    await world.answer(await world.ring(Direction.OUT, GUEST))
    await world.pass_to(START + 5 * MINUTE)
    await world.outage()
    await world.recover()
    (told,) = (await world.look()).calls
    assert (told.result, told.talked(world.now)) == (CallResult.ANSWERED, 5 * MINUTE)


async def test_ringing_that_is_lost_from_sight_says_nothing(world):
    await world.pass_to(START)
    await world.ring(Direction.OUT, GUEST)
    await world.pass_to(START + 20 * SECOND)
    await world.outage()
    await world.recover()
    (told,) = (await world.look()).calls
    assert told.result is CallResult.UNCLEAR


async def test_the_same_events_again_are_the_same_call(world):
    await world.pass_to(START)
    call = await world.ring(Direction.OUT, GUEST)
    await world.answer(call)
    await world.pass_to(START + MINUTE)
    await world.hang_up(call)
    before = (await world.look()).calls
    for message in list(world.server.said):
        await world.heard(world.server.say(message))
    assert (await world.look()).calls == before


async def test_a_call_whose_ringing_was_missed_is_a_talk_all_the_same(world):
    await world.pass_to(START)
    world.server._clients, clients = set(), world.server._clients
    call = await world.server.ring("0" + OUR_LINE.removeprefix("+49"), "0" + GUEST.removeprefix("+49"))
    world.server._clients = clients
    await world.answer(call)
    await world.pass_to(START + 2 * MINUTE)
    (told,) = (await world.look()).calls
    assert (told.their_number, told.talked(world.now)) == (GUEST, 2 * MINUTE)


async def test_whoever_is_alone_in_a_bridge_does_not_talk(world):
    """A mailbox, a menu, music while waiting."""
    await world.pass_to(START)
    call = await world.ring(Direction.IN, GUEST)
    await world.heard(world.server.bridge(call, call.key))
    await world.pass_to(START + 5 * MINUTE)
    await world.hang_up(call)
    (told,) = (await world.look()).calls
    assert told.talked(world.now) == timedelta(0)


async def test_a_transfer_goes_on_as_the_same_call(world):
    await world.pass_to(START)
    call = await world.ring(Direction.IN, GUEST)
    await world.answer(call)
    await world.pass_to(START + 3 * MINUTE)
    await world.heard(world.server.event("BridgeLeave", call.other, call))
    await world.pass_to(START + 4 * MINUTE)
    await world.heard(world.server.bridge(call, call.key + "7"))
    await world.pass_to(START + 5 * MINUTE)
    await world.hang_up(call)
    (told,) = (await world.look()).calls
    assert told.talked(world.now) == 3 * MINUTE


async def test_another_server_on_the_port_is_not_believed(world):
    await world.pass_to(START)
    await world.heard(world.server.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(Temporary):
        await world.look()


def test_nothing_can_be_smuggled_into_the_sign_in():
    assert login("a\r\nAction: Originate", "b\nX: y").count(b"\r\n") == 5


@pytest.mark.parametrize("seed", range(20))
def test_no_message_upsets_the_reader_or_the_book(seed):
    """Seeded: whatever comes is read or refused, and the book holds calls that make sense."""
    random = Random(seed)
    book = CallBook(AsteriskSettings(username="", secret="", lines=frozenset({OUR_LINE})), e164)
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    collector = Collector()
    for _ in range(400):
        at += timedelta(seconds=random.randrange(30))
        for line in mangled(random):
            try:
                message = collector.take(line)
            except UnreadableMessageError:
                collector = Collector()
                continue
            if message is not None:
                book.enter(message, at)
        if random.random() < 0.02:
            book.interrupt(at)
    for call in book.calls(datetime(1970, 1, 1, tzinfo=UTC)):
        assert call.ended is None or call.ended >= call.began
        assert call.answered is None or call.answered >= call.began
        assert call.running or call.ended is not None
        assert timedelta(0) <= call.talked(at) <= at - call.began


def mangled(random: Random) -> list[str]:
    """An event of one of three calls, with lines lost, doubled or spoilt now and then."""
    event = random.choice(("Newchannel", "BridgeEnter", "BridgeLeave", "Hangup", "DialEnd", "DialBegin", "Odd"))
    call = random.randrange(3)
    lines = [
        f"Event: {event}",
        f"Linkedid: {call}",
        f"Uniqueid: {call}.{random.randrange(3)}",
        f"CallerIDNum: {random.choice(('23714480', '01713920050', '', '<unknown>', '201', chr(0), '9' * 300))}",
        f"Exten: {random.choice(('01713920050', 's', '', '23714480'))}",
        f"BridgeUniqueid: {random.randrange(2)}",
        f"DialStatus: {random.choice(('BUSY', 'NOANSWER', 'ANSWER', 'CANCEL', '?'))}",
    ]
    if random.random() < 0.2:
        lines[random.randrange(len(lines))] = random.choice(("", "no colon", ":", "é: \x00", "Event: Hangup"))
    if random.random() < 0.1:
        random.shuffle(lines)
    return [f"{line}\r\n" for line in [*lines, ""]]
