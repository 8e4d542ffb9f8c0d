"""Events as Graph writes them, read into entries."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from noshowd.adapters.microsoft.wire import FIELDS, Malformed, entry, iana, series_uid
from noshowd.domain.entry import AttendeeKind, CalendarEntry, EntryRef, EntryStatus, Response, Sensitivity

RECORDINGS = Path(__file__).parents[2] / "recordings" / "microsoft"
EVENTS: dict[str, dict[str, Any]] = json.loads((RECORDINGS / "events.json").read_text(encoding="utf-8"))
NINE = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
SERIES = (
    "040000008200E00074C5B7101A82E00800000000F0E1D2C3B4A59687000000000000000010000000AABBCCDDEEFF00112233445566778899"
)


def read(name: str, owner: str = "anna@firm.example", **changes: Any) -> CalendarEntry:
    ref = EntryRef(account="office", calendar=owner, entry_id=EVENTS[name]["id"])
    return entry(EVENTS[name] | changes, ref)


def test_a_teams_meeting_of_ours() -> None:
    found = read("teams")
    assert (found.start, found.end) == (NINE, NINE.replace(minute=30))
    assert found.zone == "Europe/Berlin"
    assert found.title == "Angebot besprechen"
    assert found.is_organizer_copy
    assert found.own_response is Response.ACCEPTED
    assert found.organizer is not None
    assert found.organizer.address == "Anna@firm.example"
    assert found.location == "Microsoft Teams Meeting; Room 1"
    assert found.links == ("https://rooms.firm.example/1",)
    assert not found.description_is_html
    assert found.updated == datetime(2026, 3, 2, 10, 11, 12, 765432, tzinfo=UTC)
    assert found.original_start is None


def test_its_conference() -> None:
    conference = read("teams").conference
    assert conference is not None
    assert conference.solution == "teamsForBusiness"
    video, phone = conference.entry_points
    assert video.uri == EVENTS["teams"]["onlineMeeting"]["joinUrl"]
    assert (phone.kind, phone.uri, phone.passcode) == ("phone", "tel:+49 69 123456", "123456789")
    assert not conference.pending


def test_its_attendees() -> None:
    guest, ben, room, dora = read("teams", owner="ben@firm.example").attendees
    assert (guest.response, guest.optional) == (Response.ACCEPTED, False)
    assert (ben.response, ben.optional, ben.is_self) == (Response.TENTATIVE, True, True)
    assert room.kind is AttendeeKind.ROOM
    assert dora.response is Response.DECLINED


def test_an_organiser_among_the_attendees_is_marked() -> None:
    attendees = [{"type": "required", "emailAddress": {"name": "Anna", "address": "anna@FIRM.example"}}]
    (found,) = read("teams", attendees=attendees).attendees
    assert found.is_organizer


@pytest.mark.parametrize(
    ("answer", "response"),
    [("tentativelyAccepted", Response.PROPOSED), ("declined", Response.PROPOSED), ("accepted", Response.ACCEPTED)],
)
def test_who_proposed_another_time_has_not_accepted_this_one(answer: str, response: Response) -> None:
    proposed = {"start": {"dateTime": "2026-03-03T09:00:00", "timeZone": "UTC"}}
    guest = {
        "type": "required",
        "status": {"response": answer, "time": "2026-03-01T09:00:00Z"},
        "emailAddress": {"address": "gus@kunde.example"},
        "proposedNewTime": proposed,
    }
    (found,) = read("teams", attendees=[guest]).attendees
    assert found.response is response


def test_a_moved_and_cancelled_occurrence() -> None:
    found = read("occurrence")
    assert found.status is EntryStatus.CANCELLED
    assert found.original_start == NINE.replace(hour=10)
    assert found.start == NINE.replace(hour=11)
    assert found.series_id == "AAkALgMASTER"
    assert found.own_response is Response.NONE
    assert found.sensitivity is Sensitivity.PRIVATE
    assert not found.busy
    assert found.attendees_complete


def test_occurrence_and_single_event_of_one_invitation_share_their_uid() -> None:
    """ICalUId differs for each occurrence; the number of the series is in it."""
    assert read("occurrence").uid == read("teams").uid == SERIES


def test_an_invitation_from_elsewhere_keeps_its_own_uid() -> None:
    assert read("invited_from_google").uid == "4hgk2j3afvtd5itt1g0ufo388m@google.com"
    assert series_uid("plain@calendar.example") == "plain@calendar.example"
    assert series_uid(None) is None


def test_a_sparse_event_of_somebody_else() -> None:
    found = read("invited_from_google")
    assert found.title == ""
    assert found.zone is None
    assert not found.attendees_complete
    assert found.location == "https://meet.google.com/abc-defg-hij"
    assert found.conference is None


def test_a_whole_day_begins_at_midnight_where_the_organiser_is() -> None:
    found = read("all_day")
    assert found.all_day
    assert found.start == datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    assert found.end == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


def test_a_link_not_made_yet_is_pending() -> None:
    conference = read("link_still_being_made").conference
    assert conference is not None
    assert conference.pending


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Europe/Vienna", "Europe/Vienna"),
        ("UTC", "UTC"),
        ("Customized Time Zone", None),
        ("tzone://Microsoft/Custom", None),
        ("../../etc/passwd", None),
        ("", None),
        (None, None),
    ],
)
def test_zones_by_either_name(name: str | None, zone: str | None) -> None:
    assert iana(name) == zone


@pytest.mark.parametrize(
    "changes",
    [
        {"start": None},
        {"start": {"dateTime": "yesterday", "timeZone": "UTC"}},
        {"start": {"dateTime": "2026-03-10T09:00:00", "timeZone": "W. Europe Standard Time"}},
        {"end": {"dateTime": "2026-03-10T10:00:00.0000000"}},
        {"end": {"dateTime": "2026-03-10T08:00:00.0000000", "timeZone": "UTC"}},
        {"attendees": ["gerd"]},
        {"body": "text"},
        {"organizer": {"emailAddress": "anna"}},
        {"locations": [None]},
        {"iCalUId": "040000008200E00074C5B7101A82E008" + "0" * 48 + "7643616C2D55696401000000zz"},
    ],
)
def test_nonsense_is_malformed_and_not_repeated(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        read("teams", **changes)
    assert "gerd" not in str(caught.value)
    assert "yesterday" not in str(caught.value)


def test_every_field_read_is_asked_for() -> None:
    asked = set(FIELDS.split(","))
    assert {name for event in EVENTS.values() for name in event if not name.startswith("@")} <= asked
