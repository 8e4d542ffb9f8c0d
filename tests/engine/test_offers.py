"""The way of an offer inside the engine: made, held, looked at again, answered, and its ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from engine.house import BEN, GUS, MEETING, MINUTE, at
from engine.offers_house import ANNA, APPROVAL, HOUR, NOTICE, OFFER, SOON, TASK, OfferHouse, news, state_of
from noshowd.domain.evidence import Said
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.domain.offer import OfferState
from noshowd.engine.answers.choices import Noted, Verb
from noshowd.ports.offers import Reply
from noshowd.store.database import Database


async def test_from_the_miss_to_the_moved_event(database: Database) -> None:
    house = OfferHouse(database)
    offer = (await house.offer()).offer
    assert len(offer.times) == 3
    assert not offer.zone_known
    [mail] = house.sent(OFFER)
    assert f"https://us.example/o/{offer.key}" in mail.parcel.text
    assert (await house.shown()).open

    taken = await house.desk.take(offer.key, house.chosen(offer.times[1], keyword="Quarterly figures"))
    assert taken is Reply.TAKEN
    assert not (await house.shown()).open
    await house.until(13)

    assert state_of(house) is OfferState.BOOKED
    moved = house.entry()
    assert (moved.start, moved.end - moved.start) == (offer.times[1], timedelta(minutes=30))
    assert moved.description == "About: Quarterly figures"
    assert [event.notify for event in house.writer.written] == [True], "the vendor's invitation is the one notice"
    assert news(house) == ["offer_booked"]
    assert "Quarterly figures" in house.sent(NOTICE)[0].parcel.text
    assert {row.state for row in house.rows(TASK)} == {State.RETRACTED}
    await house.until(18)
    assert house.states(OFFER) == [State.SENT], "an offer that was taken is not one that was taken back"
    assert house.meeting.meeting.start == offer.times[1]
    assert house.meeting.meeting.round == 2


async def test_the_first_answer_wins(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    first = await house.desk.take(offer.key, house.chosen(offer.times[0]))
    second = await house.desk.take(offer.key, house.chosen(offer.times[2]))
    declined = await house.desk.decline(offer.key)
    others = await house.desk.others(offer.key, "")
    assert (first, second, declined, others) == (Reply.TAKEN, *[Reply.ALREADY] * 3)
    await house.until(14)
    assert house.entry().start == offer.times[0]
    assert len(house.writer.written) == 1


async def test_a_time_taken_meanwhile_gives_way_to_the_next(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    house.occupy(offer.times[0])
    assert await house.desk.take(offer.key, house.chosen(offer.times[0])) is Reply.GONE
    now = house.stored().offer
    assert len(now.times) == 3
    assert set(offer.times[1:]) <= set(now.times)
    assert offer.times[0] not in now.times
    assert await house.desk.take(offer.key, house.chosen(now.times[0])) is Reply.TAKEN


async def test_the_next_in_place_of_one_taken_lies_on_a_day_of_its_own(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    house.occupy(offer.times[1])
    assert await house.desk.take(offer.key, house.chosen(offer.times[1])) is Reply.GONE
    now = house.stored().offer.times
    assert len({start.astimezone(ZoneInfo(offer.zone)).date() for start in now}) == 3


async def test_the_next_in_place_of_one_taken_is_none_that_was_not_wanted(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    for _ in range(2):
        assert await house.desk.others(offer.key, "") is Reply.OTHERS
    asked = house.stored().offer
    house.occupy(asked.times[1])
    assert await house.desk.take(offer.key, house.chosen(asked.times[1])) is Reply.GONE
    [new] = set(house.stored().offer.times) - set(asked.times)
    assert all(abs(new - start) >= offer.length for start in (*asked.earlier, *asked.times))


async def test_a_time_that_has_passed_gives_way_to_one_to_come(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    house.clock.set(offer.times[0] + HOUR)
    assert offer.times[0] not in (await house.shown()).offer.times
    assert await house.desk.take(offer.key, house.chosen(offer.times[0])) is Reply.GONE
    shown = (await house.shown()).offer.times
    assert len(shown) == 3
    assert min(shown) > house.clock.now()


async def test_other_times_overlap_with_none_before_and_end_in_a_word_to_us(memory: Database) -> None:
    house = OfferHouse(memory)
    key = (await house.offer()).offer.key
    for _ in range(3):
        assert await house.desk.others(key, "") is Reply.OTHERS
    assert await house.desk.others(key, "in two weeks") is Reply.ASKED
    offer = house.stored().offer
    days = [at.astimezone(ZoneInfo(offer.zone)).date() for at in (*offer.earlier, *offer.times)]
    assert len(set(days[:6])) == 6, "none of the first three suited, so other days come first"
    everything = sorted((*offer.earlier, *offer.times))
    assert len(everything) == 12
    assert all(later - earlier >= offer.length for earlier, later in pairwise(everything))
    await house.until(14)
    assert "in two weeks" in house.sent(NOTICE)[-1].parcel.text


async def test_declining_ends_it_and_tells_us(memory: Database) -> None:
    house = OfferHouse(memory)
    key = (await house.offer()).offer.key
    assert await house.desk.decline(key) is Reply.DECLINED
    await house.until(14)
    assert (state_of(house), news(house)) == (OfferState.DECLINED, ["offer_declined"])


async def test_two_guests_are_not_offered_the_same_gap(memory: Database) -> None:
    other = MEETING | {
        "id": "n",
        "link": "https://meet.google.com/nnn-nnnn-nnn",
        "people": [{"address": ANNA}, {"address": BEN}, {"address": "hil@them.example"}],
        "organizer": BEN,
        "calendars": [ANNA, BEN],
    }
    house = OfferHouse(memory, meeting=[MEETING, other])
    await house.until(-1)
    house.happen(join=ANNA, meeting="m")
    house.happen(join=BEN, meeting="n")
    await house.until(11)
    first, second = (house.stored(place).offer for place in (0, 1))
    assert len(first.times) == len(second.times) == 3
    times = sorted((*first.times, *second.times))
    assert all(later - earlier >= first.length for earlier, later in pairwise(times))


async def test_a_time_that_is_gone_when_the_text_leaves_is_asked_about_anew(memory: Database) -> None:
    house = OfferHouse(memory)
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(11)
    house.occupy(house.stored().offer.times[1])
    await house.press(Verb.APPROVE, APPROVAL)
    await house.until(13)
    old, new = house.rows(OFFER)
    assert (old.state, old.reason) == (State.WITHHELD, Withheld.TIMES_TAKEN)
    assert new.state is State.AWAITING
    await house.press(Verb.APPROVE, APPROVAL)
    await house.until(15)
    assert house.states(OFFER) == [State.WITHHELD, State.SENT]
    assert len(house.stored(1).offer.times) == 3


async def test_no_free_time_for_ten_days_is_a_task_for_a_person(memory: Database) -> None:
    house = OfferHouse(memory)
    house.occupy(at(0), minutes=60 * 24 * 14)
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(14)
    [offer] = house.rows(OFFER)
    assert (offer.state, offer.reason) == (State.WITHHELD, Withheld.NO_FREE_TIME)
    assert "no_free_time" in [row.followup.key.step.partition(":")[0] for row in house.rows(TASK)]


async def test_calendars_that_cannot_be_read_give_an_offer_without_times(memory: Database) -> None:
    house = OfferHouse(memory)
    house.parts = replace(house.parts, free_busy={})
    offer = (await house.offer()).offer
    assert offer.times == ()
    assert (await house.shown()).open


async def test_it_dies_when_they_met_after_all(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    house.happen(join=GUS)
    await house.until(16)
    assert not (await house.shown()).open
    assert await house.desk.take(offer.key, house.chosen(offer.times[0])) is Reply.ALREADY
    await house.until(45)
    assert state_of(house) is OfferState.WITHDRAWN
    assert house.writer.written == []


async def test_it_dies_when_we_say_days_later_that_they_met(memory: Database) -> None:
    told = [{"after": "3 min", "send": "waiting_notice"}, *SOON["when_they_are_missing"]]
    house = OfferHouse(memory, policy=[SOON | {"when_they_are_missing": told}])
    await house.offer()
    days = 60 * 24 * 3
    house.clock.set(at(days))
    await house.until(days + 1)
    assert state_of(house) is OfferState.OPEN
    assert await house.press(Said.MET_ELSEWHERE, FollowUpKind.WAITING_NOTICE) == Noted.NOTED
    await house.until(days + 2)
    assert not (await house.shown()).open
    await house.until(days + 45)
    assert state_of(house) is OfferState.WITHDRAWN


async def test_it_dies_with_another_booking(memory: Database) -> None:
    house = OfferHouse(memory)
    await house.offer()
    house.happen(rebook="2026-03-05 10:00")
    await house.until(45)
    assert state_of(house) is OfferState.WITHDRAWN


async def test_it_dies_after_its_days(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    house.clock.set(offer.ends + HOUR)
    assert not (await house.shown()).open
    await house.until((offer.ends - at(0)) / MINUTE + 90)
    assert state_of(house) is OfferState.EXPIRED


async def test_nothing_is_written_in_a_trial(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    house.parts = replace(house.parts, shadow=True)
    await house.until(14)
    assert state_of(house) is OfferState.BY_HAND
    assert house.writer.written == []
