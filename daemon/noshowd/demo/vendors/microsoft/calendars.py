"""Calendars of the simulated tenant: what lies in them and what people do with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime

from noshowd.demo.vendors.microsoft.answers import Refusal
from noshowd.demo.vendors.microsoft.appointments import (
    Appointment,
    Invited,
    daily,
    entry_id,
    outlook_uid,
)
from noshowd.demo.vendors.microsoft.people import People
from noshowd.demo.vendors.microsoft.teams import Teams


class Calendars:
    """Every appointment of the tenant and the order in which they changed."""

    def __init__(self, people: People, teams: Teams, now: Callable[[], datetime], lock: threading.RLock) -> None:
        self.people = people
        self.teams = teams
        self.now = now
        self.lock = lock
        self.appointments: dict[str, Appointment] = {}
        #: One line for each change of a mailbox: its address and the uid.
        self.journal: list[tuple[str, str]] = []
        #: Events on one page at most, whatever is asked for.
        self.longest_page = 1000

    def book(
        self,
        *,
        organizer: Invited,
        attendees: Iterable[Invited],
        start: datetime,
        end: datetime,
        subject: str,
        body: str = "",
        location: str = "",
        teams: bool = False,
        uid: str | None = None,
        days: int = 1,
    ) -> Appointment:
        """Put an appointment into every mailbox it concerns; with `teams` it has a Teams meeting.

        With `days` above 1 it is a daily series, and what is returned is its master.
        """
        people = list(attendees)
        appointment = Appointment(
            uid=uid or outlook_uid(f"{organizer.address}/{len(self.journal)}"),
            start=start,
            end=end,
            organizer=organizer,
            created=self.now(),
            changed=self.now(),
            subject=subject,
            body=body,
            location=location,
            attendees=people,
            join_url=self.join_url(organizer.address, subject, people) if teams else None,
            kind="singleInstance" if days == 1 else "seriesMaster",
        )
        if days > 1:
            for occurrence in daily(appointment, days):
                self.put(occurrence)
        return self.put(appointment)

    def occurrence(self, master: Appointment, planned: datetime) -> Appointment:
        """The occurrence of a series that was planned for this instant."""
        return next(a for a in self.appointments.values() if a.master == master.uid and a.original_start == planned)

    def move(self, appointment: Appointment, start: datetime) -> None:
        """The organiser moves it, its length unchanged."""
        with self.lock:
            appointment.end += start - appointment.start
            appointment.start = start
            if appointment.kind == "occurrence":
                appointment.kind = "exception"
            self.put(appointment)

    def cancel(self, appointment: Appointment) -> None:
        """The organiser calls it off, a master with all its occurrences: attendees keep a cancelled copy."""
        with self.lock:
            for one in [a for a in self.appointments.values() if appointment.uid in (a.uid, a.master)]:
                one.cancelled = True
                self.put(one)
                self.remove(one, one.organizer.address)

    def respond(self, appointment: Appointment, address: str, response: str) -> None:
        """An attendee answers the invitation (accepted, tentativelyAccepted, declined)."""
        with self.lock:
            for one in appointment.attendees:
                if one.address == address:
                    one.response = response
            self.put(appointment)

    def put(self, appointment: Appointment) -> Appointment:
        """Add an appointment, or say that it changed: every mailbox it lies in notices."""
        with self.lock:
            appointment.changed = self.now()
            appointment.version += 1
            self.appointments[appointment.uid] = appointment
            for address in appointment.addresses & set(self.people.users):
                self.journal.append((address, appointment.uid))
        return appointment

    def join_url(self, organizer: str, subject: str, attendees: Iterable[Invited]) -> str:
        """Make the Teams meeting behind an appointment; its join address."""
        return self.teams.open_room(organizer, subject, {a.address: a.name for a in attendees}).join_url

    def remove(self, appointment: Appointment, mailbox: str) -> None:
        """The owner of one mailbox deletes the copy there."""
        with self.lock:
            appointment.deleted_in.add(mailbox)
            self.journal.append((mailbox, appointment.uid))

    def inside(self, mailbox: str, start: datetime, end: datetime) -> list[Appointment]:
        """What a calendar view shows: single events and occurrences, never masters."""
        return sorted(
            (
                a
                for a in self.appointments.values()
                if mailbox in a.addresses and a.kind != "seriesMaster" and a.overlaps(start, end)
            ),
            key=lambda a: a.start,
        )

    def find(self, mailbox: str, identifier: str) -> Appointment:
        """The appointment with this id in this mailbox, in either form of id."""
        for a in self.appointments.values():
            if mailbox in a.addresses and identifier in (
                entry_id(a.uid, mailbox, immutable=True),
                entry_id(a.uid, mailbox, immutable=False),
            ):
                return a
        raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
