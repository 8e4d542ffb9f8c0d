"""A time that was taken is entered: who may move what, what may fail meanwhile, and what it says of the guest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import pytest

from engine.house import GUS, LINK, MEETING, MINUTE, at
from engine.offers_house import ANNA, APPROVAL, OFFER, TASK, OfferHouse, news, state_of
from noshowd.domain.entry import Response
from noshowd.domain.followup import State
from noshowd.domain.offer import OfferState
from noshowd.engine.answers.choices import Verb
from noshowd.ports.errors import CredentialsLost
from noshowd.ports.offers import Reply
from noshowd.store import health
from noshowd.store.database import Database
from noshowd.store.health import Condition
from noshowd.story.format import ACCOUNT
from noshowd.story.scripted import Mood


@pytest.mark.parametrize(
    ("story", "moved", "made"),
    [
        ({}, True, False),
        ({"series": "weekly"}, False, True),
        ({"organizer": GUS, "calendars": [ANNA]}, False, True),
        (
            {"people": [{"address": ANNA}, {"address": GUS}, {"address": "hil@them.example"}]},
            False,
            True,
        ),
    ],
    ids=["ours", "one of a series", "external organiser", "another guest"],
)
async def test_who_may_move_what(memory: Database, story: dict[str, Any], *, moved: bool, made: bool) -> None:
    house = OfferHouse(memory, meeting=[MEETING | story])
    offer = (await house.offer_to_first()).offer
    assert (
        await house.desk.take(offer.key, house.chosen(offer.times[0], by_phone=True, phone="+49 171 1")) is Reply.TAKEN
    )
    await house.until(14)
    [event] = house.writer.written
    assert (event.moves is not None, event.moves is None) == (moved, made)
    if made:
        assert set(event.attendees) == {ANNA, GUS}
        assert event.location == "By telephone: +49 171 1"
        assert not event.with_conference
    else:
        assert event.note == "By telephone: +49 171 1"


@pytest.mark.parametrize("story", [{}, {"series": "weekly"}], ids=["moved", "made"])
async def test_who_took_a_time_has_accepted_it(memory: Database, story: dict[str, Any]) -> None:
    house = OfferHouse(memory, meeting=[MEETING | story])
    offer = (await house.offer()).offer
    taken = house.clock.now()
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    await house.until(18)
    [again] = [one.meeting for one in house.meetings() if one.meeting.start == offer.times[0]]
    guest = again.person(GUS)
    assert guest is not None
    assert (guest.accepted, guest.responded_at) == (True, taken)


async def test_who_took_a_time_is_written_to_when_missed_again(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[-1]))
    await house.until(18)
    start = (offer.times[-1] - at(0)) / MINUTE
    house.pass_time(start - 1)
    house.happen(join=ANNA)
    await house.until(start + 11)
    second = house.rows(OFFER)[-1]
    assert second.followup.key.round == 2
    assert (second.state, second.reason) == (State.AWAITING, None)


@pytest.mark.parametrize(
    ("response", "counts"), [(Response.DECLINED, False), (Response.TENTATIVE, True)], ids=["no", "maybe"]
)
async def test_what_is_answered_to_the_invitation_rules_over_what_was_taken(
    memory: Database, response: Response, *, counts: bool
) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    await house.until(14)
    house.respond(response)
    await house.until(30)
    guest = house.meeting.meeting.person(GUS)
    assert guest is not None
    assert (guest.response, guest.accepted) == (response, counts)


async def test_a_time_taken_is_accepted_at_that_time_and_at_no_other(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    await house.until(14)
    house.move(offer.times[1])
    await house.until(30)
    guest = house.meeting.meeting.person(GUS)
    assert guest is not None
    assert (house.meeting.meeting.start, guest.accepted) == (offer.times[1], False)


async def test_a_new_video_event_has_a_room_of_its_own(memory: Database) -> None:
    house = OfferHouse(memory, meeting=[MEETING | {"series": "weekly"}])
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    await house.until(14)
    [event] = house.writer.written
    assert event.with_conference
    assert LINK not in event.location


async def test_a_booking_service_is_left_to_book_itself(memory: Database) -> None:
    text = "Reschedule: https://calendly.com/reschedulings/AB12"
    house = OfferHouse(memory, meeting=[MEETING | {"description": text}])
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(11)
    await house.press(Verb.APPROVE, APPROVAL)
    await house.until(12)
    [mail] = house.sent(OFFER)
    assert "https://calendly.com/reschedulings/AB12" in mail.parcel.text


async def test_without_the_right_to_write_one_of_ours_enters_it(memory: Database) -> None:
    house = OfferHouse(memory, writes=False)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    await house.until(14)
    assert (state_of(house), news(house)) == (OfferState.BY_HAND, ["offer_by_hand"])


async def test_what_was_being_written_at_a_crash_is_written_once(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    house.writer.answers_lost = 1
    await house.until(12.5)
    assert state_of(house) is OfferState.WRITING
    await house.until(29)
    assert state_of(house) is OfferState.BOOKED
    assert len(house.writer.written) == 1
    assert house.stored().written == house.entry().ref


async def test_a_time_found_busy_only_when_it_is_entered_is_a_call_and_other_times(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    seeing, house.parts = house.parts, replace(house.parts, free_busy={})
    assert await house.desk.take(offer.key, house.chosen(offer.times[0])) is Reply.TAKEN
    house.occupy(offer.times[0])
    house.parts = seeing
    await house.until(15)
    assert state_of(house) is OfferState.OPEN
    assert len((await house.shown()).offer.times) == 3
    assert any("taken meanwhile" in post.parcel.text for post in house.sent(TASK))
    assert house.writer.written == []


async def test_an_event_that_somebody_took_away_is_left_to_a_person(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    house.happen(delete=True)
    await house.until(20)
    assert state_of(house) is OfferState.BY_HAND
    assert house.writer.written == []


async def test_an_event_that_somebody_moved_first_is_not_moved_again(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    house.happen(change={"to": "2026-03-06 15:00"})
    await house.until(14)
    assert state_of(house) is OfferState.BY_HAND
    assert house.writer.written == []


async def test_a_calendar_that_fails_is_tried_again_and_in_the_end_a_person_is_told(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    house.stage.moods.of[ACCOUNT] = Mood.DOWN
    await house.until(15)
    assert state_of(house) is OfferState.TAKEN
    house.stage.moods.of.pop(ACCOUNT)
    await house.until(39)
    assert state_of(house) is OfferState.BOOKED


async def test_a_calendar_that_may_not_be_written_is_told(memory: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))

    async def refused(*_: object) -> NoReturn:
        raise CredentialsLost("the right to write was withdrawn")

    monkeypatch.setattr(house.writer, "write", refused)
    await house.until(15)
    told = {one.part: one.state for one in house.run(health.read)}
    assert told[f"calendar:{ACCOUNT}"] is Condition.STOPPED
    assert house.keep_house() == 1
