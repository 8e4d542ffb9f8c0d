"""What people and mail servers say is stored, understood, and weighed at the next judgement."""

from __future__ import annotations

import pytest

from engine.house import ANNA, BEN, GUS, House
from noshowd.domain.evidence import Said
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.verdict import Outcome
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.answers.choices import Noted, Verb
from noshowd.ports.answers import BOUNCED, Answer
from noshowd.store.database import Database

QUESTION, NUDGE, NOTICE = FollowUpKind.QUESTION, FollowUpKind.NUDGE, FollowUpKind.WAITING_NOTICE
ORDERED, OFFER = FollowUpKind.ORDERED_MESSAGE, FollowUpKind.RESCHEDULE_OFFER


async def questioned(database: Database) -> House:
    """Nobody was seen, and Anna has been asked what happened."""
    house = House(database)
    house.happen(down="meet")
    await house.until(35)
    assert len(house.sent(QUESTION)) == 1
    return house


async def nudged(database: Database) -> House:
    """Gus waits, and Anna has been told that she is expected."""
    house = House(database)
    await house.until(-1)
    house.happen(join=GUS)
    await house.until(2)
    assert len(house.sent(NUDGE)) == 1
    return house


def answer(house: House, value: str, *, by: str | None = ANNA, about: str | None = None, text: str = "") -> Answer:
    return Answer(
        answer_id=f"{value}-{house.clock.now()}",
        channel="mail",
        by=by,
        value=value,
        at=house.clock.now(),
        about=about,
        text=text,
    )


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Said.THEY_ARE_HERE, Outcome.HELD),
        (Said.MET_ELSEWHERE, Outcome.HELD),
        (Said.NOT_THERE, Outcome.THEY_ARE_MISSING),
        (Said.MOVED, Outcome.CALLED_OFF),
        (Said.I_FORGOT, Outcome.WE_ARE_MISSING),
    ],
)
async def test_one_tap_decides_what_no_source_could_tell(database: Database, said: Said, outcome: Outcome):
    house = await questioned(database)
    assert await house.press(said, QUESTION) == Noted.NOTED
    await house.until(37)
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is outcome


async def test_the_last_word_of_a_person_counts(database: Database):
    house = await questioned(database)
    await house.press(Said.NOT_THERE, QUESTION)
    await house.until(36)
    assert await house.press(Said.MET_ELSEWHERE, QUESTION) == Noted.NOTED
    await house.until(37)
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is Outcome.HELD


async def test_the_same_answer_delivered_twice_counts_once_and_hears_the_same(database: Database):
    house = await questioned(database)
    for _ in range(2):
        assert await house.press(Said.NOT_THERE, QUESTION, answer_id="tap-7") == Noted.NOTED


async def test_only_who_was_asked_or_is_in_the_meeting_may_answer(database: Database):
    house = await questioned(database)
    assert await house.press(Said.NOT_THERE, QUESTION, by=GUS) == Noted.NOT_YOURS
    assert await house.press(Said.NOT_THERE, QUESTION, by=BEN) == Noted.NOT_YOURS


@pytest.mark.parametrize("value", ["", "approve", "approve.", "approve.0000", "drop table.x", "not_there.ffffffff"])
async def test_what_nobody_can_understand_changes_nothing(database: Database, value: str):
    house = await questioned(database)
    before = house.rows()
    assert await AnswerDesk(house.parts).put(answer(house, value)) == Noted.UNKNOWN
    assert house.rows() == before


async def test_a_reply_of_one_word_is_understood_by_what_it_answers(database: Database):
    house = await questioned(database)
    [row] = house.rows(QUESTION)
    assert await AnswerDesk(house.parts).put(answer(house, "no", about=row.key)) == Noted.NOTED
    await house.until(37)
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is Outcome.THEY_ARE_MISSING


async def test_five_minutes_late_reaches_the_guest_in_the_persons_own_name(database: Database):
    house = await nudged(database)
    assert await house.press(Verb.LATE, NUDGE) == Noted.NOTED
    await house.until(3)
    [post] = house.sent(ORDERED)
    assert post.parcel.recipient.address == GUS
    assert post.parcel.sender is not None
    assert post.parcel.sender.address == ANNA


async def test_pressing_late_twice_writes_once(database: Database):
    house = await nudged(database)
    for tap in ("a", "b"):
        await house.press(Verb.LATE, NUDGE, answer_id=tap)
    await house.until(3)
    assert len(house.sent(ORDERED)) == 1


async def test_leave_it_stops_everything_about_this_meeting(database: Database):
    house = await nudged(database)
    assert await house.press(Said.LEAVE_IT, NUDGE) == Noted.NOTED
    await house.until(29)
    assert len(house.posts) == 1


async def test_an_answer_about_a_round_that_is_over_comes_too_late(database: Database):
    house = await nudged(database)
    house.happen(change={"to": "15:00"})
    await house.until(6)
    assert await house.press(Said.I_AM_HERE, NUDGE) == Noted.TOO_LATE


async def test_a_message_that_came_back_is_told_to_our_side(database: Database):
    house = await nudged(database)
    await house.press(Verb.LATE, NUDGE)
    await house.until(3)
    [row] = house.rows(ORDERED)
    word = await AnswerDesk(house.parts).put(answer(house, BOUNCED, by=None, about=row.key, text="5.1.1"))
    assert word == Noted.NOTED
    await house.until(4)
    assert [post.parcel.recipient.address for post in house.sent(FollowUpKind.NOTICE)] == [ANNA]


async def test_a_bounce_of_something_unknown_is_no_concern(database: Database):
    house = await nudged(database)
    word = await AnswerDesk(house.parts).put(answer(house, BOUNCED, by=None, about="0" * 32))
    assert word == Noted.UNKNOWN


async def test_a_question_is_asked_once_and_closes_without_a_reminder(database: Database):
    house = await questioned(database)
    await house.until(24 * 60)
    assert len(house.sent(QUESTION)) == 1
    assert house.states(QUESTION) in ([State.SENT], [State.RETRACTED])
