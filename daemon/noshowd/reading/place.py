"""Where a meeting takes place: in a video conference, on the telephone, somewhere in person, or nowhere it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from noshowd.domain.entry import CalendarEntry, Conference
from noshowd.domain.meeting import Kind, Place, Role
from noshowd.reading import printed
from noshowd.reading.body import LINE, READ, plain_text
from noshowd.reading.calls import SIGNATURE, read_call
from noshowd.reading.links import Link, best_link, trusted_link, without_links
from noshowd.reading.numbers import e164
from noshowd.reading.platforms import UNKNOWN
from noshowd.reading.vocabulary import either, words
from noshowd.reading.where import Location, Where, read_location


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReading:
    """A place and how it was found. `place.caller` stays unknown: whose side the host is on, an entry cannot tell."""

    place: Place
    #: `field: rule` that decided.
    why: str
    #: Who dials, as the event says it: its organiser is the host.
    caller: Role | None = None
    #: The number is the one the caller dials from.
    number_of_caller: bool = False
    #: Where those sit who come in person to a video meeting.
    room: str | None = None


#: A calendar's word for its own conferencing.
_SOLUTIONS = {
    "hangoutsmeet": "google_meet",
    "eventhangout": "google_meet",
    "eventnamedhangout": "google_meet",
    "teamsforbusiness": "teams",
    "teamsforconsumer": "teams",
    "skypeforbusiness": "skype_for_business",
    "skypeforconsumer": "skype",
}
#: Microsoft's word for a meeting marked as online of which it knows nothing.
_NO_SOLUTION = "unknown"
#: Platforms whose invitations print an id of their own beside a link that holds another, or none.
_PRINTS_ID = words("teams webex")
_PRINTS_PASSCODE = words(f"zoom teams webex gotomeeting ringcentral bluejeans zoho_meeting lark {UNKNOWN}")
_BLOCK = re.compile(
    r"^[^\w\n]{0,20}"
    + either(
        """
        microsoft teams[ -](?:meeting|besprechung|vergadering)
        (?:réunion|reunión|riunione)(?: de| di)? microsoft teams
        """
    )
    + r"|\bthis is an? (?P<calendly>zoom|google meet|microsoft teams|webex|gotomeeting) (?:web )?conference\b",
    re.IGNORECASE | re.MULTILINE,
)
#: What Google Calendar itself writes between its two marks is as good as structured data.
_GOOGLE_SECTION = re.compile(r"::~:~::(?:(?!::~:~::)[\s\S]){0,1500}?(?P<url>https://meet\.google\.com/[\w-]{3,40})")
#: Booking systems write the place into the text under a label of its own.
_LABEL = re.compile(
    r"^[ \t>*_]{0,8}(?:location|ort|where|wo|lieu|luogo|lugar|locatie|miejsce|standort)[ *_]{0,4}:[ *_\t]{0,8}\n?"
    r"(?P<place>[^\n]{1,300})",
    re.IGNORECASE | re.MULTILINE,
)


def read_place(entry: CalendarEntry, *, region: str | None, declared_hosts: Mapping[str, str]) -> PlaceReading:
    """Understand one entry. `region` reads numbers written nationally; declared hosts name self-hosted platforms."""
    text = plain_text(entry.description, is_html=entry.description_is_html) if entry.description else ""
    location_text = plain_text(entry.location[:LINE], is_html=False) if entry.location else ""
    title = entry.title[:LINE]
    linked = _linked(entry, location_text, text, declared_hosts)
    if linked is not None and not (linked[0] == "description" and _only_in_footer(location_text, text, declared_hosts)):
        field, link = linked
        return _video(field, link, location_text, text, declared_hosts)
    if not location_text.strip() and (labelled := _LABEL.search(text[:READ])) is not None:
        location_text = labelled["place"].strip()
        if _BLOCK.search(location_text):
            location_text = ""
    location = read_location(without_links(location_text), region)
    unlinked = _video_without_link(entry.conference, location, text)
    if unlinked is not None:
        return unlinked
    dialled = _dial_in_only(entry.conference)
    if dialled is not None:
        return dialled
    call = read_call(title, location, location_text, text, region)
    if call is not None:
        passcode = printed.passcode(text) if call.number else None
        place = Place(kind=Kind.PHONE, phone=call.number, passcode=passcode, bridge=call.bridge)
        return PlaceReading(place=place, why=call.rule, caller=call.caller, number_of_caller=call.number_of_caller)
    if location.where is Where.PLACE:
        return PlaceReading(place=Place(kind=Kind.IN_PERSON), why=f"location: {location.rule}", room=location_text)
    return PlaceReading(place=Place(kind=Kind.NONE), why="nothing: no link, number or place")


def _only_in_footer(location_text: str, text: str, declared: Mapping[str, str]) -> bool:
    """Whether a place is named and the only link stands in the signature below the text: then the place is meant."""
    footer = SIGNATURE.search(text)
    if footer is None or read_location(location_text, None).where is not Where.PLACE:
        return False
    return best_link(text[: footer.start()], declared) is None


def _linked(entry: CalendarEntry, location: str, text: str, declared: Mapping[str, str]) -> tuple[str, Link] | None:
    """The link that wins: structured data, then fields of their own, location, description and title."""
    if entry.conference is not None:
        for point in entry.conference.entry_points:
            link = trusted_link(point.uri, declared) if point.kind == "video" else None
            if link is not None:
                solution = _SOLUTIONS.get((entry.conference.solution or "").lower())
                platform = solution if solution and link.platform == UNKNOWN else link.platform
                return "conference", Link(
                    platform=platform,
                    url=link.url,
                    meeting_id=link.meeting_id,
                    passcode=point.passcode or link.passcode,
                    personal=link.personal,
                )
    fields = (
        ("url", "\n".join(entry.links)),
        ("location", location),
        ("description", text),
        ("title", entry.title[:LINE]),
    )
    for field, said in fields:
        link = best_link(said, declared) if said else None
        if link is not None:
            return field, link
    section = _GOOGLE_SECTION.search(text) if "::~:~::" in text else None
    link = trusted_link(section["url"], declared) if section else None
    return ("description", link) if link is not None else None


def _video(field: str, link: Link, location_text: str, text: str, declared: Mapping[str, str]) -> PlaceReading:
    """The link's meeting; id and passcode as the invitation prints them, where its platform does."""
    number, passcode = link.meeting_id, link.passcode
    in_text = link if field == "description" else best_link(text, declared)
    if in_text is None or in_text.platform == link.platform:
        # Another platform's block in the text would lend its id and passcode to this link.
        if link.platform in _PRINTS_ID:
            number = printed.meeting_id(text) or number
        if link.platform in _PRINTS_PASSCODE and not (field == "conference" and passcode):
            passcode = printed.passcode(text) or passcode
    room = None
    around = without_links(location_text)
    if around and read_location(around, None).where is Where.PLACE:
        room = around
    place = Place(kind=Kind.VIDEO, platform=link.platform, url=link.url, meeting_id=number, passcode=passcode)
    return PlaceReading(place=place, why=f"{field}: link of {link.platform}", room=room)


def _video_without_link(conference: Conference | None, location: Location, text: str) -> PlaceReading | None:
    """A video meeting whose link is not there yet, or was cut away."""
    platform: str | None = None
    if conference is not None and (solution := _SOLUTIONS.get((conference.solution or "").lower())):
        platform, why = solution, "conference: named without a link"
    elif conference is not None and conference.pending and conference.solution != _NO_SOLUTION:
        # Google has no name yet for what it is making, and by itself makes only Meet.
        platform, why = (None if conference.solution else "google_meet"), "conference: link is being made"
    elif location.where is Where.VIDEO:
        platform, why = location.platform, f"location: {location.rule}"
    elif location.where is Where.NOWHERE and (block := _BLOCK.search(text[:READ])) is not None:
        named = read_location(block["calendly"] or "microsoft teams", None)
        platform, why = named.platform, "description: invitation without a link"
    else:
        return None
    number = printed.meeting_id(text) if platform in _PRINTS_ID else None
    passcode = printed.passcode(text) if platform in _PRINTS_PASSCODE else None
    place = Place(kind=Kind.VIDEO, platform=platform, meeting_id=number, passcode=passcode)
    return PlaceReading(place=place, why=why)


def _dial_in_only(conference: Conference | None) -> PlaceReading | None:
    """Structured data that knows a telephone entry and no other."""
    phones = [p for p in conference.entry_points if p.kind == "phone"] if conference is not None else []
    if not phones:
        return None
    number = e164(phones[0].uri.removeprefix("tel:").split(",")[0].split(";")[0], None)
    place = Place(kind=Kind.PHONE, phone=number, passcode=phones[0].passcode, bridge=number is not None)
    return PlaceReading(place=place, why="conference: telephone only")
