"""What is said before a meeting begins: to whom of ours will be kept, and to a guest who never answered."""

from __future__ import annotations

from typing import Any

import pytest

from engine.house import ANNA, GUS, MEETING, House
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.engine.answers.choices import Verb
from noshowd.store import outbox
from noshowd.store.database import Database

HEADS_UP, ORDERED, CONFIRMATION = (
    FollowUpKind.HEADS_UP,
    FollowUpKind.ORDERED_MESSAGE,
    FollowUpKind.CONFIRMATION,
)
EARLIER = {**MEETING, "id": "earlier", "at": "9:00", "length": "30 min", "link": "https://meet.google.com/ear-lier-one"}
SILENT = {**MEETING, "people": [{"address": ANNA}, {"address": GUS, "response": "none"}]}


async def late_in_another(database: Database, length: str = "30 min") -> House:
    """It is a minute to ten, and Anna sits in the meeting of nine o'clock."""
    house = House(database, begins=-75, mode="live", meeting=[{**EARLIER, "length": length}, MEETING])
    await house.until(-61)
    for who in (ANNA, GUS):
        house.happen(meeting="earlier", join=who)
    await house.until(-0.5)
    return house


async def test_whoever_is_still_elsewhere_can_say_so_with_one_tap(database: Database):
    house = await late_in_another(database, "50 min")
    [word] = house.sent(HEADS_UP)
    assert word.parcel.recipient.address == ANNA
    assert "another one is not over yet" in word.parcel.text
    assert "Gus" not in word.parcel.preview + word.parcel.subject
    await house.press(Verb.LATE, HEADS_UP)
    await house.until(0)
    [told] = house.sent(ORDERED)
    assert told.parcel.recipient.address == GUS
    assert "5 minutes" in told.parcel.text


async def test_whoever_has_left_the_other_one_is_not_warned(database: Database):
    house = House(database, begins=-75, mode="live", meeting=[{**EARLIER, "length": "50 min"}, MEETING])
    await house.until(-61)
    for who in (ANNA, GUS):
        house.happen(meeting="earlier", join=who)
    await house.until(-5)
    house.happen(meeting="earlier", leave=ANNA)
    await house.until(0)
    assert house.sent(HEADS_UP) == []
    withheld = house.run(lambda conn: outbox.in_state(conn, State.WITHHELD))
    assert [row.reason for row in withheld if row.followup.kind is HEADS_UP] == [Withheld.FREE_AGAIN]


async def test_two_at_once_are_one_warning(database: Database):
    again = {**MEETING, "id": "again", "link": "https://meet.google.com/two-atth-esa"}
    house = House(database, meeting=[MEETING, again])
    await house.until(0)
    [word] = house.sent(HEADS_UP)
    assert "Two calls are in the calendar for 10:00" in word.parcel.text


async def test_meetings_one_after_the_other_are_no_news(database: Database):
    house = await late_in_another(database, "60 min")
    assert house.sent(HEADS_UP) == []


async def test_whoever_has_come_is_not_warned(database: Database):
    again = {**MEETING, "id": "again", "link": "https://meet.google.com/two-atth-esa"}
    house = House(database, meeting=[MEETING, again])
    await house.until(-2)
    for meeting in ("m", "again"):
        house.happen(meeting=meeting, join=ANNA)
    await house.until(0)
    assert house.sent(HEADS_UP) == []


@pytest.mark.parametrize(("policy", "asked"), [({}, 0), ({"confirm_before": "1 day"}, 1)])
async def test_a_guest_who_never_answered_is_asked_once_the_day_before(
    database: Database, policy: dict[str, Any], asked: int
):
    house = House(database, begins=-30 * 60, mode="live", meeting=[SILENT], policy=[{"name": "ours", **policy}])
    await house.until(-60)
    posts = house.sent(CONFIRMATION)
    assert len(posts) == asked
    for post in posts:
        assert post.parcel.recipient.address == GUS
        assert "Does this time suit you?" in post.parcel.text


async def test_who_answers_meanwhile_is_not_asked(database: Database):
    policy = {"name": "ours", "confirm_before": "1 day"}
    night = House(database, begins=-30 * 60, mode="live", meeting=[SILENT], policy=[policy])
    await night.until(-25 * 60)
    night.happen(change={"response_of": GUS, "response": "accepted"})
    await night.until(-60)
    assert night.sent(CONFIRMATION) == []
    assert State.SENT not in night.states(CONFIRMATION)
