"""Gmail and Google Tasks keep what every channel promises."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime

import pytest

from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.google.channel import GmailChannel
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.settings import GmailSettings
from noshowd.adapters.google.tasks import GoogleTasks
from noshowd.demo.vendors.google.faults import Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.google.mail import Mail
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.clock import Clock

ANNA = "anna@beispiel-beratung.de"


class GoogleWorld(ChannelWorld):
    """Levers on the simulated Google; `method` is what a send calls."""

    method: str

    def __init__(self, google: SimulatedGoogle) -> None:
        self.google = google

    @abstractmethod
    def parcel(self, key: str = "parcel-1") -> Parcel: ...

    def addressee(self, parcel: Parcel) -> str:
        return parcel.recipient.address or ""

    def lose_answer(self) -> None:
        self.google.fail(Fault(manner=Manner.DROP_AFTER), on=self.method)

    def throttle(self, seconds: int) -> None:
        self.google.fail(Fault(code=429, reason="rateLimitExceeded", retry_after=seconds), on=self.method)

    def reject_recipient(self) -> None:
        self.google.fail(Fault(code=400, reason="invalidArgument"), on=self.method)

    def revoke(self) -> None:
        self.google.withdraw_token(ANNA)

    def unplug(self) -> None:
        self.google.unplug()


class GmailWorld(GoogleWorld):
    """Mail from Anna's mailbox to a guest."""

    method = "gmail.users.messages.send"
    retracts = False

    def __init__(self, google: SimulatedGoogle, client: GoogleClient, clock: Clock, settings: GmailSettings) -> None:
        super().__init__(google)
        self.channel = GmailChannel(client, settings, clock)

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TO_GUESTS,
            recipient=Recipient(address="kim@grosskunde.de", name="Kim"),
            sender=Recipient(address=ANNA, name="Anna Muster"),
            subject="Your call at 10:00",
            text="We are in the call, here is the link.",
        )

    def delivered(self) -> list[Delivered]:
        return [_delivered(mail) for mail in self.google.sent_mails]


class DraftWorld(GmailWorld):
    """The same mail, left in Anna's drafts."""

    method = "gmail.users.drafts.create"
    retracts = True

    def delivered(self) -> list[Delivered]:
        return [_delivered(mail) for mail in self.google.mail.drafts]


class TasksWorld(GoogleWorld):
    """A task in Anna's own list."""

    method = "tasks.tasks.insert"
    rejects_recipients = False

    def __init__(self, google: SimulatedGoogle, client: GoogleClient, clock: Clock) -> None:
        super().__init__(google)
        self.channel = GoogleTasks(client, clock)

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TASKS,
            recipient=Recipient(address=ANNA),
            subject="Ring Kim back",
            text="Kim was not there at 9:00.",
            due=datetime(2026, 3, 23, 23, 30, tzinfo=UTC),
            zone="Europe/Berlin",
        )

    def delivered(self) -> list[Delivered]:
        return [
            Delivered(to=frozenset({ANNA}), title=task["title"], body=task["notes"])
            for task in self.google.tasks.of(ANNA)
        ]


def _delivered(mail: Mail) -> Delivered:
    people = [a.addr_spec for name in ("To", "Cc", "Bcc") for h in mail.message.get_all(name, []) for a in h.addresses]
    html = mail.message.get_body(("html",))
    return Delivered(
        to=frozenset(people),
        title=str(mail.message["Subject"]),
        body=mail.text,
        markup=html.get_content() if html else "",
    )


class TestGmail(ChannelSuite):
    """With nothing but the right to send."""

    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient, wall: Clock) -> GmailWorld:
        return GmailWorld(google, client, wall, GmailSettings())


class TestGmailThatMaySearch(ChannelSuite):
    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient, wall: Clock) -> GmailWorld:
        return GmailWorld(google, client, wall, GmailSettings(may_search=True))


class TestGmailDrafts(ChannelSuite):
    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient, wall: Clock) -> DraftWorld:
        return DraftWorld(google, client, wall, GmailSettings(may_search=True, drafts=True))


class TestGoogleTasks(ChannelSuite):
    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient, wall: Clock) -> TasksWorld:
        return TasksWorld(google, client, wall)
