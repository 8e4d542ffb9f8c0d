"""A Teams meeting in the simulated tenant, for the presence suites."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.microsoft.tenant import ANNA, CLIENT, GUEST, Tenant
from contract.presence_suite import END, START, RoomWorld
from noshowd.demo.vendors.microsoft.faults import Fault, proxy_page
from noshowd.demo.vendors.microsoft.rooms import Participant
from noshowd.domain.evidence import Identity
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Role, Side
from noshowd.ports.presence import PresenceSource

ADDRESSES = {"host": ANNA, "guest": GUEST}


def meeting_at(url: str, platform: str = "teams", organizer: str | None = ANNA) -> Meeting:
    return Meeting(
        key="offer",
        start=START,
        end=END,
        place=Place(kind=Kind.VIDEO, platform=platform, url=url),
        people=(
            Person(key=ANNA, address=ANNA, side=Side.OURS, role=Role.HOST),
            Person(key=GUEST, address=GUEST, side=Side.THEIRS),
        ),
        organizer=organizer,
    )


class TeamsWorld(RoomWorld):
    """Anna's meeting with the guest. What happens, happens in the room of its join address."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.teams = tenant.sim.teams
        self.room = self.teams.open_room(ANNA, "Offer", {GUEST: "Gerd Gast"})
        self.meeting = meeting_at(self.room.join_url)
        self.foreign_meeting = meeting_at("https://meet.google.com/abc-defg-hij", "google_meet")
        tenant.clock.instant = self.now

    def use(self, source: PresenceSource) -> TeamsWorld:
        self.source = source
        return self

    async def pass_to(self, instant: datetime) -> None:
        await super().pass_to(instant)
        self.tenant.clock.instant = instant

    async def join(self, who: str, device: str = "laptop") -> None:
        self.teams.join(self.room.join_url, self._participant(who), device)

    async def leave(self, who: str, device: str = "laptop") -> None:
        self.teams.leave(self.room.join_url, self._participant(who), device)

    def is_identified(self, identity: Identity, who: str) -> bool:
        return identity.address == ADDRESSES[who]

    async def earlier_session(self) -> None:
        clock, now = self.tenant.clock, self.tenant.clock.instant
        clock.instant = START - timedelta(days=1)
        self.teams.join(self.room.join_url, Participant(name="Vera", address="vera@customer.example"))
        clock.instant += timedelta(minutes=30)
        self.teams.leave(self.room.join_url, Participant(name="Vera", address="vera@customer.example"))
        clock.instant = now

    async def record_not_made_yet(self) -> bool:
        """While the call runs its report is empty."""
        return True

    async def outage(self) -> None:
        self.tenant.sim.faults.standing = Fault(status=503)

    async def recover(self) -> None:
        self.tenant.sim.faults.standing = None

    async def nonsense(self) -> bool:
        self.tenant.sim.faults.standing = proxy_page("")
        return True

    async def lost(self) -> bool:
        self.tenant.sim.withdraw_secret(CLIENT)
        return True

    def _participant(self, who: str) -> Participant:
        if who == "stranger":
            return Participant(name=self.typed_name)
        return Participant(name=who, address=ADDRESSES[who])
