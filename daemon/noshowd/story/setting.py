"""From a story's tables to calendar entries, sources and channels."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from noshowd.domain.entry import (
    Attendee,
    AttendeeKind,
    CalendarEntry,
    EntryRef,
    EntryStatus,
    Response,
    Sensitivity,
)
from noshowd.domain.evidence import SourceTraits
from noshowd.story.format import ACCOUNT, Source, Story, StoryMeeting
from noshowd.story.happening import Guest
from noshowd.story.moment import Moment, on_the_clock

_LONG_AGO = timedelta(days=7)


def instant(story: Story, moment: Moment) -> datetime:
    """The instant of a moment of the story, in UTC."""
    local = on_the_clock(moment, story.day).replace(tzinfo=story.clocks)
    return local.astimezone(ZoneInfo("UTC"))


def entries(story: Story, meeting: StoryMeeting) -> list[CalendarEntry]:
    """The copies of a meeting, one in each calendar that has it."""
    start = instant(story, meeting.at)
    organizer = next((g for g in meeting.people if g.address == meeting.organizer), None)
    made = start - _LONG_AGO
    return [
        CalendarEntry(
            ref=EntryRef(account=ACCOUNT, calendar=calendar, entry_id=meeting.id),
            uid=f"{meeting.series or meeting.id}@story",
            original_start=start if meeting.series else None,
            series_id=meeting.series,
            status=EntryStatus(meeting.status),
            event_type=meeting.event_type,
            start=start,
            end=start + meeting.length,
            all_day=meeting.all_day,
            zone=story.clocks.key,
            title=meeting.title,
            location=meeting.location or meeting.link or "",
            links=(meeting.link,) if meeting.location and meeting.link else (),
            description=meeting.description,
            organizer=Attendee(
                address=meeting.organizer,
                name=organizer.name if organizer else None,
                response=Response(organizer.response) if organizer else Response.ACCEPTED,
                is_organizer=True,
            ),
            is_organizer_copy=calendar == meeting.organizer,
            attendees=tuple(_listed(guest, meeting, calendar) for guest in meeting.people),
            own_response=_own_response(meeting, calendar),
            sensitivity=_sensitivity(meeting),
            busy=not meeting.transparent,
            created=made,
            updated=made,
        )
        for calendar in meeting.calendars or (meeting.organizer,)
    ]


def attendee(guest: Guest) -> Attendee:
    """Somebody as invited."""
    return Attendee(
        address=guest.address,
        name=guest.name,
        response=Response(guest.response),
        optional=guest.optional,
        kind=AttendeeKind(guest.kind),
    )


def _listed(guest: Guest, meeting: StoryMeeting, calendar: str) -> Attendee:
    organizes, own = guest.address == meeting.organizer, guest.address == calendar
    return replace(attendee(guest), is_organizer=organizes, is_self=own)


def _sensitivity(meeting: StoryMeeting) -> Sensitivity:
    if meeting.private:
        return Sensitivity.PRIVATE
    return Sensitivity.CONFIDENTIAL if meeting.confidential else Sensitivity.NORMAL


def _own_response(meeting: StoryMeeting, calendar: str) -> Response:
    own = next((g.response for g in meeting.people if g.address == calendar), None)
    return Response(own) if own else Response.ACCEPTED


def traits(source: Source) -> SourceTraits:
    return SourceTraits(
        name=source.name,
        telephone=source.sees == "phone",
        keeps_history=source.history,
        ended_only=source.ended_only,
        presence_only=source.presence_only,
        lossy=source.lossy,
        blind=frozenset(source.blind),
        lag=source.lag,
        settles_after=source.settles_after,
    )
