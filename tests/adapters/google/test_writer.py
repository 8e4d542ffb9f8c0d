"""Appointments are written once for each key, with explicit notices and links of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.errors import Refused
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.writer import GoogleCalendarWriter
from noshowd.demo.vendors.google.faults import QUOTA_EXCEEDED, Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import NewEvent
from noshowd.ports.errors import Changed, Permanent, Temporary

ANNA, BEN, KIM = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de", "kim@grosskunde.de"
BERLIN = ZoneInfo("Europe/Berlin")
INSERT, PATCH = "calendar.events.insert", "calendar.events.patch"
_INSERT = Method(api="calendar", name="events.insert", scope=Scope.WRITE_EVENTS)
_PATCH = Method(api="calendar", name="events.patch", scope=Scope.WRITE_EVENTS)
_INSTANCES = Method(api="calendar", name="events.instances", scope=Scope.WRITE_EVENTS)
CALL = NewEvent(
    key="offer-17/accepted",
    start=datetime(2026, 3, 25, 10, tzinfo=BERLIN),
    end=datetime(2026, 3, 25, 10, 30, tzinfo=BERLIN),
    zone="Europe/Berlin",
    title="Call with Kim",
    attendees=(KIM,),
    with_conference=True,
)


@pytest.fixture
def writer(client: GoogleClient, wall) -> GoogleCalendarWriter:
    return GoogleCalendarWriter(client, wall)


@pytest.fixture
def old(google: SimulatedGoogle) -> dict:
    start, end = datetime(2026, 3, 24, 9, tzinfo=BERLIN), datetime(2026, 3, 24, 9, 30, tzinfo=BERLIN)
    return google.agenda.add_event(ANNA, "Call with Kim", start, end, guests=(KIM, BEN))


def move_of(event: dict, calendar: str = ANNA) -> NewEvent:
    ref = EntryRef(account="work", calendar=calendar, entry_id=event["id"])
    return replace(CALL, moves=ref)


async def test_a_new_event_has_guests_a_notice_and_a_meet_room_of_its_own(google, writer):
    ref = await writer.write(ANNA, CALL)
    event = google.agenda.event(ref.entry_id)
    assert [a["email"] for a in event["attendees"]] == [KIM]
    assert event["conferenceData"]["conferenceSolution"]["key"]["type"] == "hangoutsMeet"
    assert google.writes.notices == [(ref.entry_id, "all", (KIM,))]


async def test_without_notice_nobody_is_written_to(google, writer):
    await writer.write(ANNA, replace(CALL, notify=False))
    assert google.writes.notices == []


async def test_the_same_key_twice_is_one_event(google, writer):
    first = await writer.write(ANNA, CALL)
    assert await writer.write(ANNA, CALL) == first
    assert len(google.writes.notices) == 1
    assert (await writer.write(ANNA, replace(CALL, key="another"))) != first


async def test_a_lost_answer_is_uncertain_and_the_next_write_finds_it(google, writer):
    google.fail(Fault(manner=Manner.DROP_AFTER), on=INSERT)
    with pytest.raises(Temporary) as caught:
        await writer.write(ANNA, CALL)
    assert caught.value.uncertain
    assert len([a for a in google.asked if a.method == INSERT]) == 1
    await writer.write(ANNA, CALL)
    assert len(google.writes.notices) == 1


async def test_an_event_deleted_since_keeps_its_id_and_the_next_write_takes_another(google, writer):
    first = await writer.write(ANNA, CALL)
    google.agenda.cancel(first.entry_id)
    second = await writer.write(ANNA, CALL)
    assert second.entry_id != first.entry_id
    assert google.agenda.event(second.entry_id)["status"] == "confirmed"


async def test_an_id_that_is_somebody_elses_is_not_taken_for_ours(google, writer):
    ref = await writer.write(ANNA, CALL)
    google.agenda.patch(ref.entry_id, extendedProperties={"private": {"noshowd": "not this key"}})
    with pytest.raises(Permanent, match="event_id_taken"):
        await writer.write(ANNA, CALL)


async def test_a_move_keeps_guests_and_room_and_is_done_once(google, writer, old):
    ref = await writer.write(ANNA, move_of(old))
    moved = google.agenda.event(ref.entry_id)
    assert moved["start"]["dateTime"] == "2026-03-25T10:00:00+01:00"
    assert moved["hangoutLink"] == old["hangoutLink"]
    assert {a["email"] for a in moved["attendees"]} == {ANNA, KIM, BEN}
    await writer.write(ANNA, move_of(old))
    assert [a.headers["if-match"] for a in google.asked if a.method == PATCH] == [old["etag"]]


async def test_a_move_against_a_change_reads_again_and_then_holds(google, writer, old):
    google.fail(Fault(code=412, reason="conditionNotMet"), on=PATCH)
    await writer.write(ANNA, move_of(old))
    assert google.agenda.event(old["id"])["start"]["dateTime"] == "2026-03-25T10:00:00+01:00"


async def test_an_event_that_changes_all_the_time_is_tried_later(google, writer, old):
    google.fail(Fault(code=412, reason="conditionNotMet"), on=PATCH, times=3)
    with pytest.raises(Temporary, match="event_changes_all_the_time"):
        await writer.write(ANNA, move_of(old))


async def test_a_moved_event_without_a_room_gets_one_when_asked_to(google, writer):
    start, end = datetime(2026, 3, 24, 9, tzinfo=BERLIN), datetime(2026, 3, 24, 9, 30, tzinfo=BERLIN)
    plain = google.agenda.add_event(ANNA, "Phone call", start, end, meet=False)
    await writer.write(ANNA, move_of(plain))
    assert google.agenda.event(plain["id"])["hangoutLink"].startswith("https://meet.google.com/")


async def test_a_cancelled_event_is_not_moved(google, writer, old):
    google.agenda.cancel(old["id"])
    with pytest.raises(Changed, match="event_is_cancelled"):
        await writer.write(ANNA, move_of(old))


async def test_a_move_that_expects_another_start_changes_nothing(google, writer, old):
    wanted = replace(move_of(old), expected_start=datetime(2026, 3, 24, 9, tzinfo=BERLIN))
    google.agenda.move(old["id"], datetime(2026, 3, 24, 14, tzinfo=BERLIN), datetime(2026, 3, 24, 15, tzinfo=BERLIN))
    with pytest.raises(Changed, match="event_was_moved"):
        await writer.write(ANNA, wanted)
    assert google.agenda.event(old["id"])["start"]["dateTime"] == "2026-03-24T14:00:00+01:00"


async def test_a_move_that_was_made_is_not_refused_because_it_was_made(google, writer, old):
    wanted = replace(move_of(old), expected_start=datetime(2026, 3, 24, 8, tzinfo=ZoneInfo("UTC")))
    await writer.write(ANNA, wanted)
    await writer.write(ANNA, wanted)
    assert len([a for a in google.asked if a.method == PATCH]) == 1


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (None, "Moved <by> you & us"),
        ("Agenda", "Agenda\n\nMoved <by> you & us"),
        ("<p>Agenda</p>", "<p>Agenda</p><br><br>Moved &lt;by&gt; you &amp; us"),
    ],
)
async def test_a_line_is_put_below_the_text_and_the_text_stays(google, writer, old, text, after):
    google.agenda.patch(old["id"], description=text)
    await writer.write(ANNA, replace(move_of(old), note="Moved <by> you & us"))
    assert google.agenda.event(old["id"])["description"] == after


async def test_a_guests_copy_is_not_moved(writer, old):
    with pytest.raises(Permanent, match="forbiddenForNonOrganizer"):
        await writer.write(BEN, move_of(old, calendar=BEN))


async def test_what_google_calls_taken_or_changed_is_really_refused_by_the_simulation(google, client, writer, old):
    ref = await writer.write(ANNA, CALL)
    again = {"id": ref.entry_id, "start": old["start"], "end": old["end"]}
    with pytest.raises(Refused, match="duplicate") as taken:
        await client.call(_INSERT, subject=ANNA, calendarId=ANNA, body=again)
    google.agenda.patch(old["id"], summary="changed by somebody")
    stale = {"If-Match": old["etag"]}
    with pytest.raises(Refused, match="conditionNotMet") as changed:
        await client.call(_PATCH, subject=ANNA, calendarId=ANNA, eventId=old["id"], body={}, headers=stale)
    assert (taken.value.status, changed.value.status) == (409, 412)


async def test_one_occurrence_is_moved_and_its_series_stays(google, client, writer):
    start, end = datetime(2026, 3, 24, 9, tzinfo=BERLIN), datetime(2026, 3, 24, 9, 30, tzinfo=BERLIN)
    weekly = google.agenda.add_event(
        ANNA, "Weekly", start, end, guests=(KIM,), recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"]
    )
    listed = await client.call(_INSTANCES, subject=ANNA, calendarId=ANNA, eventId=weekly["id"])
    second = listed["items"][1]
    await writer.write(ANNA, move_of(second))
    after = await client.call(_INSTANCES, subject=ANNA, calendarId=ANNA, eventId=weekly["id"])
    assert sorted(i["start"]["dateTime"][:10] for i in after["items"]) == ["2026-03-24", "2026-03-25", "2026-04-07"]
    (moved,) = [i for i in after["items"] if i["id"] == second["id"]]
    assert moved["originalStartTime"] == second["originalStartTime"]


async def test_every_write_says_whether_guests_are_written_to_and_keeps_the_conference(google, writer, old):
    await writer.write(ANNA, CALL)
    await writer.write(ANNA, move_of(old))
    written = [a.query for a in google.asked if a.method in (INSERT, PATCH)]
    assert [(q["sendUpdates"], q["conferenceDataVersion"]) for q in written] == [("all", 1), ("all", 1)]


async def test_an_appointment_is_taken_off_the_calendar_once_and_quietly(google, writer):
    ref = await writer.write(ANNA, replace(CALL, notify=False))
    await writer.remove(ref, notify=False)
    await writer.remove(ref, notify=False)
    assert google.agenda.event(ref.entry_id)["status"] == "cancelled"
    assert google.writes.notices == []


async def test_too_many_invitations_stop_this_persons_writing_and_nobody_elses(google, writer, wall):
    google.fail(QUOTA_EXCEEDED, on=INSERT)
    with pytest.raises(Temporary, match="quotaExceeded"):
        await writer.write(ANNA, CALL)
    asked = len(google.asked)
    with pytest.raises(Temporary, match="writing_paused") as caught:
        await writer.write(ANNA, replace(CALL, key="another"))
    assert len(google.asked) == asked
    assert caught.value.retry_after == timedelta(hours=3)
    assert not caught.value.uncertain
    await writer.write(BEN, CALL)
    wall.instant += timedelta(hours=3)
    await writer.write(ANNA, CALL)


async def test_too_many_invitations_pause_the_writing_for_hours(google, writer):
    google.fail(QUOTA_EXCEEDED, on=INSERT)
    with pytest.raises(Temporary, match="quotaExceeded") as caught:
        await writer.write(ANNA, CALL)
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() >= 3600
    assert not caught.value.uncertain
