"""The whole way of an offer inside the engine: made, held, looked at again, answered, booked, and its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine.house import BEN, GUS, LINK, MEETING, MINUTE, at
from engine.offers_house import ANNA, APPROVAL, HOUR, OFFER, OfferHouse, state_of
from noshowd.domain.entry import Response
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.domain.offer import OfferState
from noshowd.engine.answers.choices import Verb
from noshowd.ports.errors import CredentialsLost
from noshowd.ports.offers import Reply
from noshowd.store import health
from noshowd.store.database import Database, open_database
from noshowd.store.health import Condition
from noshowd.store.schema import metadata
from noshowd.story.format import ACCOUNT
from noshowd.story.scripted import Mood

NOTICE, TASK = FollowUpKind.NOTICE, FollowUpKind.RECALL_TASK


@pytest.fixture(scope="module")
def opened() -> Iterator[Database]:
    with open_database("sqlite://") as opened:
        yield opened


@pytest.fixture
def memory(opened: Database) -> Database:
    """A database without rows; one for all tests of this module."""
    opened.run_sync(lambda conn: [conn.execute(sa.delete(table)) for table in reversed(metadata.sorted_tables)])
    return opened


def news(house: OfferHouse) -> list[str]:
    return [row.followup.key.step.partition(":")[0] for row in house.rows(NOTICE) if row.state is State.SENT]


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


async def test_a_reply_by_mail_books_only_by_our_tap(memory: Database) -> None:
    house = OfferHouse(memory, page=False)
    offer = (await house.offer()).offer
    [mail] = house.sent(OFFER)
    assert "A short reply is enough, with another time if you prefer." in mail.parcel.text
    local = offer.times[0].astimezone(ZoneInfo("Europe/Berlin"))
    assert await house.replied(f"{local:%A} {local:%H:%M} please") == "noted"
    await house.until(13)
    [told] = house.sent(NOTICE)
    assert f"{local:%A} {local:%H:%M} please" in told.parcel.text
    [button] = told.parcel.choices
    assert button.label == f"Book {local:%a} {local.day} {local:%b} {local:%H:%M}"
    assert state_of(house) is OfferState.OPEN
    assert house.writer.written == []
    assert await house.tapped(button.value) == "noted"
    await house.until(15)
    assert house.entry().start == offer.times[0]
    assert await house.tapped(button.value, again=True) == "already decided"


async def test_a_reply_reaches_noshowd_in_the_mailbox_of_the_person_only(memory: Database) -> None:
    house = OfferHouse(memory, page=False)
    house.parts = replace(house.parts, reply_address=lambda key: f"anna+{key}@us.example")
    await house.offer()
    [mail] = house.sent(OFFER)
    assert mail.parcel.reply_to == f"anna+{mail.parcel.key}@us.example"


async def test_a_reply_that_could_mean_several_times_shows_them_all(memory: Database) -> None:
    house = OfferHouse(memory, page=False)
    await house.offer()
    assert await house.replied("the later one would be nice") == "noted"
    assert await house.replied("Monday", by=ANNA) == "not yours to answer"
    await house.until(13)
    [told] = house.sent(NOTICE)
    assert len(told.parcel.choices) == 3


async def test_nothing_is_written_in_a_trial(memory: Database) -> None:
    house = OfferHouse(memory)
    offer = (await house.offer()).offer
    await house.desk.take(offer.key, house.chosen(offer.times[0]))
    house.parts = replace(house.parts, shadow=True)
    await house.until(14)
    assert state_of(house) is OfferState.BY_HAND
    assert house.writer.written == []
