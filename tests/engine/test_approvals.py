"""A person decides what a guest reads: once, in time, and exactly that text leaves."""

from __future__ import annotations

from typing import Any

import pytest

from engine.house import ANNA, BEN, GUS, MEETING, House
from noshowd.domain.evidence import Said
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.choices import Noted, Verb
from noshowd.store.database import Database

APPROVAL, COURTESY, QUESTION = FollowUpKind.APPROVAL, FollowUpKind.COURTESY_MESSAGE, FollowUpKind.QUESTION
TWO = {**MEETING, "people": [*MEETING["people"], {"address": BEN, "name": "Ben Cramer"}]}
VETO = {
    "name": "veto",
    "when_they_are_missing": [{"after": "5 min", "send": "courtesy_message", "approval": "veto"}],
    "veto_after": "5 min",
}


async def asked(database: Database, **story: Any) -> House:
    """Anna waits for Gus, and has been asked whether the courtesy message may go out."""
    house = House(database, **{"meeting": [TWO], **story})
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(6)
    assert len(house.sent(APPROVAL)) == 1
    return house


async def test_nothing_goes_to_a_guest_before_somebody_decides(database: Database):
    house = await asked(database)
    await house.until(9)
    assert house.states(COURTESY) == [State.AWAITING]


async def test_the_question_shows_recipient_and_the_very_text_that_is_sent(database: Database):
    house = await asked(database)
    question = house.sent(APPROVAL)[0].parcel.text
    await house.press(Verb.APPROVE, APPROVAL)
    await house.until(7)
    [sent] = house.sent(COURTESY)
    assert sent.parcel.recipient.address == GUS
    assert sent.parcel.text in question


async def test_an_edited_text_is_what_leaves(database: Database):
    house = await asked(database)
    assert await house.press(Verb.APPROVE, APPROVAL, text="Dear Gus, shall we begin?") == Noted.NOTED
    await house.until(7)
    assert [post.parcel.text for post in house.sent(COURTESY)] == ["Dear Gus, shall we begin?"]


async def test_a_refused_message_never_leaves(database: Database):
    house = await asked(database)
    assert await house.press(Verb.REFUSE, APPROVAL) == Noted.NOTED
    await house.until(12)
    assert house.states(COURTESY) == [State.REFUSED]
    assert not house.sent(COURTESY)


async def test_the_first_of_two_decides(database: Database):
    house = await asked(database)
    assert await house.press(Verb.REFUSE, APPROVAL, by=BEN) == Noted.NOTED
    assert await house.press(Verb.APPROVE, APPROVAL, by=ANNA) == Noted.ALREADY
    await house.until(12)
    assert not house.sent(COURTESY)


async def test_pressing_twice_sends_once(database: Database):
    house = await asked(database)
    assert await house.press(Verb.APPROVE, APPROVAL, answer_id="tap-1") == Noted.NOTED
    assert await house.press(Verb.APPROVE, APPROVAL, answer_id="tap-1") == Noted.NOTED
    await house.until(7)
    assert await house.press(Verb.APPROVE, APPROVAL, answer_id="tap-2") == Noted.ALREADY
    await house.until(12)
    assert len(house.sent(COURTESY)) == 1


async def test_pressed_too_late_nothing_leaves_and_the_person_is_told(database: Database):
    house = await asked(database)
    house.pass_time(31)
    assert await house.press(Verb.APPROVE, APPROVAL) == Noted.TOO_LATE
    await house.until(33)
    assert house.states(COURTESY) == [State.EXPIRED]


async def test_nobody_decides_and_it_lapses(database: Database):
    house = await asked(database)
    await house.until(33)
    assert house.states(COURTESY) == [State.EXPIRED]
    assert await house.press(Verb.APPROVE, APPROVAL, nth=0) == Noted.TOO_LATE


async def test_the_question_vanishes_when_the_guest_comes(database: Database):
    house = await asked(database)
    house.happen(join=GUS)
    await house.until(9)
    assert house.states(COURTESY) == [State.WITHDRAWN]
    assert house.sent(APPROVAL)[0].edits == 1
    assert await house.press(Verb.APPROVE, APPROVAL) == Noted.ALREADY


async def test_a_stranger_decides_nothing(database: Database):
    house = await asked(database)
    assert await house.press(Verb.APPROVE, APPROVAL, by=GUS) == Noted.NOT_YOURS
    assert await house.press(Verb.APPROVE, APPROVAL, by="mallory@elsewhere.example") == Noted.NOT_YOURS
    assert house.states(COURTESY) == [State.AWAITING]


async def test_a_signed_link_speaks_for_whom_it_was_sent_to(database: Database):
    house = await asked(database)
    assert await house.press(Verb.APPROVE, APPROVAL, by=None) == Noted.NOTED


async def test_a_plain_yes_by_mail_approves(database: Database):
    house = await asked(database)
    assert await house.press(Verb.YES, APPROVAL) == Noted.NOTED
    await house.until(7)
    assert len(house.sent(COURTESY)) == 1


async def test_a_veto_not_used_is_consent(database: Database):
    house = await asked(database, policy=[VETO])
    await house.until(9)
    assert not house.sent(COURTESY)
    await house.until(13)
    assert len(house.sent(COURTESY)) == 1


async def test_a_veto_used_in_time_stops_it(database: Database):
    house = await asked(database, policy=[VETO])
    assert await house.press(Verb.REFUSE, APPROVAL) == Noted.NOTED
    await house.until(20)
    assert not house.sent(COURTESY)


async def test_a_veto_that_nobody_could_use_is_no_consent(database: Database):
    house = House(database, policy=[VETO])
    await house.until(-2)
    house.happen(join=ANNA)
    for channel in ("chat", "mail"):
        house.happen(down=channel)
    await house.until(14)
    assert house.states(COURTESY) == [State.AWAITING]


@pytest.mark.parametrize("said", [Said.THEY_ARE_HERE, Said.THEY_TOLD_ME])
async def test_what_a_person_says_takes_back_what_waits(database: Database, said: Said):
    house = await asked(database)
    assert await house.press(said, FollowUpKind.WAITING_NOTICE) == Noted.NOTED
    await house.until(8)
    assert house.states(COURTESY) == [State.WITHDRAWN]
