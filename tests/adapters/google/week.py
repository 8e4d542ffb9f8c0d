"""A firm at a simulated Google that fails at random, lived through by the real engine, and what is true of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from noshowd.config.load import load
from noshowd.config.model import Config
from noshowd.demo.vendors.google.faults import INTERNAL, RATE_LIMIT, TOO_MANY_REQUESTS, UNAVAILABLE, Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.followup import Cause, FollowUpKind, State
from noshowd.engine.turn import settle
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import build
from noshowd.store import outbox
from noshowd.store.database import Database
from noshowd.store.outbox import OutboxRow
from noshowd.story.clock import FakeClock

ANNA, BEN, KIM = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de", "kim@grosskunde.de"
MINUTE = timedelta(minutes=1)
LENGTH = 20 * MINUTE
MONDAY = datetime(2026, 3, 23, 7, tzinfo=ZoneInfo("Europe/Berlin"))
CONFIG = f"""
mode = "live"

[us]
domains = ["beispiel-beratung.de"]
zone = "Europe/Berlin"

[[person]]
address = "{ANNA}"

[[person]]
address = "{BEN}"

[[account]]
kind = "google"
calendars = ["{ANNA}", "{BEN}"]
key = {{ file = "key.json" }}
token_uri = "URL/token"
calendar_url = "URL/calendar/v3"
meet_url = "URL"
tasks_url = "URL"
gmail_url = "URL"
directory_url = "URL"

[[presence]]
kind = "google_meet"

[[tasks]]
kind = "google_tasks"
account = "google"

[[channel]]
kind = "gmail"
may_search = true
"""
#: What may happen to any request. Nothing is waited for in earnest: the client's time-out is a fraction of a second.
ANY = (
    TOO_MANY_REQUESTS,
    RATE_LIMIT,
    INTERNAL,
    UNAVAILABLE,
    Fault(manner=Manner.TRUNCATE),
    Fault(manner=Manner.HANG),
    Fault(manner=Manner.STALL),
    Fault(manner=Manner.DROP_AFTER),
)
EXPIRED, EMPTY_PAGE, LIE = (
    Fault(code=410, reason="fullSyncRequired"),
    Fault(manner=Manner.EMPTY_PAGE),
    Fault(manner=Manner.EMPTY),
)
#: Who was in the room from which minute to which, counted from the start: host, guest.
Stay = tuple[float, float] | None
PLOTS: dict[str, tuple[Stay, Stay]] = {
    "both": ((-1, 19), (0, 18)),
    "no guest": ((-2, 20), None),
    "no host": (None, (-1, 12)),
    "nobody": (None, None),
    "late guest": ((-1, 20), (8, 20)),
    "late host": ((7, 20), (0, 20)),
    "short": ((0, 6), (0, 6)),
    "guest left before the host came": ((6, 20), (0, 4)),
}
ACCUSING = (FollowUpKind.NUDGE, FollowUpKind.COURTESY_MESSAGE, FollowUpKind.RECALL_TASK, FollowUpKind.RESCHEDULE_OFFER)


class ImpatientBench(Bench):
    """As the daemon's, with the client's time-out scaled."""

    timeout = 0.25


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A meeting as it really went."""

    title: str
    start: datetime
    host: str
    plot: str

    def stays(self) -> list[tuple[str, datetime, datetime]]:
        both = zip((self.host, KIM), PLOTS[self.plot], strict=True)
        return [(who, self.start + s[0] * MINUTE, self.start + s[1] * MINUTE) for who, s in both if s is not None]

    def was_there(self, who: str, until: datetime) -> bool:
        """For as long as counts, before that instant."""
        return any(one == who and min(end, until) - begin >= MINUTE for one, begin, end in self.stays())


@dataclass
class Weather:
    """Fails one in so many requests, each in a way that its method knows."""

    chance: random.Random
    share: float
    struck: Counter[str] = field(default_factory=Counter)

    def __call__(self, method: str) -> Fault | None:
        if self.chance.random() >= self.share:
            return None
        ways = [*ANY]
        if method == "calendar.events.list":
            ways += [EXPIRED, EMPTY_PAGE]
        elif method.startswith("meet.") and method.endswith(".list"):
            ways += [*[LIE] * 6, EMPTY_PAGE]
        fault = self.chance.choice(ways)
        self.struck[f"{fault.manner} {fault.code}" if fault.manner is Manner.REFUSE else fault.manner] += 1
        return fault


class Firm:
    """The engine, its Google and what is to happen, on a clock that jumps from one due thing to the next."""

    def __init__(self, google: SimulatedGoogle, folder: Path, database: Database, clock: FakeClock) -> None:
        (folder / "noshowd.toml").write_text(CONFIG.replace("URL", google.url))
        (folder / "key.json").write_text(google.access.service_account())
        config = load(folder / "noshowd.toml")
        assert isinstance(config, Config), config
        key = b"k" * 32
        self.google, self.database, self.clock = google, database, clock
        self.bench = ImpatientBench(config, folder=folder, state=folder, clock=clock, signing_key=key)
        self.parts = assemble(config, database=database, clock=clock, adapters=build(self.bench), worker="w", key=key)
        self.appointments: dict[str, Appointment] = {}
        self._coming: list[tuple[datetime, Callable[[], object]]] = []

    def at(self, instant: datetime, happening: Callable[[], object]) -> None:
        self._coming.append((instant, happening))
        self._coming.sort(key=lambda one: one[0])

    def meet(self, start: datetime, host: str, plot: str) -> dict[str, Any]:
        """An accepted meeting, and people who come and go as the plot says."""
        title = f"call {len(self.appointments) + 1}"
        made = Appointment(title=title, start=start, host=host, plot=plot)
        self.appointments[title] = made
        event = self.google.agenda.add_event(host, title, start, start + LENGTH, guests=(KIM,))
        event = self.google.agenda.respond(event["id"], KIM, "accepted")
        code = event["conferenceData"]["conferenceId"]
        for who, begin, end in made.stays():
            self.at(begin, partial(self.google.join, code, who))
            self.at(end, partial(self.google.leave, code, who))
        return event

    async def until(self, end: datetime) -> None:
        """Let time pass; the engine does whatever is due on the way."""
        while self.clock.now() < end:
            while self._coming and self._coming[0][0] <= self.clock.now():
                self._coming.pop(0)[1]()
            due = await settle(self.parts, at_most=100)
            happening = self._coming[0][0] if self._coming else end
            soonest = max(due or end, self.clock.now() + timedelta(seconds=1))
            self.clock.set(min(end, soonest, max(happening, self.clock.now())).astimezone(UTC))

    def accusations(self) -> list[OutboxRow]:
        """Whatever left the house and rests on somebody's absence."""
        rows = self.database.read_sync(outbox.in_state)
        return [r for r in rows if r.followup.kind in ACCUSING and r.sent_at is not None]

    def unfinished(self) -> list[State]:
        """Of what is under way, and should be by now."""
        rows = self.database.read_sync(lambda conn: outbox.in_state(conn, State.SENDING))
        return [row.state for row in rows]

    def calls(self, method: str = "") -> Counter[tuple[str, datetime]]:
        """Requests of each person in each minute."""
        made = [call for call in self.google.asked if call.method.startswith(method)]
        return Counter((call.user, call.now.replace(second=0, microsecond=0)) for call in made)


def accused(row: OutboxRow, appointment: Appointment) -> set[str]:
    """Whose absence this message rests on."""
    if row.followup.kind in (FollowUpKind.NUDGE, FollowUpKind.COURTESY_MESSAGE):
        return {row.followup.key.person}
    causes = {Cause.THEY_ARE_MISSING: {KIM}, Cause.WE_ARE_MISSING: {appointment.host}}
    return causes.get(row.followup.cause, set())
