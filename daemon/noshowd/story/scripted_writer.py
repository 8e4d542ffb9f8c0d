"""A calendar that can be written: what is moved or made stands in the scripted calendars at once."""

from __future__ import annotations

from dataclasses import replace

from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef, Response
from noshowd.ports.calendar import NewEvent
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Changed, Permanent
from noshowd.story.scripted import ScriptedCalendar


class ScriptedWriter:
    """Writes each key once, as the port promises."""

    platform: str | None = "google_meet"

    def __init__(self, calendar: ScriptedCalendar, clock: Clock) -> None:
        self.account = calendar.account
        #: Every write that changed something, in order.
        self.written: list[NewEvent] = []
        #: So many of the next writes take effect, and their answers are lost.
        self.answers_lost = 0
        self._calendar = calendar
        self._clock = clock
        self._done: dict[str, EntryRef] = {}

    async def write(self, calendar: str, event: NewEvent) -> EntryRef:
        """See `CalendarWriter`."""
        self._calendar.check()
        if event.key in self._done:
            return self._done[event.key]
        ref = self._make(calendar, event) if event.moves is None else self._move(event.moves, event)
        self._done[event.key] = ref
        self.written.append(event)
        if self.answers_lost:
            self.answers_lost -= 1
            raise TimeoutError
        return ref

    def _move(self, ref: EntryRef, event: NewEvent) -> EntryRef:
        entries = self._calendar.entries
        found = entries.get(ref)
        if found is None:
            raise Permanent("the event is gone")
        if event.expected_start not in (None, found.start):
            raise Changed("the event was moved")
        for copy in [one for one in entries.values() if one.uid == found.uid]:
            entries[copy.ref] = replace(
                copy,
                start=event.start,
                end=event.end,
                description=f"{copy.description}\n{event.note}".strip(),
                # a new time is a new question (RFC 5546, 3.2.2.1)
                attendees=tuple(replace(a, response=Response.NONE, responded_at=None) for a in copy.attendees),
                updated=self._clock.now(),
            )
        return ref

    def _make(self, calendar: str, event: NewEvent) -> EntryRef:
        ref = EntryRef(account=self.account, calendar=calendar, entry_id=f"made-{len(self._done) + 1}")
        now = self._clock.now()
        self._calendar.entries[ref] = CalendarEntry(
            ref=ref,
            uid=f"{ref.entry_id}@story",
            start=event.start,
            end=event.end,
            title=event.title,
            description=event.description,
            location=event.location or f"https://meet.google.com/new-{ref.entry_id[-1] * 4}-abc",
            organizer=Attendee(address=calendar, is_organizer=True),
            is_organizer_copy=True,
            attendees=tuple(Attendee(address=address) for address in event.attendees),
            created=now,
            updated=now,
        )
        return ref
