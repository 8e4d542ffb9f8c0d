"""Puts the day's appointments into the simulated calendars, each with its guest's acceptance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from noshowd.demo.cast import Actor
from noshowd.demo.script import Appointment, Where
from noshowd.demo.town import Town
from noshowd.demo.vendors.microsoft.appointments import Invited


class Diaries:
    """What stands in the calendars, and the room of each appointment."""

    def __init__(self, town: Town, today: datetime) -> None:
        self._town = town
        self._today = today
        #: Meet code or Teams address by title.
        self.rooms: dict[str, str] = {}

    def time(self, at: str) -> datetime:
        """Today at `HH:MM`."""
        hour, minute = map(int, at.split(":"))
        return self._today.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def enter(self, appointments: tuple[Appointment, ...]) -> None:
        for one in appointments:
            {Where.MEET: self._meet, Where.PHONE: self._phone, Where.TEAMS: self._teams}[one.where](one)

    def _meet(self, one: Appointment) -> None:
        event = self._google(one)
        self.rooms[one.title] = event["conferenceData"]["conferenceId"]

    def _phone(self, one: Appointment) -> None:
        self._google(one, meet=False, location=one.guest.phone, description="Ich rufe Sie an.")

    def _google(self, one: Appointment, **fields: Any) -> dict[str, Any]:
        start = self.time(one.at)
        end = start + timedelta(minutes=one.minutes)
        host = {"email": one.host.address, "displayName": one.host.name, "organizer": True}
        guest = {"email": one.guest.address, "displayName": one.guest.name}
        return self._town.google.agenda.add_event(
            one.host.address,
            one.title,
            start,
            end,
            attendees=[host | {"responseStatus": "accepted"}, guest | {"responseStatus": "accepted"}],
            **fields,
        )

    def _teams(self, one: Appointment) -> None:
        start = self.time(one.at)
        booked = self._town.microsoft.calendars.book(
            organizer=_invited(one.host),
            attendees=[_invited(one.guest, "accepted")],
            start=start,
            end=start + timedelta(minutes=one.minutes),
            subject=one.title,
            teams=True,
        )
        self.rooms[one.title] = booked.join_url or ""


def _invited(who: Actor, response: str = "none") -> Invited:
    return Invited(address=who.address, name=who.name, response=response)
