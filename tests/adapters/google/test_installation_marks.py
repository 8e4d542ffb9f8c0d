"""The suite of installation marks, run by Google Calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.google.test_calendar_contract import GoogleWorld
from contract.mark_suite import OURS, MarkSuite, MarkWorld
from engine.house import ANNA as STORY_ANNA
from engine.house import House
from engine.test_alone import AUTO
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.installation_marks import GoogleMarks
from noshowd.adapters.google.settings import GoogleAccount
from noshowd.demo.vendors.google.faults import Fault
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.followup import FollowUpKind
from noshowd.store import switches
from noshowd.store.database import open_database


def standing(google: SimulatedGoogle, calendar: str) -> list[dict[str, Any]]:
    """What somebody sees who looks into the calendar."""
    found = google.calendars.get(calendar)
    assert found is not None
    return [event for event in found.events.values() if event["status"] != "cancelled"]


class GoogleMarkWorld(MarkWorld):
    def __init__(self, google: SimulatedGoogle, client: GoogleClient) -> None:
        self.google = google
        self.keeper = GoogleMarks(client)
        self.listed = GoogleWorld(google, client)

    def mailed(self) -> Sequence[object]:
        return self.google.writes.notices

    def tidy_up(self) -> None:
        for event in standing(self.google, self.calendar):
            if event["start"]["dateTime"].startswith("2000"):
                self.google.agenda.cancel(event["id"])

    def forbid(self) -> None:
        refused = Fault(code=403, reason="requiredAccessLevel")
        for method in ("insert", "patch"):
            self.google.fail(refused, on=f"calendar.events.{method}")


class TestGoogleMarks(MarkSuite):
    @pytest.fixture
    def world(self, google: SimulatedGoogle, client: GoogleClient) -> GoogleMarkWorld:
        return GoogleMarkWorld(google, client)


async def test_whoever_comes_across_a_mark_reads_what_it_is(google: SimulatedGoogle, client: GoogleClient):
    world = GoogleMarkWorld(google, client)
    await world.keeper.leave(world.calendar, OURS)
    [event] = standing(google, world.calendar)
    assert event["summary"] == f"noshowd {OURS.short}"
    assert "can be deleted" in event["description"]
    assert (event["visibility"], event["transparency"]) == ("private", "transparent")
    assert "attendees" not in event


async def test_two_engines_with_a_database_each_meet_in_one_google_calendar(
    google: SimulatedGoogle, account: GoogleAccount
):
    """Both come at five past; the calendar of the story bears the same name as that of the simulated Google."""
    google.add_person(STORY_ANNA, "Anna Berger")
    client = GoogleClient(replace(account, mailbox=STORY_ANNA, domains=frozenset({"us.example"})))
    sent, held = [], []
    for _ in range(2):
        with open_database("sqlite://") as database:
            house = House(database, marks=GoogleMarks(client), policy=[AUTO])
            await house.until(-2)
            house.happen(join=STORY_ANNA)
            await house.until(7)
            sent.append(len(house.sent(FollowUpKind.COURTESY_MESSAGE)))
            held.append(switches.SENDING_HELD in house.run(switches.read))
    client.close()
    assert (sent, held) == ([1, 0], [False, True])
    assert len(standing(google, STORY_ANNA)) == 1
    assert not google.writes.notices
