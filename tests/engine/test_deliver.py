"""Each intended message passes the gate, leaves once, and is recorded; what is kept back is kept back by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.house import ANNA, GUS, MEETING, House, at
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.engine.sending.deliver import deliver_due
from noshowd.ports.errors import Temporary
from noshowd.runtime.assemble import digest_of
from noshowd.store import health, people, switches
from noshowd.store.database import Database
from noshowd.store.health import Condition
from noshowd.story.scripted import Mood

NUDGE, COURTESY, RECALL = FollowUpKind.NUDGE, FollowUpKind.COURTESY_MESSAGE, FollowUpKind.RECALL_TASK
NOTICE, APPROVAL, QUESTION = FollowUpKind.WAITING_NOTICE, FollowUpKind.APPROVAL, FollowUpKind.QUESTION
AUTO = {"name": "all", "when_they_are_missing": [{"after": "5 min", "send": "courtesy_message", "approval": "auto"}]}


@pytest.fixture
async def waiting(database: Database) -> House:
    """Anna is in the room, Gus is not; nothing has been sent yet."""
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(2)
    return house


@pytest.fixture
async def about_to_write(database: Database) -> House:
    """Anna waits, and the message to Gus needs nobody's consent: it leaves at five minutes past."""
    house = House(database, policy=[AUTO])
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(4)
    return house


async def test_a_due_message_is_sent_once_and_its_receipt_kept(waiting: House):
    await waiting.until(4)
    [row] = waiting.rows(NOTICE)
    assert row.state is State.SENT
    assert row.channel == "chat"
    assert row.receipt is not None
    await waiting.until(10)
    assert len(waiting.sent(NOTICE)) == 1


async def test_our_missing_person_is_nudged_while_the_guest_waits(database: Database):
    house = House(database, meeting=[{**MEETING, "people": [*MEETING["people"], {"address": "eva@them.example"}]}])
    await house.until(0)
    house.happen(join=GUS)
    await house.until(2)
    assert [post.parcel.recipient.address for post in house.sent(NUDGE)] == [ANNA]


async def test_a_guest_who_comes_while_the_message_waits_is_not_written_to(about_to_write: House):
    about_to_write.happen(down="mail")
    await about_to_write.until(5.5)
    assert about_to_write.states(COURTESY) == [State.QUEUED]
    about_to_write.happen(join=GUS)
    about_to_write.happen(up="mail")
    about_to_write.pass_time(6)
    await deliver_due(about_to_write.parts)
    [row] = about_to_write.rows(COURTESY)
    assert row.state is State.WITHHELD
    assert not about_to_write.sent(COURTESY)


async def test_a_message_that_cannot_be_checked_again_becomes_a_question_to_our_side(about_to_write: House):
    about_to_write.happen(down="calendars")
    await about_to_write.until(7)
    [row] = about_to_write.rows(COURTESY)
    assert (row.state, row.reason) == (State.WITHHELD, Withheld.CANNOT_RECHECK)
    assert [post.parcel.recipient.address for post in about_to_write.sent(QUESTION)] == [ANNA]


async def test_a_guest_who_wants_no_messages_gets_none(about_to_write: House):
    digest = digest_of(GUS, b"the key of a test")
    about_to_write.run(lambda conn: people.suppress(conn, digest, now=at(4)))
    await about_to_write.until(7)
    assert not about_to_write.sent(COURTESY)
    assert [row.reason for row in about_to_write.rows(COURTESY)] == [Withheld.OPTED_OUT]


async def test_a_cancelled_meeting_sends_nothing_although_no_listing_has_told_of_it(about_to_write: House):
    about_to_write.happen(cancel=True)
    await about_to_write.until(7)
    assert not about_to_write.sent(COURTESY)
    assert about_to_write.meeting.meeting.called_off


async def test_a_moved_meeting_sends_nothing_of_the_round_before(about_to_write: House):
    about_to_write.happen(change={"to": "15:00"})
    await about_to_write.until(7)
    assert not about_to_write.sent(COURTESY)
    assert about_to_write.meeting.meeting.round == 2


async def test_while_paused_everything_waits_and_leaves_after_resuming(about_to_write: House):
    about_to_write.run(lambda conn: switches.turn(conn, switches.PAUSED, "yes", by="anna", now=at(4)))
    await about_to_write.until(8)
    assert not about_to_write.posts[1:]
    about_to_write.run(lambda conn: switches.clear(conn, switches.PAUSED))
    await about_to_write.until(10)
    assert len(about_to_write.sent(COURTESY)) == 1


async def test_while_paused_no_vendor_is_asked_about_messages_that_wait(about_to_write: House):
    about_to_write.run(lambda conn: switches.turn(conn, switches.PAUSED, "yes", by="anna", now=at(4)))
    about_to_write.happen(down="calendars")
    await about_to_write.until(8)
    assert about_to_write.states(COURTESY) == [State.QUEUED]


async def test_a_restored_database_writes_to_nobody_outside(about_to_write: House):
    about_to_write.run(lambda conn: switches.turn(conn, switches.SENDING_HELD, "restored", by="noshowd", now=at(4)))
    await about_to_write.until(20)
    assert not about_to_write.sent(COURTESY)


async def test_a_message_whose_time_has_passed_is_never_sent_late(about_to_write: House):
    about_to_write.happen(down="mail")
    await about_to_write.until(7)
    assert about_to_write.states(COURTESY) == [State.QUEUED]
    about_to_write.happen(up="mail")
    about_to_write.pass_time(31)
    await about_to_write.until(40)
    assert about_to_write.states(COURTESY) == [State.EXPIRED]
    assert not about_to_write.sent(COURTESY)


async def test_a_notice_whose_time_has_passed_is_never_sent_late(about_to_write: House):
    about_to_write.happen(lost="meet")
    await about_to_write.until(8)
    for channel in ("chat", "mail"):
        about_to_write.happen(down=channel)
    about_to_write.keep_house()
    await about_to_write.until(9)
    [row] = about_to_write.rows(FollowUpKind.NOTICE)
    assert row.state is State.QUEUED
    for channel in ("chat", "mail"):
        about_to_write.happen(up=channel)
    about_to_write.clock.set(row.followup.not_after + timedelta(hours=1))
    await about_to_write.until(60 * 30)
    assert about_to_write.states(FollowUpKind.NOTICE)[0] is State.EXPIRED


async def test_a_permanent_refusal_takes_the_next_channel(waiting: House):
    waiting.happen(refuses="chat")
    await waiting.until(4)
    [row] = waiting.rows(NOTICE)
    assert (row.state, row.channel) == (State.SENT, "mail")


async def test_when_every_channel_refuses_it_has_failed_and_status_says_so(waiting: House):
    for channel in ("chat", "mail"):
        waiting.happen(refuses=channel)
    await waiting.until(4)
    assert waiting.states(NOTICE) == [State.FAILED]
    known = {part.part: part.state for part in waiting.run(health.read)}
    assert known["channel:mail"] is Condition.STOPPED


async def test_a_channel_that_fails_for_now_is_tried_again(waiting: House):
    for channel in ("chat", "mail"):  # a second failure in a row passes to the next
        waiting.happen(down=channel)
    await waiting.until(4)
    assert waiting.states(NOTICE) == [State.QUEUED]
    waiting.happen(up="chat")
    await waiting.until(8)
    assert len(waiting.sent(NOTICE)) == 1


async def test_a_channels_own_wish_when_to_come_back_is_honoured(waiting: House, monkeypatch: pytest.MonkeyPatch):
    def busy(_: str) -> Mood:
        raise Temporary("too many requests", retry_after=timedelta(minutes=4))

    monkeypatch.setattr(waiting.channels[0], "_blow", busy)
    await waiting.until(3.5)
    [row] = waiting.rows(NOTICE)
    assert row.next_try_at is not None
    assert row.next_try_at - row.changed_at == timedelta(minutes=4)


async def test_lost_credentials_take_the_next_channel(waiting: House):
    waiting.happen(lost="chat")
    await waiting.until(4)
    assert [row.channel for row in waiting.rows(NOTICE)] == ["mail"]


async def test_with_the_last_credentials_lost_it_waits_for_the_channel_to_come_back(waiting: House):
    for channel in ("chat", "mail"):
        waiting.happen(lost=channel)
    await waiting.until(4)
    assert waiting.states(NOTICE) == [State.QUEUED]
    for channel in ("chat", "mail"):
        waiting.happen(up=channel)
    await waiting.until(25)
    assert len(waiting.sent(NOTICE)) == 1


async def test_a_message_that_cannot_be_composed_holds_up_no_other(waiting: House, monkeypatch: pytest.MonkeyPatch):
    house = waiting
    whole = house.parts.wording.render

    def torn(context, language):
        if context.kind is NOTICE:
            raise KeyError("a template of our own")
        return whole(context, language)

    monkeypatch.setattr(house.parts.wording, "render", torn)
    await house.until(17)
    assert house.states(NOTICE) == [State.QUEUED]
    assert house.states(RECALL) == [State.SENT]


async def test_a_channel_that_breaks_down_in_an_unforeseen_way_leaves_a_doubt_not_a_second_message(
    waiting: House, monkeypatch: pytest.MonkeyPatch
):
    def torn(where: str) -> None:
        if where == "after_the_wire":
            raise ValueError("nobody has foreseen this")

    monkeypatch.setattr(waiting.channels[0], "_blow", torn)
    await waiting.until(8)
    [row] = waiting.rows(NOTICE)
    assert row.state is State.SENT
    assert len(waiting.sent(NOTICE)) == 1


async def test_in_shadow_nothing_goes_to_a_guest_and_no_task_is_made(database: Database):
    house = House(database, mode="shadow")
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(40)
    assert {post.channel for post in house.posts} == {"chat"}
    assert [row.reason for row in house.rows(RECALL)] == [Withheld.SHADOW]
