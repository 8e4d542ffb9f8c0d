"""A message of which nobody knows whether it left is looked up, sent again where that is harmless, or asked about."""

from __future__ import annotations

import pytest

from engine.house import ANNA, House
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.choices import Noted, Verb
from noshowd.ports.channel import Recovery
from noshowd.ports.errors import Temporary
from noshowd.store.database import Database

NOTICE, ABOUT = FollowUpKind.WAITING_NOTICE, FollowUpKind.NOTICE


async def doubtful(database: Database, recovery: Recovery, *, left: bool) -> House:
    """A message that a channel with this recovery has taken, or not, and has not confirmed."""
    house = House(database)
    chat = house.channels[0]
    chat.recovery = recovery
    fail = "after_the_wire" if left else "before_the_wire"
    failed: list[str] = []

    def blow(where: str) -> None:
        if where == fail and not failed:
            failed.append(where)
            raise Temporary("no answer in time", uncertain=True)

    chat._blow = blow
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(3.5)
    assert house.states(NOTICE) == [State.SENDING]
    return house


@pytest.mark.parametrize("left", [True, False])
async def test_a_channel_that_can_look_it_up_sends_it_once(database: Database, left: bool):
    house = await doubtful(database, Recovery.VERIFY, left=left)
    await house.until(8)
    # another worker of a shared database may only stand still, and would send when it goes on: then a person is asked
    sure = left or not database.shared
    assert house.states(NOTICE) == [State.SENT if sure else State.UNCERTAIN]
    assert len(house.sent(NOTICE)) == (1 if sure else 0)


@pytest.mark.parametrize("left", [True, False])
async def test_where_a_second_one_is_harmless_it_is_sent_again(database: Database, left: bool):
    house = await doubtful(database, Recovery.RESEND, left=left)
    await house.until(8)
    assert house.states(NOTICE) == [State.SENT]
    assert len(house.sent(NOTICE)) == 1 + left


@pytest.mark.parametrize(("verb", "ends"), [(Verb.IT_LEFT, 1), (Verb.IT_DID_NOT, 2)])
async def test_where_nobody_can_know_a_person_looks_and_decides(database: Database, verb: Verb, ends: int):
    house = await doubtful(database, Recovery.ASK, left=True)
    await house.until(8)
    assert house.states(NOTICE) == [State.UNCERTAIN]
    assert [post.parcel.recipient.address for post in house.sent(ABOUT)] == [ANNA]
    assert await house.press(verb, ABOUT) == Noted.NOTED
    assert await house.press(verb, ABOUT, answer_id="again") == Noted.ALREADY
    await house.until(12)
    assert house.states(NOTICE) == [State.SENT]
    assert len(house.sent(NOTICE)) == ends


async def test_a_look_up_that_fails_is_tried_again(database: Database):
    house = await doubtful(database, Recovery.VERIFY, left=True)
    house.happen(down="chat")
    await house.until(10)
    assert house.states(NOTICE) == [State.SENDING]
    house.happen(up="chat")
    await house.until(20)
    assert house.states(NOTICE) == [State.SENT]
    assert len(house.sent(NOTICE)) == 1


async def test_a_channel_that_is_gone_leaves_a_question(database: Database):
    house = await doubtful(database, Recovery.VERIFY, left=True)
    del house.channels[0]
    house.parts = house.open("second")
    await house.until(8)
    assert house.states(NOTICE) == [State.UNCERTAIN]
    assert [post.channel for post in house.sent(ABOUT)] == ["mail"]
