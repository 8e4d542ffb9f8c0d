"""Meet tells that somebody came or left: Workspace Events, fetched by Pub/Sub pull.

An event is a hint to look now and never evidence (facts, 3): what was missed is found by the next look all the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from noshowd.adapters.google.event_subscriptions import EventSubscriptions
from noshowd.adapters.google.queue import Queue, Received
from noshowd.adapters.google.settings import EventSettings
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.heard import Heard, unheard
from noshowd.ports.presence import Stir

log = structlog.get_logger()

Heed = Callable[[Stir], Awaitable[object]]
_MEET, _LIFECYCLE = "google.workspace.meet.", "google.workspace.events.subscription."
#: Subscriptions are looked after this often; they live a week.
_KEEP_EVERY = timedelta(hours=6)
#: Between two pulls, and after one that failed, seconds.
_BREATH, _PAUSE, _LONG_PAUSE = 1.0, 30.0, 900.0
#: Ids of events remembered, to hear each once.
_HEARD = 1_000


class MeetEvents:
    """Keeps the subscriptions alive and hands on what they bring."""

    def __init__(self, subscriptions: EventSubscriptions, queue: Queue, settings: EventSettings, clock: Clock) -> None:
        self.name = f"{settings.source} events"
        self._subscriptions = subscriptions
        self._queue = queue
        self._settings = settings
        self._clock = clock
        self._keep_at = clock.now()
        self._heard: OrderedDict[str, None] = OrderedDict()

    async def run(self, heed: Heed, heard: Heard = unheard) -> None:
        failures = 0
        while True:
            try:
                await self.turn(heed)
            except VendorError as error:
                failures += 1
                await heard(error)
                if failures.bit_count() == 1:
                    log.warning("events_missed", action="observe", source=self._settings.source, error=error.reason)
                await self._clock.sleep(_PAUSE if isinstance(error, Temporary) else _LONG_PAUSE)
            else:
                failures = 0
                await heard(None)
                await self._clock.sleep(_BREATH)

    async def turn(self, heed: Heed) -> None:
        """Look after the subscriptions when that is due, then hand on what has come. Raises vendor errors."""
        now = self._clock.now()
        if now >= self._keep_at:
            await self._subscriptions.keep(now)
            self._keep_at = now + _KEEP_EVERY
        received = await self._queue.pull()
        people: set[str] = set()
        for one in received:
            people |= self._concerned(one)
        if people:
            await heed(Stir(source=self._settings.source, organizers=frozenset(people)))
        # only now: had we died before, they would come again
        await self._queue.acknowledge(received)

    def _concerned(self, one: Received) -> set[str]:
        """Whose rooms this is about; nobody's for what came before or is not about rooms."""
        attributes = {name.lower(): value for name, value in one.attributes.items()}
        event, sort = attributes.get("ce-id", one.ack), attributes.get("ce-type", "")
        if event in self._heard:
            return set()
        self._heard[event] = None
        while len(self._heard) > _HEARD:
            self._heard.popitem(last=False)
        if sort.startswith(_LIFECYCLE):
            self._keep_at = self._clock.now()
            return set()
        if not sort.startswith(_MEET):
            return set()
        person = self._subscriptions.whose(attributes.get("ce-source", ""), attributes.get("ce-subject", ""))
        return {person} if person is not None else {one.lower() for one in self._settings.people}
