"""Traps of Google's APIs that have no other home: what is sent, what is left out, and what may be missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.client import GoogleClient, QuickModel
from noshowd.adapters.google.event_json import ITEM_FIELDS, Event, Guest, read_event
from noshowd.adapters.google.wire import entry
from noshowd.adapters.google.writer import GoogleCalendarWriter
from noshowd.demo.vendors.google import masks
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import NewEvent, Page

ANNA, KIM = "anna@beispiel-beratung.de", "kim@grosskunde.de"
BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 3, 24, 9, tzinfo=BERLIN)
HALF = timedelta(minutes=30)
LIST, INSERT, PATCH = (f"calendar.events.{verb}" for verb in ("list", "insert", "patch"))
#: All that a listing must say of an event.
BARE: dict[str, Any] = {
    "id": "e",
    "start": {"dateTime": "2026-03-24T09:00:00+01:00"},
    "end": {"dateTime": "2026-03-24T09:30:00+01:00"},
}


def read(**fields: Any) -> CalendarEntry:
    event = read_event(json.dumps({**BARE, **fields}).encode())
    return entry(event, account="work", calendar=ANNA, zone="Europe/Berlin")


def asked(google: SimulatedGoogle, method: str) -> list[Any]:
    return [call for call in google.asked if call.method == method]


async def listing(client: GoogleClient) -> list[CalendarEntry]:
    window = Span(start=NINE - timedelta(days=1), end=NINE + timedelta(days=7))
    parts = [part async for part in GoogleCalendar(client).changes(ANNA, cursor=None, window=window)]
    return [one for part in parts if isinstance(part, Page) for one in part.entries]


def test_an_event_with_nothing_but_its_times_is_one_and_busy():
    bare = read()
    assert (bare.busy, bare.attendees, bare.organizer, bare.uid, bare.title) == (True, (), None, None, "")
    assert not bare.attendees_complete


@pytest.mark.parametrize(("transparency", "busy"), [("transparent", False), ("opaque", True)])
def test_what_is_shown_as_free_is_not_busy(transparency: str, busy: bool):
    assert read(transparency=transparency).busy is busy


def test_an_end_nobody_set_is_still_an_end():
    assert read(endTimeUnspecified=True).end - read().start == HALF


def test_unnamed_company_is_counted():
    people = [{"email": KIM, "additionalGuests": 2}]
    assert read(attendees=people).attendees[0].additional_guests == 2


@pytest.mark.parametrize("sort", ["default", "fromGmail", "focusTime", "outOfOffice", "birthday", "invented in 2027"])
def test_every_type_of_event_is_told_with_its_name(sort: str):
    assert read(eventType=sort).event_type == sort


def test_a_zone_nobody_knows_costs_the_zone_alone():
    start = {"dateTime": "2026-03-24T09:00:00+01:00", "timeZone": "Customized Time Zone"}
    assert read(start=start).start == read().start


def test_exactly_what_is_read_of_an_event_is_asked_for():
    parts = masks.parse(f"items({ITEM_FIELDS})")["items"]
    assert parts.keys() == {field.encode_name for field in structs.fields(Event)}
    assert parts["attendees"].keys() == {field.encode_name for field in structs.fields(Guest)}


async def test_guests_can_plant_nothing_in_what_only_we_may_say(google, client):
    """Shared properties are editable by every guest: they are not even asked for."""
    assert "extendedProperties/private" in ITEM_FIELDS
    google.agenda.add_event(
        ANNA, "Call", NINE, NINE + HALF, guests=(KIM,), extendedProperties={"shared": {"noshowd-hold": "x"}}
    )
    [found] = await listing(client)
    assert found.marks == ()


async def test_pages_are_asked_for_compressed_and_without_indentation(google, client):
    google.agenda.add_event(ANNA, "Call", NINE, NINE + HALF)
    await listing(client)
    for call in asked(google, LIST):
        assert "gzip" in call.headers["accept-encoding"]
        assert "gzip" in call.headers["user-agent"]
        assert call.query["prettyPrint"] is False


async def test_a_move_sends_no_list_of_guests_and_no_colour(google, client, wall):
    """A patch replaces arrays whole, and with people left out it would mean "only my own answer"."""
    old = google.agenda.add_event(ANNA, "Call", NINE, NINE + HALF, guests=(KIM,))
    event = NewEvent(
        key="k",
        start=NINE + HALF,
        end=NINE + 2 * HALF,
        zone="Europe/Berlin",
        title="Call",
        attendees=(KIM,),
        moves=EntryRef(account="work", calendar=ANNA, entry_id=old["id"]),
    )
    await GoogleCalendarWriter(client, wall).write(ANNA, event)
    [call] = asked(google, PATCH)
    assert call.body.keys() == {"start", "end", "extendedProperties"}
    assert "sendNotifications" not in call.query


async def test_every_request_for_a_room_is_one_of_its_own(google, client, wall):
    """Google ignores a request id that it has seen."""
    event = NewEvent(
        key="k", start=NINE, end=NINE + HALF, zone="Europe/Berlin", title="Call", with_conference=True, notify=False
    )
    writer = GoogleCalendarWriter(client, wall)
    first = await writer.write(ANNA, event)
    google.agenda.cancel(first.entry_id)
    await writer.write(ANNA, event)
    await writer.write(ANNA, replace(event, key="another"))
    ids = [call.body["conferenceData"]["createRequest"]["requestId"] for call in asked(google, INSERT)]
    assert len(set(ids)) == 3, "the second write found the first id taken and came with another"
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    "text",
    ['{"summary": "\\ud83d"}', '{"number": 123456789012345678901234567890}', "[]", '"\\u00fc"', "NaN"],
    ids=["half a character", "a huge number", "a list", "a word", "no number"],
)
def test_answers_are_read_as_the_library_would(text: str):
    found = QuickModel().deserialize(text.encode())
    assert repr(found) == repr(json.loads(text))


def test_what_is_no_json_is_handed_on_as_it_is():
    assert QuickModel().deserialize(b'{"items": [{"id"') == '{"items": [{"id"'
