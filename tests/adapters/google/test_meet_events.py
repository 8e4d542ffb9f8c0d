"""Meet tells of comings and goings by Pub/Sub: subscriptions that live on, hints that come, and nothing relied upon."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from contract.channel_clock import SteppingClock
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.event_subscriptions import EventSubscriptions
from noshowd.adapters.google.meet_events import MeetEvents
from noshowd.adapters.google.queue import Queue
from noshowd.adapters.google.settings import EventSettings
from noshowd.demo.vendors.google.faults import UNAVAILABLE, Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError
from noshowd.ports.presence import Stir

ANNA, BEN, KIM = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de", "kim@grosskunde.de"
TOPIC, QUEUE = "projects/demo/topics/meet", "projects/demo/subscriptions/noshowd"
PULL = "pubsub.projects.subscriptions.pull"
WEEK, DAY = timedelta(days=7), timedelta(days=1)


class Listener:
    """Events of Anna's and Ben's rooms, and what was heard of them."""

    def __init__(self, client: GoogleClient, clock, *, topic: str = TOPIC) -> None:
        settings = EventSettings(source="google_meet", topic=topic, queue=QUEUE, people=(ANNA, BEN))
        subscriptions = EventSubscriptions(client, settings)
        self.queue = Queue(client, QUEUE)
        self.events = MeetEvents(subscriptions, self.queue, settings, clock)
        self.heard: list[Stir] = []

    async def turn(self) -> list[frozenset[str]]:
        before = len(self.heard)
        await self.events.turn(self._heed)
        return [one.organizers for one in self.heard[before:]]

    async def _heed(self, stir: Stir) -> None:
        self.heard.append(stir)


@pytest.fixture
async def listen(client: GoogleClient, wall) -> AsyncIterator[Callable[..., Listener]]:
    """Makes listeners, and hangs up in the end."""
    made: list[Listener] = []

    def new(clock=wall, topic: str = TOPIC) -> Listener:
        made.append(Listener(client, clock, topic=topic))
        return made[-1]

    yield new
    for one in made:
        await one.queue.close()


@pytest.fixture
def listener(listen: Callable[..., Listener]) -> Listener:
    return listen()


def room(google: SimulatedGoogle, owner: str) -> str:
    return str(google.meetings.conference(owner=owner)["conferenceData"]["conferenceId"])


async def test_somebody_comes_and_the_rooms_of_that_person_are_looked_into(google, listener):
    assert await listener.turn() == []
    google.join(room(google, ANNA), KIM)
    assert await listener.turn() == [frozenset({ANNA})]
    assert listener.heard[0].source == "google_meet"
    assert await listener.turn() == []
    assert google.events.queue == {}


async def test_many_comings_at_once_are_one_hint(google, listener):
    await listener.turn()
    code, other = room(google, ANNA), room(google, BEN)
    for who in (KIM, BEN, ANNA):
        google.join(code, who)
    google.leave(code, KIM)
    google.join(other, BEN)
    assert await listener.turn() == [frozenset({ANNA, BEN})]


async def test_what_comes_twice_is_heard_once(google, listener):
    await listener.turn()
    google.events.repeats = True
    google.join(room(google, ANNA), KIM)
    assert await listener.turn() == [frozenset({ANNA})]
    assert len(google.events.queue) == 1
    assert await listener.turn() == []
    assert google.events.queue == {}


async def test_what_could_not_be_handed_on_comes_again(google, listener):
    await listener.turn()
    google.join(room(google, ANNA), KIM)

    async def broken(_: Stir) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        await listener.events.turn(broken)
    assert len(google.events.queue) == 1


async def test_a_subscription_is_renewed_long_before_its_end(google, listener, wall):
    await listener.turn()
    assert google.events.living() == {ANNA: wall.now() + WEEK, BEN: wall.now() + WEEK}
    for _ in range(40):
        wall.instant += timedelta(hours=6)
        await listener.turn()
        assert min(google.events.living().values()) - wall.now() > 5 * DAY
    made = [call for call in google.asked if call.method == "workspaceevents.subscriptions.create"]
    assert len(made) == 2


async def test_after_a_fortnight_away_a_new_one_is_made(google, listener, wall):
    await listener.turn()
    wall.instant += 14 * DAY
    assert google.events.living() == {}
    await listener.turn()
    assert google.events.living() == {ANNA: wall.now() + WEEK, BEN: wall.now() + WEEK}


async def test_a_subscription_of_an_earlier_start_is_taken_over(google, listener, listen):
    await listener.turn()
    again = listen()
    await again.turn()
    made = [call for call in google.asked if call.method == "workspaceevents.subscriptions.create"]
    assert len(made) == 2
    google.join(room(google, BEN), KIM)
    assert await again.turn() == [frozenset({BEN})]


async def test_a_subscription_to_another_topic_is_replaced(google, listen):
    await listen(topic="projects/demo/topics/old").turn()
    await listen().turn()
    told = {one.topic for one in google.events._open.values()}
    assert told == {TOPIC}


async def test_a_suspended_subscription_is_set_going_again_at_once(google, listener):
    await listener.turn()
    google.events.suspend(ANNA)
    assert await listener.turn() == []
    await listener.turn()
    google.join(room(google, ANNA), KIM)
    assert await listener.turn() == [frozenset({ANNA})]


async def test_a_forgotten_grant_is_silence_and_nothing_else(google, listener):
    google.events.may_publish = False
    await listener.turn()
    google.join(room(google, ANNA), KIM)
    assert await listener.turn() == []


async def test_an_event_that_cannot_be_placed_concerns_everybody(google, listener):
    await listener.turn()
    google.join(room(google, ANNA), KIM)
    for message in google.events.queue.values():
        message["attributes"] = {"ce-id": "x", "ce-type": "google.workspace.meet.participant.v2.joined"}
    assert await listener.turn() == [frozenset({ANNA, BEN})]


async def test_messages_of_others_in_the_queue_are_cleared_away(google, listener):
    await listener.turn()
    google.events.queue["ack-x"] = {"messageId": "1", "data": "", "attributes": {"ce-type": "something.else"}}
    google.events.queue["ack-y"] = {"messageId": "2"}
    assert await listener.turn() == []
    assert google.events.queue == {}


async def test_one_persons_trouble_keeps_nobody_else_from_being_heard(google, listener, wall):
    google.withdraw_token(ANNA)
    with pytest.raises(CredentialsLost):
        await listener.turn()
    assert google.events.living().keys() == {BEN}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (UNAVAILABLE, Temporary),
        (Fault(code=429, reason="RESOURCE_EXHAUSTED"), Temporary),
        (Fault(code=403, reason="PERMISSION_DENIED"), Permanent),
        (Fault(code=404, reason="NOT_FOUND"), Permanent),
        (Fault(manner=Manner.TRUNCATE), Temporary),
        (Fault(manner=Manner.DROP_AFTER), Temporary),
    ],
)
async def test_a_queue_that_cannot_be_read_is_one_of_our_words(google, listener, fault, error: type[VendorError]):
    await listener.turn()
    google.join(room(google, ANNA), KIM)
    google.fail(fault, on=PULL)
    with pytest.raises(error):
        await listener.turn()
    assert await listener.turn() == [frozenset({ANNA})]


async def test_it_goes_on_by_itself_after_a_failure(google, listen):
    """Run as the daemon runs it, until it was heard."""

    class HeardEnough(Exception):
        pass

    async def heed(_: Stir) -> None:
        raise HeardEnough

    clock = SteppingClock()
    listener = listen(clock)
    await listener.turn()
    google.join(room(google, ANNA), KIM)
    google.fail(UNAVAILABLE, on=PULL, times=3)
    said: list[str | None] = []

    async def heard(error: VendorError | None) -> None:
        said.append(error.reason if error is not None else None)

    with pytest.raises(HeardEnough):
        await listener.events.run(heed, heard)
    assert clock.slept == [30.0, 30.0, 30.0]
    assert said == ["UNAVAILABLE"] * 3
