"""The simulated Google as one object: serve its `app`, point a client at it, and live a day in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import RLock
from types import TracebackType
from typing import Any, Self

from noshowd.demo.vendors.google.access import Access
from noshowd.demo.vendors.google.agenda import Agenda
from noshowd.demo.vendors.google.calendar_reads import CalendarReads
from noshowd.demo.vendors.google.calendar_rest import CalendarRest
from noshowd.demo.vendors.google.calendar_writes import CalendarWrites
from noshowd.demo.vendors.google.calendars import Calendars
from noshowd.demo.vendors.google.call import Call
from noshowd.demo.vendors.google.channels import Channels
from noshowd.demo.vendors.google.faults import Fault, FaultScript
from noshowd.demo.vendors.google.mail import Mail, Mailboxes
from noshowd.demo.vendors.google.meet_api import MeetApi
from noshowd.demo.vendors.google.meetings import Joined, Meetings, Visitor
from noshowd.demo.vendors.google.paging import Pager
from noshowd.demo.vendors.google.people import People
from noshowd.demo.vendors.google.server import Front
from noshowd.demo.vendors.google.tasks import Tasks
from noshowd.demo.vendors.google.workspace_events import WorkspaceEvents
from noshowd.demo.vendors.serving import LoopbackServer


class SimulatedGoogle:
    """Calendar, Meet, Tasks, Gmail and Directory of one small firm, on loopback while the `with` block runs.

    `now` stamps everything; `certificate` is a PEM file with key and chain for TLS. The control methods may be
    called from any thread.
    """

    def __init__(self, now: Callable[[], datetime], *, certificate: str | None = None) -> None:
        self._now = now
        lock = RLock()
        self.pager = Pager()
        self._faults = FaultScript()
        self.meetings = Meetings()
        self.calendars = Calendars()
        self.agenda = Agenda(self.calendars, self.meetings, now, lock)
        self.tasks = Tasks(self.pager)
        self.mail = Mailboxes(self.pager)
        self.access = Access()
        self.people = People(self.access)
        self.writes = CalendarWrites(self.calendars, self.meetings)
        self.rest = CalendarRest(self.calendars, self.pager)
        self.channels = Channels(self.calendars)
        self.events = WorkspaceEvents(now)
        meet = MeetApi(self.meetings, self.people, self.pager)
        self._reads = CalendarReads(self.calendars, self.pager)
        parts = (
            self._reads,
            self.writes,
            self.rest,
            self.channels,
            self.events,
            meet,
            self.tasks,
            self.mail,
            self.people,
        )
        handlers = {k: v for part in parts for k, v in part.handlers().items()}
        self._front = Front(
            access=self.access, faults=self._faults, pager=self.pager, handlers=handlers, now=now, lock=lock
        )
        self._server = LoopbackServer(self._front.app(), certificate=certificate)
        self.access.token_uri = f"{self.url}/token"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def unplug(self) -> None:
        """Nobody answers at `url` any more."""
        self._server.__exit__(None, None, None)

    @property
    def url(self) -> str:
        """Root of every API; Calendar's own root is `{url}/calendar/v3/`."""
        return self._server.url

    @property
    def asked(self) -> list[Call]:
        """Every accepted request so far, in order."""
        with self._front.lock:
            return list(self._front.asked)

    @property
    def token_requests(self) -> int:
        return self._front.token_requests

    def add_person(
        self, address: str, name: str, *, zone: str = "Europe/Berlin", aliases: tuple[str, ...] = ()
    ) -> None:
        """Somebody with an account and a calendar in the domain."""
        with self._front.lock:
            self.people.add(address, name, aliases)
            self.agenda.add_calendar(address, zone=zone)

    def fail(self, fault: Fault, *, on: str, times: int = 1, after: int = 0) -> None:
        """Let the next requests to a method (or a family of methods) fail."""
        with self._front.lock:
            self._faults.add(fault, on=on, times=times, after=after)

    def weather(self, tells: Callable[[str], Fault | None]) -> None:
        """From now on every request (its method id) is asked whether it fails, until `recover`."""
        with self._front.lock:
            self._faults.weather = tells

    def spoil(self, event_id: str, **fields: Any) -> None:
        """From now on this event is told with these fields in place of its own, however little sense they make."""
        with self._front.lock:
            self._reads.spoiled[event_id] = fields

    def recover(self) -> None:
        """Forget all failures still to come."""
        with self._front.lock:
            self._faults.clear()

    def join(
        self,
        code: str,
        who: str,
        at: datetime | None = None,
        *,
        how: Joined = Joined.SIGNED_IN,
        device: str = "laptop",
    ) -> None:
        """`who` is an address for a signed-in account, else the typed name or the partly hidden number."""
        with self._front.lock:
            if how is Joined.SIGNED_IN:
                visitor = Visitor(name=self.people.name_of(who), address=who)
            else:
                visitor = Visitor(how=how, name=who)
            self.meetings.join(code, visitor, at or self._now(), device)
            self._stir(code, "joined")

    def enter(self, code: str, visitor: Visitor) -> None:
        """Somebody comes in as whom they say they are, with whatever account."""
        with self._front.lock:
            self.meetings.join(code, visitor, self._now())
            self._stir(code, "joined")

    def leave(self, code: str, who: str, at: datetime | None = None, *, device: str | None = None) -> None:
        """With one device, or with every."""
        with self._front.lock:
            self.meetings.leave(code, who, at or self._now(), device)
            self._stir(code, "left")

    def _stir(self, code: str, what: str) -> None:
        space = self.meetings.space(code)
        if space is not None:
            self.events.stirred(space.owner, what, f"conferenceRecords/of-{space.id}/participants/somebody")

    def withdraw_token(self, address: str) -> None:
        """From now on every sign-in as this person is refused."""
        with self._front.lock:
            self.access.withdraw(address)

    def restore_token(self, address: str) -> None:
        with self._front.lock:
            self.access.restore(address)

    @property
    def sent_mails(self) -> list[Mail]:
        with self._front.lock:
            return self.mail.sent
