"""Repeated misses, several in one day, and what becomes of a message that does not go."""

from __future__ import annotations

from typing import Any

import pytest

from engine.house import ANNA, GUS, MEETING, House, at
from noshowd.domain.evidence import Said, Statement
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.answers.choices import Verb
from noshowd.ports.answers import BOUNCED, Answer
from noshowd.store import evidence, forgetting, misses, outbox, retention
from noshowd.store.database import Database

OFFER, TASK, APPROVAL, NOTICE = (
    FollowUpKind.RESCHEDULE_OFFER,
    FollowUpKind.RECALL_TASK,
    FollowUpKind.APPROVAL,
    FollowUpKind.NOTICE,
)
#: An offer that needs nobody, and no task beside it.
ONLY_OFFERS = {
    "name": "only offers",
    "when_they_are_missing": [{"after": "20 min", "send": "reschedule_offer", "approval": "auto"}],
}


def meeting(number: int, at: str, **changes: Any) -> dict[str, Any]:
    return {
        **MEETING,
        "id": f"m{number}",
        "at": at,
        "link": f"https://meet.google.com/aaa-bbbb-cc{'xabc'[number]}",
        **changes,
    }


async def missed(house: House, number: int, minute: float) -> None:
    """Anna waits through the slot that begins then; Gus does not come."""
    await house.until(minute - 1)
    house.happen(meeting=f"m{number}", join=ANNA)
    await house.until(minute + 29)
    house.happen(meeting=f"m{number}", leave=ANNA)


async def test_two_misses_of_a_day_are_one_message_after_the_last(database: Database):
    house = House(database, mode="live", policy=[ONLY_OFFERS], meeting=[meeting(1, "10:00"), meeting(2, "11:00")])
    await missed(house, 1, 0)
    assert house.sent(OFFER) == [], "they meet again at eleven"
    await missed(house, 2, 60)
    await house.until(100)
    [offer] = house.sent(OFFER)
    assert "11:00" in offer.parcel.text
    assert house.states(OFFER) == [State.WITHHELD, State.SENT]
    assert house.rows(OFFER)[0].reason == "superseded_step"


async def test_a_miss_is_written_about_where_the_later_meeting_took_place(database: Database):
    house = House(database, mode="live", policy=[ONLY_OFFERS], meeting=[meeting(1, "10:00"), meeting(2, "11:00")])
    await missed(house, 1, 0)
    await house.until(59)
    for who in (ANNA, GUS):
        house.happen(meeting="m2", join=who)
    await house.until(95)
    [offer] = house.sent(OFFER)
    assert "10:00" in offer.parcel.text


async def test_the_third_miss_is_a_task_for_a_person(database: Database):
    policy = {**ONLY_OFFERS, "misses_before_task": 2}
    two = [meeting(1, "10:00"), meeting(2, "11:00")]
    house = House(database, mode="live", policy=[policy], meeting=two)
    await missed(house, 1, 0)
    await missed(house, 2, 60)
    await house.until(100)
    assert house.sent(OFFER) == []
    [task] = house.sent(TASK)
    assert "A conversation in person is better here" in task.parcel.text
    assert {row.reason for row in house.rows(OFFER)} == {"superseded_step", "several_misses"}


async def test_a_miss_counts_when_the_meeting_has_long_lost_its_names(database: Database):
    policy = {**ONLY_OFFERS, "misses_before_task": 2}
    house = House(database, mode="live", policy=[policy], meeting=[meeting(1, "10:00"), meeting(2, "11:00")])
    await missed(house, 1, 0)
    first = house_key(house, 1)
    house.run(lambda conn: retention.take_names(conn, [(first, 1)]))
    await missed(house, 2, 60)
    await house.until(100)
    [task] = house.sent(TASK)
    assert "A conversation in person is better here" in task.parcel.text


async def test_a_miss_that_was_none_is_not_counted(database: Database):
    house = House(database, mode="live", policy=[ONLY_OFFERS], meeting=[meeting(1, "10:00")])
    await missed(house, 1, 0)
    assert counted(house) == {house_key(house, 1)}
    await house.until(31)
    first, word = house_key(house, 1), Statement(by=ANNA, at=at(31), said=Said.MET_ELSEWHERE)
    house.run(lambda conn: evidence.say(conn, first, 1, word, now=at(31)))
    await house.until(33)
    assert counted(house) == set()


async def test_who_is_forgotten_is_not_counted_any_more_and_old_misses_go(database: Database):
    house = House(database, mode="live", policy=[ONLY_OFFERS], meeting=[meeting(1, "10:00")])
    await missed(house, 1, 0)
    digest = house.parts.digest(GUS)
    first = house_key(house, 1)
    shown = house.run(lambda conn: forgetting.export(conn, GUS, digest=digest))
    assert shown["misses"] == [first]
    house.run(lambda conn: misses.clear(conn, before=at(-1)))
    assert counted(house)
    gone = house.run(lambda conn: forgetting.forget(conn, GUS, digest=digest, now=house.clock.now()))
    assert (gone["misses"], counted(house)) == (1, set())
    house.run(lambda conn: misses.replace(conn, "m", [digest], at=at(0)))
    house.run(lambda conn: misses.clear(conn, before=at(1)))
    assert counted(house) == set()


def house_key(house: House, number: int) -> str:
    return next(one.meeting.key for one in house.meetings() if one.meeting.start == at((number - 1) * 60))


def counted(house: House) -> set[str]:
    """The meetings that Gus is held to have missed."""
    digest = house.parts.digest(GUS)
    found: set[str] = house.run(lambda conn: misses.of(conn, [digest], since=at(-10_000)))
    return found


async def test_an_offer_that_nobody_approves_expires_into_a_task(database: Database):
    rung = {"after": "20 min", "send": "reschedule_offer", "window": "day"}
    house = House(database, mode="live", policy=[{"name": "asks", "when_they_are_missing": [rung]}], meeting=[MEETING])
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(12 * 60)
    assert house.states(OFFER) == [State.EXPIRED]
    [task] = house.rows(TASK)
    assert task.followup.key.step.startswith("expired:")


async def test_who_wants_no_messages_is_rung_by_a_person(database: Database):
    house = House(database, mode="live", policy=[ONLY_OFFERS], contact=[{"match": GUS, "never_write": True}])
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(25)
    assert house.sent(OFFER) == []
    [task] = house.sent(TASK)
    assert "wants no messages" in task.parcel.text or "does not want" in task.parcel.text


@pytest.mark.parametrize("policy", [[], [ONLY_OFFERS]])
async def test_a_task_says_why_nothing_was_written(database: Database, policy: list[dict[str, Any]]):
    unanswered = {**MEETING, "people": [{"address": ANNA}, {"address": GUS, "response": "none"}]}
    house = House(database, mode="live", meeting=[unanswered], policy=policy)
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(25)
    assert house.sent(OFFER) == []
    [task] = house.sent(TASK)
    assert "not answered" in task.parcel.text


async def test_our_side_learns_which_message_came_back(database: Database):
    house = House(database, mode="live", policy=[ONLY_OFFERS])
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(25)
    [offer] = house.rows(OFFER)
    back = Answer(
        answer_id="b", channel="mail", by=None, value=BOUNCED, at=house.clock.now(), about=offer.key, text="5.1.1"
    )
    await AnswerDesk(house.parts).put(back)
    await house.until(26)
    [notice] = house.sent(NOTICE)
    assert GUS in notice.parcel.text
    assert "came back" in notice.parcel.text


@pytest.mark.parametrize("decision", [Verb.APPROVE, Verb.REFUSE])
async def test_who_decided_is_kept(database: Database, decision: Verb):
    house = House(database, mode="live")
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(6)
    await house.press(decision, APPROVAL)
    [courtesy] = house.rows(FollowUpKind.COURTESY_MESSAGE)
    told = house.run(lambda conn: outbox.story(conn, courtesy.key))
    assert ANNA in {step.reason for step in told}
