"""Google's JSON as our values, fed by recordings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from noshowd.adapters.google import meet_wire
from noshowd.adapters.google.event_json import Event, UnreadableError, read_event, read_page
from noshowd.adapters.google.wire import entry
from noshowd.domain.entry import AttendeeKind, CalendarEntry, Response, Sensitivity

RECORDINGS = Path(__file__).parents[2] / "recordings" / "google"
KNOWN_UNTIL = datetime(2026, 3, 25, 9, 9, 45, tzinfo=UTC)


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())


def event(name: str, **changed: Any) -> Event:
    return read_event(json.dumps({**recorded(name), **changed}).encode())


def read(name: str, **changed: Any) -> CalendarEntry:
    return entry(event(name, **changed), account="work", calendar="anna@beispiel-beratung.de", zone="Europe/Berlin")


def test_a_moved_occurrence_is_told_by_series_and_original_start():
    found = read("event_occurrence_moved")
    assert found.series_id == "5a6f2c1r9kq0v3m8d7t4h1e2bs"
    assert found.original_start == datetime(2026, 3, 25, 9, tzinfo=UTC)
    assert found.start == datetime(2026, 3, 25, 15, tzinfo=UTC)
    assert found.start.tzinfo is UTC
    assert found.zone == "Europe/Berlin"


def test_the_organisers_copy_says_everything():
    found = read("event_occurrence_moved")
    assert found.is_organizer_copy
    assert found.attendees_complete
    assert found.own_response is Response.ACCEPTED
    assert found.description_is_html
    assert found.marks == (("noshowd", "case-17"),)
    assert found.links == ("https://meet.google.com/abc-mnop-xyz",)
    anna, kim, ben, room = found.attendees
    assert anna.is_self
    assert (kim.response, kim.additional_guests) == (Response.TENTATIVE, 2)
    assert (ben.response, ben.optional) == (Response.DECLINED, True)
    assert room.kind is AttendeeKind.ROOM


def test_the_conference_keeps_its_entry_points_with_their_codes():
    conference = read("event_occurrence_moved").conference
    assert conference is not None
    assert (conference.solution, conference.conference_id) == ("hangoutsMeet", "abc-mnop-xyz")
    assert [(p.kind, p.passcode) for p in conference.entry_points] == [
        ("video", None),
        ("phone", "736458214"),
        ("more", "9083457245117"),
    ]


def test_a_conference_still_being_made_is_pending():
    created = {"createRequest": {"requestId": "r1", "status": {"statusCode": "pending"}}}
    conference = read("event_all_day", conferenceData=created).conference
    assert conference is not None
    assert conference.pending


def test_a_guests_copy_without_the_other_guests_is_not_complete():
    found = read("event_guest_copy_hidden")
    assert not found.is_organizer_copy
    assert not found.attendees_complete
    assert found.own_response is Response.NONE
    assert not found.busy
    assert found.sensitivity is Sensitivity.CONFIDENTIAL
    assert found.zone == "Europe/Berlin"
    assert found.start == datetime(2026, 3, 25, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [
        {"attendeesOmitted": True},
        {"attendees": [{"email": "team@beispiel-beratung.de", "asyncOperation": "inProgress"}]},
    ],
)
def test_people_left_out_or_still_being_expanded_make_the_list_incomplete(changed):
    assert not read("event_occurrence_moved", **changed).attendees_complete


def test_an_event_seen_from_outside_has_times_and_nothing_else():
    found = read("event_times_only")
    assert found.sensitivity is Sensitivity.PRIVATE
    assert not found.attendees_complete
    assert found.organizer is None


def test_an_organiser_without_guests_has_invited_themselves():
    found = read("event_all_day")
    assert found.attendees == ()
    assert found.own_response is Response.ACCEPTED


def test_an_all_day_event_of_23_hours_begins_and_ends_at_local_midnight():
    found = read("event_all_day")
    assert found.all_day
    assert found.start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert found.end == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_secondary_calendar_as_organiser_is_nobody():
    organizer = {"email": "c_1234@group.calendar.google.com", "displayName": "Team"}
    found = read("event_occurrence_moved", organizer=organizer)
    assert found.organizer is not None
    assert found.organizer.kind is AttendeeKind.ROOM


@pytest.mark.parametrize("name", ["event_cancelled_stub", "event_cancelled_master_ghost"])
def test_cancelled_is_told_before_anything_else(name):
    assert event(name).cancelled
    assert event(name, start=7, attendees={}, summary=[]).cancelled


def test_a_series_as_such_is_told_by_its_recurrence():
    assert event("event_cancelled_master_ghost").is_series
    assert not event("event_occurrence_moved").is_series


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"start": None}, "it has no start"),
        ({"end": {"dateTime": "2026-03-25T15:00:00+01:00"}}, "it ends before it starts"),
        ({"start": {"dateTime": "half past nine"}}, "a field is malformed (start.dateTime)"),
        ({"start": {}}, "a time of it is empty"),
        ({"attendees": ["kim@grosskunde.de"]}, "a field is malformed (attendees[0])"),
        ({"extendedProperties": {"private": {"secret": 7}}}, "a field is malformed (extendedProperties.private[...])"),
        ({"status": "perhaps"}, "a field is malformed (status)"),
        ({"id": ""}, "it has no id"),
        ({"start": {"date": "0001-01-01"}}, "a time lies outside the calendar"),
    ],
)
def test_nonsense_is_refused_with_a_reason_that_tells_nothing_of_the_content(changed, reason):
    with pytest.raises(UnreadableError) as caught:
        read("event_occurrence_moved", **changed)
    assert str(caught.value) == reason


def participants() -> list[Any]:
    return recorded("meet_participants")["participants"]


def test_three_ways_into_a_meeting_are_three_sorts_of_identity():
    anna, phone, typed = (meet_wire.identity(p, {"102938475610293847561": "anna@x.de"}) for p in participants())
    assert (anna.provider_id, anna.address, anna.verified) == ("102938475610293847561", "anna@x.de", True)
    assert (phone.phone, phone.verified) == ("+49 ••• •••• 480", False)
    assert (typed.name, typed.verified) == ("  JÖRG   (Gast) 🙂", False)


def test_an_account_outside_the_domain_is_verified_and_has_no_address():
    outsider = meet_wire.identity(participants()[0], {})
    assert outsider.verified
    assert outsider.address is None


def sight(visit, participant):
    who = meet_wire.identity(participant, {})
    return meet_wire.sighting(
        visit, participant, source="meet", conference="spaces/x", who=who, known_until=KNOWN_UNTIL
    )


def test_every_session_is_a_stay_of_its_own():
    anna = participants()[0]
    later, earlier = (sight(s, anna) for s in recorded("meet_sessions")["participantSessions"])
    assert earlier.stay != later.stay
    assert not earlier.open
    assert earlier.until == datetime(2026, 3, 25, 9, 3, tzinfo=UTC)
    assert later.open
    assert later.until == KNOWN_UNTIL


def test_a_participant_as_a_whole_is_a_stay_where_sessions_are_not_asked_for():
    _, phone, typed = participants()
    gone, there = sight(phone, phone), sight(typed, typed)
    assert (gone.open, there.open) == (False, True)
    assert gone.until == datetime(2026, 3, 25, 9, 4, 30, 123456, tzinfo=UTC)


def test_a_session_of_somebody_who_has_left_is_open_only_if_it_says_so():
    """The end of the participant is not the end of each session."""
    participant = {**participants()[1]}
    session = {"name": "s", "startTime": "2026-03-25T09:01:00Z"}
    assert sight(session, participant).open


def test_what_is_odd_in_one_event_costs_no_other():
    whole = recorded("event_occurrence_moved")
    odd = [
        {"id": "odd", "start": 7},
        {**whole, "id": "half", "summary": "\ud83d"},
        {"id": "gone", "status": "cancelled", "start": 7},
        {"id": "series", "recurrence": 7},
    ]
    page = read_page(json.dumps({"accessRole": "owner", "nextSyncToken": "t", "items": [whole, *odd]}).encode())
    assert [one.id for one in page.items] == [whole["id"], "half", "gone", "series"]
    assert [one.cancelled for one in page.items] == [False, False, True, False]
    assert page.items[3].is_series
    assert [(one.id, one.reason) for one in page.unreadable] == [("odd", "a field is malformed (start)")]
    assert page.next_sync_token == "t"
    assert page.items[1].summary == "\ud83d"


@pytest.mark.parametrize("text", ["[]", '{"items": []}', '{"accessRole": "owner", "items": [7]}', "", "{"])
def test_what_is_no_page_is_refused(text: str):
    with pytest.raises(ValueError, match=r"."):
        read_page(text.encode())
