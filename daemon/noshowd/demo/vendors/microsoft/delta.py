"""calendarView/delta with its quirks: empty pages, repeats, stubs of occurrences, strangers in @removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noshowd.demo.vendors.microsoft.answers import (
    Answer,
    Call,
    Refusal,
    Route,
    next_link,
    parameter_instant,
    route,
)
from noshowd.demo.vendors.microsoft.appointments import Appointment, entry_id, full, stub
from noshowd.demo.vendors.microsoft.calendars import Calendars

_OPENING = {"startDateTime", "endDateTime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one reader stands: its window, what is still to be told, and the journal line reached."""

    mailbox: str
    start: datetime
    end: datetime
    left: tuple[str, ...]
    reached: int
    #: Only a delta link reads the journal on; a next link first tells what is left.
    done: bool


@dataclass(slots=True)
class DeltaFeed:
    """The places handed out as tokens. The server may forget them at any time."""

    calendars: Calendars
    places: dict[str, _Place] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop every token, as a full server cache does."""
        self.places.clear()

    def routes(self) -> list[Route]:
        return [
            route(
                "GET",
                "/users/{}/calendarView/delta",
                "Calendars.Read Calendars.ReadWrite",
                self._delta,
            )
        ]

    def _delta(self, call: Call, reference: str) -> Answer:
        mailbox = self.calendars.people.find(reference).address
        token = call.query.get("$skiptoken") or call.query.get("$deltatoken")
        if token is None:
            return self._open(call, mailbox)
        if len(call.query) > 1:
            raise Refusal(400, "ErrorInvalidParameter", "The link has to be used unchanged.")
        place = self.places.get(token)
        if place is None or place.mailbox != mailbox:
            raise Refusal(410, "SyncStateNotFound", "The sync state generation is not found.")
        if place.done:
            place = self._changed(place)
        return self._page(call, place)

    def _open(self, call: Call, mailbox: str) -> Answer:
        """The first request: its window is part of every later token. Its page is empty."""
        if set(call.query) - _OPENING:
            raise Refusal(400, "ErrorInvalidUrlQuery", "The query option is not supported here.")
        start, end = (
            parameter_instant(call, "startDateTime"),
            parameter_instant(call, "endDateTime"),
        )
        inside = self.calendars.inside(mailbox, start, end)
        masters = {a.master for a in inside if a.master}
        uids = [a.uid for a in inside]
        told = (*uids, *sorted(masters), *uids[:1])
        reached = len(self.calendars.journal)
        place = _Place(mailbox=mailbox, start=start, end=end, left=told, reached=reached, done=False)
        return Answer(body={"value": [], "@odata.nextLink": self._link(call, place)})

    def _changed(self, place: _Place) -> _Place:
        journal = self.calendars.journal
        uids = [uid for mailbox, uid in journal[place.reached :] if mailbox == place.mailbox]
        return _Place(
            mailbox=place.mailbox,
            start=place.start,
            end=place.end,
            left=tuple(uids),
            reached=len(journal),
            done=False,
        )

    def _page(self, call: Call, place: _Place) -> Answer:
        size = int(call.prefers("odata.maxpagesize") or 10)
        now, later = place.left[:size], place.left[size:]
        rest = _Place(
            mailbox=place.mailbox,
            start=place.start,
            end=place.end,
            left=later,
            reached=place.reached,
            done=not later,
        )
        kind = "@odata.nextLink" if later else "@odata.deltaLink"
        return Answer(
            body={
                "value": [self._item(uid, place, call) for uid in now],
                kind: self._link(call, rest),
            }
        )

    def _item(self, uid: str, place: _Place, call: Call) -> dict[str, Any]:
        """A deleted event and one outside the window look the same; an occurrence is a stub."""
        a: Appointment = self.calendars.appointments[uid]
        here = place.mailbox in a.addresses
        if not here or (a.kind != "seriesMaster" and not a.overlaps(place.start, place.end)):
            identifier = entry_id(uid, place.mailbox, immutable=call.immutable_ids)
            return {"id": identifier, "@removed": {"reason": "deleted"}}
        return (stub if a.kind == "occurrence" else full)(a, place.mailbox, call)

    def _link(self, call: Call, place: _Place) -> str:
        token = f"t{len(self.places)}-{place.reached}"
        self.places[token] = place
        return next_link(call, {"$deltatoken" if place.done else "$skiptoken": token})
