"""The stage: what happens in a story, event by event, to the scripted world and to the running engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef, EntryStatus, Response
from noshowd.domain.evidence import CallRecord, CallResult, Direction, Identity, Where
from noshowd.story.format import ACCOUNT, Story
from noshowd.story.happening import Call, Changes, Event, Joins, Who
from noshowd.story.scripted import Mood, Moods, ScriptedCalendar, Stay, World
from noshowd.story.scripted_marks import ScriptedMarks
from noshowd.story.setting import attendee, entries, instant


class StoryError(ValueError):
    """A story speaks of something that it does not have. The message says of what."""


class Stage:
    """The scripted world. Everything here happens whether the daemon runs or not."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.world = World()
        self.moods = Moods()
        self.calendar = ScriptedCalendar(ACCOUNT, self.moods)
        self.marks = ScriptedMarks(self.calendar)
        self._made = 0
        for meeting in story.meeting:
            if meeting.appears is None:
                self._appear(meeting.id, None)

    def later(self) -> list[tuple[datetime, str]]:
        """Meetings that appear in the calendar while the story runs, and when."""
        return [(instant(self.story, m.appears), m.id) for m in self.story.meeting if m.appears is not None]

    async def appear(self, meeting_id: str, at: datetime) -> None:
        """Somebody puts the meeting into the calendars."""
        self._appear(meeting_id, at)

    def happen(self, event: Event, now: datetime) -> None:
        """Change the world as the event says; what concerns the daemon itself is not done here."""
        if event.join is not None:
            self._join(event, event.join, now)
        elif event.leave is not None:
            self._end(event.leave, event, now)
        elif event.admit is not None:
            stay = self._end(event.admit, event, now)
            self._enter(stay.identity, event.admit, stay.link, Where.ROOM, now)
        elif event.rename is not None:
            stay = self._here(event.rename.who, event)
            stay.identity = _identity(event.rename.shown_as)
        elif event.call is not None:
            self._call(event.call, now)
        elif event.change is not None:
            self._change(event, event.change, now)
        elif event.cancel or event.delete:
            self._cancel(event, now)
        elif event.rebook is not None:
            self._rebook(event, instant(self.story, event.rebook), now)
        elif event.mark is not None:
            self.marks.come(event.mark, now)
        else:
            self._change_mood(event)

    def _change_mood(self, event: Event) -> None:
        """A source, account or channel behaves otherwise from now on."""
        if event.late is not None:
            self.moods.behind[event.late.source] = event.late.by
        for name, mood in (
            (event.down, Mood.DOWN),
            (event.lost, Mood.LOST),
            (event.empty, Mood.EMPTY),
            (event.refuses, Mood.REFUSES),
            (event.up, Mood.WELL),
        ):
            if name is not None:
                self.moods.of[name] = mood
                self.moods.behind.pop(name, None)

    def meeting_id(self, event_meeting: str | None) -> str:
        """Which meeting an event or expectation is about; the only one where it does not say."""
        if event_meeting is None and len(self.story.meeting) == 1:
            return self.story.meeting[0].id
        if event_meeting is None or all(m.id != event_meeting for m in self.story.meeting):
            raise StoryError(f"there is no meeting {event_meeting!r}; name one of the story's meetings")
        return event_meeting

    def _appear(self, meeting_id: str, at: datetime | None) -> None:
        meeting = next(m for m in self.story.meeting if m.id == meeting_id)
        for entry in entries(self.story, meeting):
            new = entry if at is None else replace(entry, created=at, updated=at)
            self.calendar.entries[entry.ref] = new

    def _copies(self, event: Event) -> list[CalendarEntry]:
        wanted = self.meeting_id(event.meeting)
        return [e for e in self.calendar.entries.values() if e.ref.entry_id == wanted]

    def _link(self, event: Event) -> str:
        copies = self._copies(event)
        return (*copies[0].links, copies[0].location)[0] if copies else ""

    def _join(self, event: Event, joins: Joins, now: datetime) -> None:
        link = joins.link or self._link(event)
        self._enter(self._identity(joins), joins.who, link, joins.where, now, joins.seen_by)

    def _enter(
        self, identity: Identity, who: str, link: str, where: Where, now: datetime, seen_by: tuple[str, ...] = ()
    ) -> None:
        self._made += 1
        stay = f"{who}#{self._made}"
        self.world.stays.append(Stay(stay=stay, link=link, identity=identity, where=where, began=now, seen_by=seen_by))

    def _identity(self, joins: Joins) -> Identity:
        """As the story says; somebody named by an address is signed in with it."""
        if joins.seen_as is not None:
            return _identity(joins.seen_as)
        if "@" not in joins.who:
            return Identity(name=joins.who)
        return Identity(provider_id=f"id:{joins.who}", address=joins.who, name=self._name(joins.who), verified=True)

    def _name(self, address: str) -> str | None:
        named = [g.name for m in self.story.meeting for g in m.people if g.address == address]
        return next((name for name in named if name), None)

    def _end(self, who: str, event: Event, now: datetime) -> Stay:
        stay = self._here(who, event)
        stay.ended = now
        return stay

    def _here(self, who: str, event: Event) -> Stay:
        """The latest visit of that person that goes on. Raises `StoryError`."""
        here = [s for s in self.world.stays if s.ended is None and s.stay.startswith(f"{who}#")]
        if not here:
            raise StoryError(f"{who} is not there at {event.at}")
        return here[-1]

    def _call(self, call: Call, now: datetime) -> None:
        answered = now + call.rings if call.talks is not None else None
        ended = now + call.rings + (call.talks or timedelta(0))
        result = call.result or (CallResult.ANSWERED if call.talks is not None else CallResult.NO_ANSWER)
        self.world.calls.append(
            CallRecord(
                source="truth",
                call=f"call-{len(self.world.calls)}",
                direction=Direction.OUT if call.by == "ours" else Direction.IN,
                our_line=call.line,
                their_number=call.number,
                began=now,
                answered=answered,
                ended=ended,
                result=result,
            )
        )

    def _change(self, event: Event, change: Changes, now: datetime) -> None:
        for entry in self._copies(event):
            start = entry.start if change.to is None else instant(self.story, change.to)
            length = change.length or (entry.end - entry.start)
            people = tuple(_changed(a, change) for a in entry.attendees if a.address != change.without)
            if change.adds is not None:
                people += (attendee(change.adds),)
            self.calendar.entries[entry.ref] = replace(
                entry,
                start=start,
                end=start + length,
                location=entry.location if entry.links else change.link or entry.location,
                links=(change.link,) if change.link and entry.links else entry.links,
                attendees=people,
                updated=now,
            )

    def _cancel(self, event: Event, now: datetime) -> None:
        for entry in self._copies(event):
            if event.delete:
                del self.calendar.entries[entry.ref]
            else:
                self.calendar.entries[entry.ref] = replace(entry, status=EntryStatus.CANCELLED, updated=now)

    def _rebook(self, event: Event, start: datetime, now: datetime) -> None:
        for entry in self._copies(event):
            ref = EntryRef(account=ACCOUNT, calendar=entry.ref.calendar, entry_id=f"{entry.ref.entry_id}-again")
            self.calendar.entries[ref] = replace(
                entry,
                ref=ref,
                uid=f"{ref.entry_id}@story",
                start=start,
                end=start + (entry.end - entry.start),
                created=now,
                updated=now,
            )


def _identity(seen: Who) -> Identity:
    return Identity(
        provider_id=seen.id,
        address=seen.address,
        name=seen.name,
        phone=seen.phone,
        verified=seen.verified,
        machine=seen.machine,
    )


def _changed(invited: Attendee, change: Changes) -> Attendee:
    if invited.address != change.response_of or change.response is None:
        return invited
    return replace(invited, response=Response(change.response))
