"""The event calls of the simulated Graph: calendar view, single events, creating, changing, cancelling."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from noshowd.demo.vendors.microsoft.answers import (
    Answer,
    Call,
    Refusal,
    Route,
    moment_of,
    paged,
    parameter_instant,
    route,
    selected,
)
from noshowd.demo.vendors.microsoft.appointments import Appointment, Invited, full
from noshowd.demo.vendors.microsoft.calendars import Calendars
from noshowd.demo.vendors.microsoft.extended import expanded, properties_of, wanted_property
from noshowd.demo.vendors.microsoft.people import User

_READ = "Calendars.Read Calendars.ReadWrite"
_WRITE = "Calendars.ReadWrite"


class Events:
    """Answers from the calendars."""

    def __init__(self, calendars: Calendars) -> None:
        self.calendars = calendars
        self.people = calendars.people

    def routes(self) -> list[Route]:
        return [
            route("GET", "/users/{}/calendarView", _READ, self._view),
            route("GET", "/users/{}/events", _READ, self._list),
            route("POST", "/users/{}/events", _WRITE, self._create),
            route("GET", "/users/{}/events/{}", _READ, self._get),
            route("PATCH", "/users/{}/events/{}", _WRITE, self._patch),
            route("DELETE", "/users/{}/events/{}", _WRITE, self._delete),
            route("POST", "/users/{}/events/{}/cancel", _WRITE, self._cancel),
        ]

    def _view(self, call: Call, reference: str) -> Answer:
        user = self.people.find(reference)
        start = parameter_instant(call, "startDateTime")
        end = parameter_instant(call, "endDateTime")
        if end - start > timedelta(days=1825):
            raise Refusal(400, "ErrorInvalidParameter", "The time window is too long.")
        found = self.calendars.inside(user.address, start, end)
        return paged((full(a, user.address, call) for a in found), call, default=10, most=self.calendars.longest_page)

    def _list(self, call: Call, reference: str) -> Answer:
        """Single events and masters, here only by an extended property."""
        user = self.people.find(reference)
        name, value = wanted_property(call)
        found: Iterable[Appointment] = (
            a
            for a in self.calendars.appointments.values()
            if user.address in a.addresses and a.master is None and a.properties.get(name, "").lower() == value.lower()
        )
        told = (full(a, user.address, call) | expanded(a.properties, call) for a in found)
        return paged(told, call, default=10, most=1000)

    def _get(self, call: Call, reference: str, identifier: str) -> Answer:
        user = self.people.find(reference)
        found = self.calendars.find(user.address, identifier)
        return Answer(body=selected(full(found, user.address, call), call) | expanded(found.properties, call))

    def _create(self, call: Call, reference: str) -> Answer:
        user = self.people.find(reference)
        transaction = call.body.get("transactionId")
        for a in self.calendars.appointments.values():
            if transaction and a.transaction == transaction and a.organizer.address == user.address:
                return Answer(status=201, body=full(a, user.address, call))
        made = self._from_body(call.body, user)
        return Answer(status=201, body=full(made, user.address, call))

    def _from_body(self, body: dict[str, Any], user: User) -> Appointment:
        made = self.calendars.book(
            organizer=Invited(user.address, user.name),
            attendees=[_invited(one) for one in body.get("attendees", [])],
            start=moment_of(body["start"]),
            end=moment_of(body["end"]),
            subject=body.get("subject", ""),
            body=body.get("body", {}).get("content", ""),
            location=body.get("location", {}).get("displayName", ""),
            teams=bool(body.get("isOnlineMeeting")),
        )
        made.zone = body["start"].get("timeZone", "UTC")
        made.transaction = body.get("transactionId")
        made.properties = properties_of(body)
        return made

    def _patch(self, call: Call, reference: str, identifier: str) -> Answer:
        user = self.people.find(reference)
        appointment = self.calendars.find(user.address, identifier)
        self._refuse_crossing(appointment, call.body)
        if "transactionId" in call.body:
            raise Refusal(400, "ErrorInvalidPropertySet", "transactionId cannot be changed.")
        if "start" in call.body:
            appointment.start = moment_of(call.body["start"])
        if "end" in call.body:
            appointment.end = moment_of(call.body["end"])
        if appointment.kind == "occurrence":
            appointment.kind = "exception"
        if "body" in call.body:
            appointment.write(call.body["body"]["content"])
        if call.body.get("isOnlineMeeting") and appointment.join_url is None:
            people = appointment.attendees
            appointment.join_url = self.calendars.join_url(user.address, appointment.subject, people)
        appointment.properties |= properties_of(call.body)
        return Answer(body=full(self.calendars.put(appointment), user.address, call))

    def _refuse_crossing(self, appointment: Appointment, body: dict[str, Any]) -> None:
        """An occurrence stays between its neighbours."""
        if appointment.master is None or "start" not in body:
            return
        start = moment_of(body["start"])
        for one in self.calendars.appointments.values():
            beside = one.master == appointment.master and one is not appointment
            if beside and (one.start < start) != (one.start < appointment.start):
                raise Refusal(400, "ErrorOccurrenceCrossingBoundary", "Modified occurrence is crossing its neighbour.")

    def _delete(self, _call: Call, reference: str, identifier: str) -> Answer:
        user = self.people.find(reference)
        self.calendars.remove(self.calendars.find(user.address, identifier), user.address)
        return Answer(status=204)

    def _cancel(self, _call: Call, reference: str, identifier: str) -> Answer:
        user = self.people.find(reference)
        appointment = self.calendars.find(user.address, identifier)
        if appointment.organizer.address != user.address:
            raise Refusal(400, "ErrorInvalidRequest", "Only the organizer can cancel a meeting.")
        self.calendars.cancel(appointment)
        return Answer(status=202)


def _invited(one: dict[str, Any]) -> Invited:
    mail = one["emailAddress"]
    return Invited(mail["address"].lower(), mail.get("name", ""), one.get("type", "required"))
