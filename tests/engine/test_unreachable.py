"""A channel that cannot reach one person is well; another channel takes the message, and a task comes as one."""

from __future__ import annotations

from dataclasses import replace

from engine.house import ANNA, House
from noshowd.domain.followup import FollowUpKind, State
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.errors import Permanent, Unreachable
from noshowd.store import health
from noshowd.store.database import Database
from noshowd.story.scripted import Mood


class ElsewhereOnly:
    """Reaches nobody of this house."""

    name = "elsewhere"
    carries = frozenset({Carries.TO_OUR_SIDE, Carries.TASKS})
    recovery = Recovery.ASK
    edits = False
    timeout = 1.0

    async def send(self, parcel: Parcel) -> Receipt:
        raise Unreachable("nobody here")

    async def verify(self, parcel: Parcel) -> Receipt | None:
        raise Permanent("nothing was sent")

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        raise Permanent("nothing was sent")

    async def retract(self, receipt: Receipt) -> None:
        raise Permanent("nothing was sent")


async def test_another_channel_takes_it_and_nothing_is_ill(database: Database):
    house = House(database)
    chat = next(channel for channel in house.channels if channel.name == "chat")
    house.parts = replace(house.parts, channels=(ElsewhereOnly(), chat))
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(17)
    [notice] = house.rows(FollowUpKind.WAITING_NOTICE)
    [task] = house.rows(FollowUpKind.RECALL_TASK)
    assert (notice.state, notice.channel) == (State.SENT, "chat")
    assert (task.state, task.channel) == (State.SENT, "chat")
    assert task.parcel is not None
    assert task.parcel.carries is Carries.TO_OUR_SIDE
    assert "channel:elsewhere" not in {part.part for part in house.run(health.read)}


async def test_a_question_that_one_channel_refuses_waits_for_the_other_to_come_back(database: Database):
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    moods = house.stage.moods.of
    moods |= {"chat": Mood.DOWN, "mail": Mood.REFUSES}
    await house.until(12)
    assert house.sent(FollowUpKind.APPROVAL) == []
    moods.clear()
    await house.until(25)
    first, second = house.sent(FollowUpKind.APPROVAL)
    assert (first.channel, second.channel) == ("chat", "chat")
    assert house.states(FollowUpKind.APPROVAL) == [State.SENT, State.SENT]
