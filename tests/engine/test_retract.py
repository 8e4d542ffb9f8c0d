"""What was sent and is no longer true is taken back by its key, edited, or corrected."""

from __future__ import annotations

import pytest

from engine.house import ANNA, GUS, House
from noshowd.domain.evidence import Said
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.choices import Noted
from noshowd.ports.errors import Permanent, Temporary
from noshowd.store.database import Database
from noshowd.story.posts import ScriptedChannel

NOTICE, RECALL, COURTESY = FollowUpKind.WAITING_NOTICE, FollowUpKind.RECALL_TASK, FollowUpKind.COURTESY_MESSAGE
CORRECTION, QUESTION = FollowUpKind.CORRECTION, FollowUpKind.QUESTION


async def missed(database: Database) -> House:
    """Gus did not come: Anna has a task to ring him."""
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(16)
    assert house.states(RECALL) == [State.SENT]
    return house


async def test_a_late_guest_takes_the_task_back_by_its_key(database: Database):
    house = await missed(database)
    house.happen(join=GUS)
    await house.until(20)
    assert house.states(RECALL) == [State.RETRACTED]
    assert [post.retracted for post in house.sent(RECALL)] == [True]


async def test_what_was_posted_to_our_side_is_edited_and_loses_its_buttons(database: Database):
    house = await missed(database)
    house.happen(join=GUS)
    await house.until(20)
    [post] = house.sent(NOTICE)
    assert post.edits
    assert not post.parcel.choices
    assert not any(part.choices for part in post.parcel.more)


async def test_what_a_guest_has_read_stays(database: Database):
    auto = {"name": "a", "when_they_are_missing": [{"after": "5 min", "send": "courtesy_message", "approval": "auto"}]}
    house = House(database, policy=[auto])
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(7)
    house.happen(join=GUS)
    await house.until(12)
    assert house.states(COURTESY) == [State.SENT]


async def test_a_task_that_cannot_be_taken_back_is_corrected(database: Database, monkeypatch: pytest.MonkeyPatch):
    async def refuse(*_: object) -> None:
        raise Permanent("it was done already")

    house = await missed(database)
    monkeypatch.setattr(ScriptedChannel, "retract", refuse)
    house.happen(join=GUS)
    await house.until(20)
    assert [post.parcel.recipient.address for post in house.sent(CORRECTION)] == [ANNA]


async def test_a_channel_that_is_down_takes_it_back_later(database: Database):
    house = await missed(database)
    house.happen(down="tasks")
    house.happen(join=GUS)
    await house.until(19)
    assert house.states(RECALL) == [State.RETRACTING]
    house.happen(up="tasks")
    await house.until(28)
    assert house.states(RECALL) == [State.RETRACTED]


async def test_who_comes_while_the_message_is_under_way_makes_it_be_taken_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    house = await missed(database)
    whole = ScriptedChannel.send

    async def slow(channel: ScriptedChannel, parcel):
        receipt = await whole(channel, parcel)
        house.happen(join=GUS)
        # the room is looked at and judged while the wire is busy: the row is `sending` and cannot be withdrawn
        house.pass_time(17)
        return receipt

    monkeypatch.setattr(ScriptedChannel, "send", slow)
    await house.until(25)
    assert not [row for row in house.rows() if row.state in (State.QUEUED, State.SENDING)]
    assert house.states(RECALL) == [State.RETRACTED]


async def test_an_answer_settles_the_question_where_it_lies(database: Database):
    house = House(database)
    house.happen(empty="meet")
    await house.until(40)
    [question] = house.sent(QUESTION)
    assert await house.press(Said.MET_ELSEWHERE, QUESTION) == Noted.NOTED
    await house.until(42)
    assert house.states(QUESTION) == [State.RETRACTED]
    assert question.edits == 1


async def test_an_edit_that_never_answers_is_given_up_and_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    house = await missed(database)

    async def silent(*_: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(ScriptedChannel, "edit", silent)
        house.happen(join=GUS)
        await house.until(19)
        assert house.sent(NOTICE)[0].parcel.choices
    await house.until(28)
    assert not house.sent(NOTICE)[0].parcel.choices
    assert house.states(NOTICE) == [State.RETRACTED]


async def test_a_retraction_is_not_lost_when_the_channel_says_it_may_work_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    house = await missed(database)

    async def busy(*_: object) -> None:
        raise Temporary("429")

    with monkeypatch.context() as patch:
        patch.setattr(ScriptedChannel, "retract", busy)
        house.happen(join=GUS)
        await house.until(19)
    await house.until(28)
    assert house.states(RECALL) == [State.RETRACTED]
