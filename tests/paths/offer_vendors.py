"""The vendors in whose calendars a taken offer is entered."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime

from noshowd.adapters.google.scopes import Scope
from noshowd.demo.vendors.exchange import ExchangeSimulation
from noshowd.demo.vendors.exchange.items import span_of
from noshowd.demo.vendors.exchange.soap import M, T
from noshowd.demo.vendors.exchange.store import Guest
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.google.meetings import Visitor
from noshowd.demo.vendors.microsoft import MicrosoftSimulation
from noshowd.demo.vendors.microsoft.appointments import Invited
from noshowd.demo.vendors.microsoft.certificates import certificates
from noshowd.demo.vendors.microsoft.entra import Application
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.ports.marks import STARTS
from paths.offer_firm import ANNA, KIM, MINUTE, TEN, Entered, Firm

_GOOGLE = """\
[[account]]
kind          = "google"
calendars     = ["anna@nordlicht.example"]
key           = {{ file = "google.json" }}
writes        = true
calendar_url  = "{url}/calendar/v3"
meet_url      = "{url}"
tasks_url     = "{url}"
gmail_url     = "{url}"
directory_url = "{url}"

[[presence]]
kind = "google_meet"
"""
_MICROSOFT = """\
[[account]]
kind      = "microsoft"
tenant    = "{tenant}"
client_id = "noshowd"
secret    = {{ file = "secret" }}
mailboxes = ["anna@nordlicht.example"]
rights    = ["move_events"]
authority = "{url}"
graph_url = "{url}/v1.0"
ca_file   = "{authority}"
instance_discovery = false
"""
_EXCHANGE = """\
[[account]]
kind      = "exchange"
endpoint  = "{url}"
username  = "{username}"
password  = {{ file = "secret" }}
auth_type = "basic"
mailboxes = ["anna@nordlicht.example"]
writes    = true
"""
_TENANT = "11111111-1111-4111-8111-111111111111"


class GoogleFirm(Firm):
    """Google Workspace: Calendar, and Meet which tells who is there."""

    def opened(self, stack: ExitStack) -> str:
        self.google = stack.enter_context(SimulatedGoogle(self.clock.now))
        self.google.add_person(ANNA, "Anna Berger")
        self.event = self.google.agenda.add_event(
            ANNA,
            "Angebot",
            TEN,
            TEN + 30 * MINUTE,
            attendees=[
                {"email": ANNA, "displayName": "Anna Berger", "organizer": True, "responseStatus": "accepted"},
                {"email": KIM, "displayName": "Kim Larsen", "responseStatus": "accepted"},
            ],
        )
        self.keep("google.json", self.google.access.authorized_user(ANNA, {scope.value for scope in Scope}))
        return _GOOGLE.format(url=self.google.url)

    def enter(self) -> None:
        """Anna is in the room."""
        self.google.enter(self.event["conferenceData"]["conferenceId"], Visitor(name="Anna Berger", address=ANNA))

    def entered(self) -> list[Entered]:
        calendar = self.google.calendars.get(ANNA)
        assert calendar is not None
        found = calendar.find(self.event["id"])
        assert found is not None
        start = datetime.fromisoformat(found["start"]["dateTime"]).astimezone(UTC)
        room = found["conferenceData"]["conferenceId"]
        return [Entered(id=found["id"], start=start, text=found.get("description", ""), place=room)]

    def told(self) -> int:
        return sum(KIM in reached for _, _, reached in self.google.writes.notices)


class MicrosoftFirm(Firm):
    """Microsoft 365 without a source of presence: whether the guest was there says Anna."""

    def opened(self, stack: ExitStack) -> str:
        self.graph = graph = MicrosoftSimulation(tenant=_TENANT, now=self.clock.now)
        stack.callback(graph.subscriptions.close)
        graph.people.add(ANNA, "Anna Berger")
        graph.entra.register(Application("noshowd", {"Calendars.ReadWrite"}, secret="s3cret"))
        graph.calendars.book(
            organizer=Invited(ANNA, "Anna Berger"),
            attendees=[Invited(KIM, "Kim Larsen", response="accepted")],
            start=TEN,
            end=TEN + 30 * MINUTE,
            subject="Angebot",
            body="<p>Agenda</p>",
            teams=True,
            days=3 if self.series else 1,
        )
        files = certificates(self.folder)
        server = LoopbackServer(graph.app, certificate=str(files.certificate), private_key=str(files.private_key))
        stack.enter_context(server)
        self.keep("secret", "s3cret")
        return _MICROSOFT.format(tenant=_TENANT, url=server.url, authority=files.ca_file)

    def entered(self) -> list[Entered]:
        """Without the mark of the installation, which lies in the year 2000."""
        standing = self.graph.calendars.appointments.values()
        found = [one for one in standing if one.kind != "seriesMaster" and one.start > STARTS]
        return [
            Entered(
                id=one.uid,
                start=one.start,
                text=one.body,
                place=one.join_url or one.location,
                invited=frozenset(one.addresses),
            )
            for one in sorted(found, key=lambda one: one.created)
        ]

    def told(self) -> int:
        """Outlook tells everybody of each change, and of each new event; nobody is invited to a mark."""
        written = [one for one in self.graph.calls if one.method in ("PATCH", "POST") and "/events" in one.path]
        return sum(str(STARTS.year) not in one.body["start"]["dateTime"] or "attendees" in one.body for one in written)


class ExchangeFirm(Firm):
    """A server of one's own, with a room at another video service."""

    room = "https://zoom.us/j/91234567890"

    def opened(self, stack: ExitStack) -> str:
        # exchangelib remembers a connection for each endpoint and user, so each firm has a user of its own
        username = f"NORDLICHT\\\\{self.folder.name}"
        exchange = ExchangeSimulation(username=username.replace("\\\\", "\\"), password="s3cret", now=self.clock.now)
        self.exchange = exchange
        exchange.store.mailboxes.add(ANNA)
        exchange.store.book(
            mailbox=ANNA,
            guests=[Guest(address=KIM, name="Kim Larsen", response="Accept")],
            start=TEN,
            end=TEN + 30 * MINUTE,
            subject="Angebot",
            location=self.room,
            series=self.series,
        )
        server = stack.enter_context(LoopbackServer(exchange.app))
        self.keep("secret", "s3cret")
        return _EXCHANGE.format(url=f"{server.url}{exchange.path}", username=username)

    def entered(self) -> list[Entered]:
        return [
            Entered(
                id=item.item_id,
                start=span_of(item)[0],
                text=item.text("item:TextBody"),
                place=item.text("calendar:Location"),
                invited=frozenset(
                    found.text or "" for people in item.properties.values() for found in people.iter(f"{T}EmailAddress")
                ),
            )
            for item in self.exchange.store.inside(ANNA, "calendar")
            if span_of(item)[0] > STARTS
        ]

    def told(self) -> int:
        """Writes of appointments after which the server is asked to write to everybody."""
        sends = {
            f"{M}CreateItem": "SendMeetingInvitations",
            f"{M}UpdateItem": "SendMeetingInvitationsOrCancellations",
        }
        written = [one for one, _ in self.exchange.exchanged if one.tag in sends]
        marks = [one for one in written if any(str(STARTS.year) in (at.text or "") for at in one.iter(f"{T}Start"))]
        assert all(one.get(sends[one.tag]) == "SendToNone" for one in marks)
        asked = [one.get(sends[one.tag]) for one in written if one not in marks]
        assert all(one == "SendToAllAndSaveCopy" for one in asked), asked
        return len(asked)
