"""Questions that wait for one list: what stands in it, whom it spares, and what a tap in it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from engine.house import ANNA, BEN, LINK, MEETING, TEN, House, at
from noshowd.domain.evidence import Said, Statement
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.verdict import Outcome
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.cards.day_list import next_list
from noshowd.engine.cards.listed import replied
from noshowd.ports.answers import Answer
from noshowd.runtime.questions import StoredQuestions
from noshowd.store import evidence
from noshowd.store.database import Database
from noshowd.wording.lexicon import Lexicon

#: 13:00 in Berlin, minutes after ten.
LIST = 180
SECOND = MEETING | {"id": "n", "at": "11:00", "link": LINK.replace("abc", "xyz"), "title": "Zweites"}


@pytest.fixture
def house(database: Database) -> House:
    return House(database, meeting=[MEETING, SECOND], policy=[{"name": "calls", "ask_at": "13:00"}])


async def test_one_list_instead_of_two_questions_with_a_tap_for_each(house: House) -> None:
    await house.until(LIST - 1)
    assert house.states(FollowUpKind.QUESTION) == [State.WITHHELD] * 2
    assert not house.sent(FollowUpKind.NOTICE)
    await house.until(LIST + 1)
    (post,) = house.sent(FollowUpKind.NOTICE)
    assert "10:00" in post.parcel.text
    assert "Zweites" in post.parcel.text
    labels = [choice.label for choice in post.parcel.choices]
    assert [label[:5] for label in labels] == ["10:00"] * 3 + ["11:00"] * 3
    assert "Zweites" not in (post.parcel.preview or "")


async def test_a_tap_in_the_list_is_an_answer_and_twice_is_once(house: House) -> None:
    await house.until(LIST + 1)
    await house.press(Said.THEY_ARE_HERE, FollowUpKind.QUESTION, nth=0)
    again = await house.press(Said.THEY_ARE_HERE, FollowUpKind.QUESTION, nth=0, answer_id="again")
    await house.press(Said.NOT_THERE, FollowUpKind.QUESTION, nth=1)
    await house.until(LIST + 3)
    outcomes = {stored.meeting.title: stored.verdict.outcome for stored in house.meetings() if stored.verdict}
    assert set(outcomes.values()) == {Outcome.HELD, Outcome.THEY_ARE_MISSING}
    assert again in ("noted", "already decided")


async def test_what_was_cleared_up_meanwhile_does_not_stand_in_it(house: House) -> None:
    await house.until(LIST - 60)
    await house.press(Said.MET_ELSEWHERE, FollowUpKind.QUESTION, nth=0)
    await house.until(LIST + 1)
    (post,) = house.sent(FollowUpKind.NOTICE)
    assert {choice.label[:5] for choice in post.parcel.choices} == {"11:00"}


async def test_an_empty_list_is_not_sent(house: House) -> None:
    await house.until(LIST - 60)
    await house.press(Said.MET_ELSEWHERE, FollowUpKind.QUESTION, nth=0)
    await house.press(Said.MOVED, FollowUpKind.QUESTION, nth=1)
    await house.until(LIST + 1)
    assert house.states(FollowUpKind.NOTICE) == [State.WITHDRAWN]
    assert not house.sent(FollowUpKind.NOTICE)


def test_it_comes_in_the_evening_or_on_the_next_working_morning(house: House) -> None:
    person = house.parts.directory.colleague(ANNA)
    assert person is not None
    assert next_list(house.parts, person, time(17, 30), TEN) == at(450)
    # the second of March is a Monday
    assert next_list(house.parts, person, time(8), TEN) == datetime(2026, 3, 3, 7, tzinfo=UTC)
    friday = datetime(2026, 3, 6, 18, tzinfo=UTC)
    assert next_list(house.parts, person, time(8), friday) == datetime(2026, 3, 9, 7, tzinfo=UTC)


async def test_what_is_answered_stands_in_the_list_instead_of_the_taps(house: House) -> None:
    await house.until(LIST + 1)
    await house.press(Said.THEY_ARE_HERE, FollowUpKind.QUESTION, nth=0)
    await house.until(LIST + 2)
    (post,) = house.sent(FollowUpKind.NOTICE)
    assert {choice.label[:5] for choice in post.parcel.choices} == {"11:00"}
    assert "They are here" in next(line for line in post.parcel.text.splitlines() if line.startswith("10:00"))
    assert house.states(FollowUpKind.NOTICE) == [State.SENT]
    await house.press(Said.NOT_THERE, FollowUpKind.QUESTION, nth=1)
    await house.until(LIST + 3)
    assert not post.parcel.choices
    assert "Thank you" in post.parcel.text
    assert house.states(FollowUpKind.NOTICE) == [State.SENT]


async def test_what_a_colleague_says_later_stands_there_too(house: House) -> None:
    await house.until(LIST + 1)
    (stored,) = (one for one in house.meetings() if one.meeting.title != "Zweites")
    said = Statement(by=BEN, at=at(LIST + 1), said=Said.MET_ELSEWHERE)
    await house.database.run(lambda conn: evidence.say(conn, stored.meeting.key, 1, said, now=at(LIST + 1)), wake=True)
    await house.until(LIST + 2)
    (post,) = house.sent(FollowUpKind.NOTICE)
    assert "took place" in next(line for line in post.parcel.text.splitlines() if line.startswith("10:00"))
    assert {choice.label[:5] for choice in post.parcel.choices} == {"11:00"}


async def test_two_taps_at_one_instant_are_both_shown(house: House) -> None:
    await house.until(LIST + 1)
    await house.press(Said.THEY_ARE_HERE, FollowUpKind.QUESTION, nth=0)
    (row,) = house.rows(FollowUpKind.NOTICE)
    assert row.state is State.RETRACTING
    await house.press(Said.NOT_THERE, FollowUpKind.QUESTION, nth=1)
    await house.until(LIST + 2)
    (post,) = house.sent(FollowUpKind.NOTICE)
    assert not post.parcel.choices


async def test_a_list_by_mail_is_answered_by_a_line_for_each_and_stays_as_it_is(house: House) -> None:
    house.channels[:] = [channel for channel in house.channels if channel.name != "chat"]
    house.parts = replace(house.open("first"), reads_replies=True)
    await house.until(LIST + 1)
    (post,) = house.sent(FollowUpKind.NOTICE)
    assert [line[:8] for line in post.parcel.text.splitlines() if ":00" in line] == ["1. 10:00", "2. 11:00"]
    assert post.parcel.text.rstrip().endswith("for example: 1 HERE")
    said = Answer(
        answer_id="mail-1",
        channel="mail",
        by=ANNA,
        value="",
        at=at(LIST + 1),
        text="1 They are here.\nand then\n2: Not there\n",
        about=post.parcel.key,
    )
    assert await AnswerDesk(house.parts).put(said) == "noted"
    await house.until(LIST + 2)
    outcomes = {stored.meeting.title: stored.verdict.outcome for stored in house.meetings() if stored.verdict}
    assert outcomes.pop("Zweites") is Outcome.THEY_ARE_MISSING
    assert list(outcomes.values()) == [Outcome.HELD]
    assert (post.channel, post.edits) == ("mail", 0)
    assert house.states(FollowUpKind.NOTICE) == [State.SENT]


@pytest.mark.parametrize(
    ("text", "taps"),
    [
        ("1 talked", [Said.TALKED]),
        ("  2)  NOBODY   answered !", [Said.NOBODY_ANSWERED]),
        ("talked", []),
        ("3 talked", []),
        ("0 talked", []),
        ("1 talked to nobody", []),
        ("1 2", []),
        ("", []),
    ],
)
def test_what_a_line_of_a_reply_says(text: str, taps: list[Said]) -> None:
    assert [one.tap for one in replied(["a1", "b2"], text, Lexicon("en"))] == taps


def test_of_one_appointment_the_word_is_enough() -> None:
    assert [one.value for one in replied(["a1"], "Gesprochen.\n\nGruß\nAnna", Lexicon("de_formal"))] == ["talked.a1"]


async def test_the_page_behind_a_link_of_the_list_asks_and_then_says_what_was_answered(house: House) -> None:
    await house.until(LIST + 1)
    (post,) = house.sent(FollowUpKind.NOTICE)
    pages = StoredQuestions(house.parts)
    link = post.parcel.choices[0].value
    page = await pages.find(link)
    assert page is not None
    assert (page.closed, page.chosen) == (None, link)
    assert link in {choice.value for choice in page.choices}
    await house.press(Said.THEY_ARE_HERE, FollowUpKind.QUESTION, nth=0)
    await house.until(LIST + 2)
    page = await pages.find(link)
    assert page is not None
    assert (page.closed or "").startswith("They are here")
