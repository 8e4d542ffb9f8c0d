"""The event that is written for a chosen time."""

from __future__ import annotations

from noshowd.domain.booking import Booking, Way
from noshowd.domain.meeting import Kind, Side
from noshowd.domain.offer import Chosen
from noshowd.engine.offers.offer import Seen
from noshowd.engine.parts import Parts
from noshowd.ports.calendar import NewEvent


def event_for(parts: Parts, seen: Seen, chosen: Chosen, way: Booking, *, platform: str | None) -> NewEvent:
    """The same appointment at the chosen time: moved where it lies, or made anew with the guest and all of ours.

    `platform` is the video service whose links the calendar can make; another service's room is used again.
    """
    offer, meeting = seen.stored.offer, seen.meeting
    note = _note(parts, seen, chosen)
    end = chosen.start + offer.length
    # the time is part of the key: what is chosen after a clash is another write
    key = f"{offer.key}-{int(chosen.start.timestamp())}"
    if way.way is Way.MOVE:
        return NewEvent(
            key=key,
            start=chosen.start,
            end=end,
            zone=meeting.zone or parts.zone,
            title=meeting.title,
            moves=way.place,
            expected_start=meeting.start,
            note=note,
        )
    video = meeting.place.kind is Kind.VIDEO and not chosen.by_phone
    fresh = video and meeting.place.platform is not None and meeting.place.platform == platform
    return NewEvent(
        key=key,
        start=chosen.start,
        end=end,
        zone=meeting.zone or parts.zone,
        title=meeting.title,
        description=note,
        attendees=_people(seen),
        with_conference=fresh,
        location="" if fresh else _where(parts, seen, chosen, video=video),
    )


def _people(seen: Seen) -> tuple[str, ...]:
    """The guest and all of ours who are expected; other guests answer for themselves."""
    ours = [p.address for p in seen.meeting.side(Side.OURS) if p.expected and p.address is not None]
    return tuple(dict.fromkeys((*ours, *((seen.guest.address,) if seen.guest.address else ()))))


def _where(parts: Parts, seen: Seen, chosen: Chosen, *, video: bool) -> str:
    if video:
        return seen.meeting.place.url or ""
    number = chosen.phone or seen.meeting.place.phone or parts.directory.contact(seen.guest).phone
    return _words(parts, seen, "by_phone_at").format(phone=number) if number else _words(parts, seen, "by_phone")


def _note(parts: Parts, seen: Seen, chosen: Chosen) -> str:
    """What the guest gave along, in the words of their language; both sides read it."""
    lines = []
    if chosen.by_phone and seen.meeting.place.kind is Kind.VIDEO:
        lines.append(_where(parts, seen, chosen, video=False))
    if chosen.keyword:
        lines.append(_words(parts, seen, "keyword").format(keyword=chosen.keyword))
    return "\n".join(lines)


def _words(parts: Parts, seen: Seen, name: str) -> str:
    return parts.wording.lexicon(parts.directory.contact(seen.guest).language).phrase(name)
