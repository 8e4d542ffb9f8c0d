"""A firm with a calendar, a room source and three channels, all scripted, on a clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.config.model import Config
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.alerts import tell
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.answers.choices import Tap
from noshowd.engine.parts import Parts
from noshowd.engine.turn import settle
from noshowd.ports.answers import Answer
from noshowd.ports.calendar import CalendarSource
from noshowd.ports.channel import Carries, Channel, Recovery
from noshowd.ports.marks import MarkKeeper
from noshowd.ports.presence import PresenceSource
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Adapters
from noshowd.runtime.people import ConfiguredDirectory
from noshowd.store import meetings, outbox
from noshowd.store.database import Database
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow
from noshowd.story.clock import FakeClock
from noshowd.story.format import ACCOUNT, Source, Story
from noshowd.story.happening import Event
from noshowd.story.posts import Post, ScriptedChannel
from noshowd.story.scripted import ScriptedRoom
from noshowd.story.setting import traits
from noshowd.story.stage import Stage

ANNA = "anna@us.example"
BEN = "ben@us.example"
GUS = "gus@them.example"
LINK = "https://meet.google.com/abc-defg-hij"
#: The start of every meeting that does not say otherwise: ten o'clock in Berlin.
TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = b"the key of a test"

MEETING: dict[str, Any] = {
    "id": "m",
    "at": "10:00",
    "link": LINK,
    "organizer": ANNA,
    "people": [{"address": ANNA, "name": "Anna Berger"}, {"address": GUS, "name": "Gus Kunde"}],
}
#: What each channel of this house carries, and what is known of a parcel after a crash.
CHANNELS: dict[str, tuple[frozenset[Carries], Recovery, bool]] = {
    "chat": (frozenset({Carries.TO_OUR_SIDE}), Recovery.VERIFY, True),
    "mail": (frozenset({Carries.TO_OUR_SIDE, Carries.TO_GUESTS}), Recovery.ASK, False),
    "tasks": (frozenset({Carries.TASKS}), Recovery.RESEND, True),
}


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return TEN + minutes * MINUTE


class House:
    """An engine, the world it watches, and what reached people. Everything happens when a test says so."""

    def __init__(
        self,
        database: Database,
        *,
        begins: float = -6,
        calendar: CalendarSource | None = None,
        marks: MarkKeeper | None = None,
        **story: Any,
    ) -> None:
        given = {
            "story": "A test of the engine",
            "us": {"domains": ["us.example"], "zone": "Europe/Berlin", "language": "en"},
            "person": [{"address": ANNA, "name": "Anna Berger"}, {"address": BEN, "name": "Ben Cramer"}],
            "meeting": [MEETING],
        }
        self.story = Story.model_validate({**given, **story})
        self.stage = Stage(self.story)
        self.clock = FakeClock(at(begins))
        self.database = database
        self.posts: list[Post] = []
        self.channels = [self._channel(name) for name in CHANNELS]
        #: Real channels that take the place of scripted ones.
        self.in_place_of: dict[str, Channel] = {}
        self.calendar = calendar or self.stage.calendar
        self.marks = {} if marks is None else {ACCOUNT: marks}
        self.presences: dict[str, PresenceSource] = {"meet": self._room(Source(name="meet"))}
        self.config = Config(
            mode=self.story.mode,
            us=self.story.us,
            person=self.story.person,
            contact=self.story.contact,
            policy=self.story.policy,
        )
        self.parts = self.open("first")

    def open(self, worker: str) -> Parts:
        """Another start of the daemon, or another worker."""
        adapters = Adapters(
            calendars={ACCOUNT: self.calendar},
            marks=self.marks,
            free_busy={ACCOUNT: self.stage.calendar},
            watched=[(ACCOUNT, ANNA)],
            presences=self.presences,
            channels=[self.in_place_of.get(one.name, one) for one in self.channels],
        )
        return assemble(
            self.config, database=self.database, clock=self.clock, adapters=adapters, worker=worker, key=KEY
        )

    def patient(self, patience: timedelta) -> Parts:
        """The same engine, waiting no longer than this for a vendor."""
        return replace(self.parts, pace=replace(self.parts.pace, patience=patience))

    def _room(self, source: Source) -> ScriptedRoom:
        return ScriptedRoom(traits(source), self.stage.world, self.stage.moods, source.links)

    def _channel(self, name: str) -> ScriptedChannel:
        carries, recovery, edits = CHANNELS[name]
        return ScriptedChannel(
            name,
            carries=carries,
            recovery=recovery,
            edits=edits,
            clock=self.clock,
            moods=self.stage.moods,
            posts=self.posts,
            blow=lambda _: None,
        )

    def happen(self, **event: Any) -> None:
        """Something happens in the world now, in the words of a story."""
        self.stage.happen(Event.model_validate({"at": "10:00", **event}), self.clock.now())

    async def until(self, minute: float) -> None:
        """Let time pass to that minute after the start; the engine does whatever is due on the way."""
        while True:
            due = await settle(self.parts, at_most=100)
            now = self.clock.now()
            if now >= at(minute):
                return
            self.clock.set(min(at(minute), max(due or at(minute), now + timedelta(seconds=1))))

    def pass_time(self, minute: float) -> None:
        """Time passes and the daemon does nothing."""
        self.clock.set(at(minute))

    async def press(
        self,
        tap: Tap,
        to: FollowUpKind,
        *,
        by: str | None = ANNA,
        text: str = "",
        answer_id: str | None = None,
        nth: int = -1,
    ) -> str:
        """Somebody presses a button under a message of that kind, the newest by default; what they are told."""
        row = [row for row in self.rows(to) if row.state not in (State.AWAITING, State.QUEUED)][nth]
        answer = Answer(
            answer_id=answer_id or f"{tap}-{by}-{self.clock.now().isoformat()}",
            channel="chat",
            by=by,
            value=f"{tap}.{row.key}",
            at=self.clock.now(),
            text=text,
        )
        return await AnswerDesk(self.parts).put(answer)

    def run(self, work: Callable[[sa.Connection], Any]) -> Any:
        return self.database.run_sync(work)

    def keep_house(self) -> int:
        """Tell our side of whatever has gone blind or come back; how many parts."""
        owners = ConfiguredDirectory(self.config).owners()
        told: int = self.run(lambda conn: tell(conn, owners, now=self.clock.now()))
        return told

    @property
    def meeting(self) -> StoredMeeting:
        """The one meeting, in its latest round."""
        [found] = self.meetings()
        return found

    def meetings(self) -> list[StoredMeeting]:
        found: list[StoredMeeting] = self.run(lambda conn: meetings.between(conn, at(-10_000), at(100_000)))
        return found

    def rows(self, kind: FollowUpKind | None = None) -> list[OutboxRow]:
        """The outbox, or one kind of it, oldest first."""
        return [row for row in self.run(outbox.in_state) if kind in (None, row.followup.kind)]

    def states(self, kind: FollowUpKind) -> list[State]:
        return [row.state for row in self.rows(kind)]

    def sent(self, kind: FollowUpKind) -> list[Post]:
        """What of a kind reached somebody, in order; retracted or not."""
        keys = {row.key for row in self.rows(kind)}
        return [post for post in self.posts if post.parcel.key in keys]
