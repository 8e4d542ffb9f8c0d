"""Google Meet keeps what every presence source promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract.presence_suite import END, OPENING, START, PresenceSuite, RoomWorld
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.presence import MeetPresence
from noshowd.adapters.google.settings import MeetSettings
from noshowd.demo.vendors.google.faults import UNAVAILABLE, Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.google.meetings import Joined
from noshowd.domain.evidence import Identity
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side

ANNA, KIM = "anna@beispiel-beratung.de", "kim@grosskunde.de"
_ALWAYS = 1000


def meeting(code: str, *, platform: str = "google_meet", organizer: str = ANNA) -> Meeting:
    return Meeting(
        key="m1",
        start=START,
        end=END,
        place=Place(kind=Kind.VIDEO, platform=platform, meeting_id=code),
        people=(Person(key=ANNA, side=Side.OURS, address=ANNA), Person(key=KIM, side=Side.THEIRS, address=KIM)),
        organizer=organizer,
    )


class MeetWorld(RoomWorld):
    """A Meet room of Anna's; Kim has a Google account elsewhere."""

    def __init__(self, google: SimulatedGoogle, client: GoogleClient, wall) -> None:
        self.google = google
        self.wall = wall
        wall.instant = OPENING
        self.code = google.meetings.add_space(ANNA).code
        self.source = MeetPresence(client, MeetSettings())
        self.meeting = meeting(self.code)
        self.foreign_meeting = meeting("12345678", platform="zoom")

    @property
    def now(self):
        return self.wall.instant

    @now.setter
    def now(self, instant) -> None:
        self.wall.instant = instant

    async def join(self, who: str, device: str = "laptop") -> None:
        if who == "stranger":
            self.google.join(self.code, self.typed_name, how=Joined.ANONYMOUS, device=device)
        else:
            self.google.join(self.code, {"host": ANNA, "guest": KIM}[who], device=device)

    async def leave(self, who: str, device: str = "laptop") -> None:
        name = {"host": ANNA, "guest": KIM, "stranger": self.typed_name}[who]
        self.google.leave(self.code, name, device=device)

    def is_identified(self, identity: Identity, who: str) -> bool:
        if who == "host":
            return identity.address == ANNA
        return identity.provider_id == self.google.people.account_id(KIM)

    async def earlier_session(self) -> None:
        yesterday = START - timedelta(days=1)
        self.google.join(self.code, "ben@beispiel-beratung.de", yesterday)
        self.google.leave(self.code, "ben@beispiel-beratung.de", yesterday + timedelta(minutes=20))

    async def wait_in_lobby(self, who: str) -> bool:
        return True  # knocking leaves no trace in the API

    async def record_not_made_yet(self) -> bool:
        self.google.fail(Fault(manner=Manner.EMPTY), on="meet.conferenceRecords.list", times=_ALWAYS)
        return True

    async def outage(self) -> None:
        self.google.fail(UNAVAILABLE, on="meet", times=_ALWAYS)

    async def recover(self) -> None:
        self.google.recover()

    async def nonsense(self) -> bool:
        self.google.fail(Fault(manner=Manner.TRUNCATE), on="meet", times=_ALWAYS)
        return True

    async def lost(self) -> bool:
        self.google.withdraw_token(ANNA)
        return True

    async def withhold_right(self) -> bool:
        """The room belongs to somebody else: the API answers, and shows nothing."""
        space = self.google.meetings.space(self.code)
        assert space is not None
        space.owner = "somebody@elsewhere.example"
        return True


class TestMeetPresence(PresenceSuite):
    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient, wall) -> MeetWorld:
        return MeetWorld(google, client, wall)
