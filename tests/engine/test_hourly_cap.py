"""An installation writes to so many guests in an hour; the next message waits, and goes out when the hour is over."""

from __future__ import annotations

from dataclasses import replace

from engine.house import ANNA, GUS, MEETING, House
from noshowd.domain.followup import FollowUpKind, State
from noshowd.store.database import Database

HIL = "hil@them.example"
BY_ITSELF = {
    "name": "by itself",
    "when_they_are_missing": [{"after": "15 min", "send": "reschedule_offer", "approval": "auto"}],
}


async def test_the_next_message_waits_for_the_hour_to_pass(database: Database):
    two = MEETING | {"people": [*MEETING["people"], {"address": HIL}]}
    house = House(database, meeting=[two], policy=[BY_ITSELF])
    house.parts = replace(house.parts, pace=replace(house.parts.pace, hourly_cap=1))
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(60)
    [first] = house.sent(FollowUpKind.RESCHEDULE_OFFER)
    assert sorted(house.states(FollowUpKind.RESCHEDULE_OFFER)) == [State.QUEUED, State.SENT]
    await house.until(80)
    both = house.sent(FollowUpKind.RESCHEDULE_OFFER)
    assert {post.parcel.recipient.address for post in both} == {GUS, HIL}
    assert both[0] == first
