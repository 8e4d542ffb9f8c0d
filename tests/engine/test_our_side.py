"""What our own side reads and presses: one thread a meeting, every button, and mail where the chat fails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.house import ANNA, GUS, MEETING, MINUTE, House, at
from noshowd.domain.evidence import Said
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.choices import Noted, Tap, Verb
from noshowd.store import evidence
from noshowd.store.database import Database

NOTICE, NUDGE, APPROVAL = FollowUpKind.WAITING_NOTICE, FollowUpKind.NUDGE, FollowUpKind.APPROVAL
COURTESY, OFFER = FollowUpKind.COURTESY_MESSAGE, FollowUpKind.RESCHEDULE_OFFER


async def waiting(database: Database) -> House:
    """Anna is in the room and has been told what she may doubt."""
    house = House(database, mode="live")
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(4)
    assert len(house.sent(NOTICE)) == 1
    return house


async def test_the_notice_answers_what_a_waiting_person_doubts(database: Database):
    house = await waiting(database)
    text = house.sent(NOTICE)[0].parcel.text
    assert "This is the right room." in text
    assert "Time and link are unchanged since" in text
    assert "The invitation is accepted." in text
    assert "Nobody is in the lobby." in text
    assert "Next (at 10:05): the suggestion to send a short message with the link." in text
    assert "Gus" not in house.sent(NOTICE)[0].parcel.preview


async def test_a_link_changed_today_is_told_with_its_time(database: Database):
    house = House(database)
    await house.until(-5)
    house.happen(change={"link": "https://meet.google.com/xxx-yyyy-zzz"})
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(4)
    assert "Time or link were changed today at 9:55" in house.sent(NOTICE)[0].parcel.text


async def test_all_that_is_said_about_a_meeting_is_one_thread(database: Database):
    house = await waiting(database)
    await house.until(6)
    notice, approval = (row for kind in (NOTICE, APPROVAL) for row in house.rows(kind))
    assert notice.receipt is not None
    assert house.sent(NOTICE)[0].parcel.thread is None
    assert {NOTICE, APPROVAL} == {row.followup.kind for row in house.rows() if row.channel == "chat"}
    assert house.sent(APPROVAL)[0].parcel.thread == notice.receipt.ref
    assert approval.state is State.SENT


@pytest.mark.parametrize(
    "tap",
    [
        Said.THEY_ARE_HERE,
        Said.THEY_TOLD_ME,
        Said.MET_ELSEWHERE,
        Said.WRONG_ROOM,
        Said.LEAVE_IT,
        Verb.COURTESY,
        Verb.OFFER,
        Verb.STOP_TODAY,
    ],
)
async def test_every_button_of_the_waiting_notice_has_its_effect_once(database: Database, tap: Tap):
    house = await waiting(database)
    assert await house.press(tap, NOTICE, answer_id="1") == Noted.NOTED
    assert await house.press(tap, NOTICE, answer_id="1") == Noted.NOTED
    await house.until(9)
    [notice], [card] = house.rows(NOTICE), house.sent(NOTICE)
    below = [one for part in card.parcel.more for one in part.choices]
    shown = [one.value for one in (*card.parcel.choices, *below)]
    # after an order the other buttons stay of use
    assert any(value.endswith(notice.key) for value in shown) is (tap in (Verb.COURTESY, Verb.OFFER))
    sent = {kind: len(house.sent(kind)) for kind in (COURTESY, OFFER)}
    assert sent == {COURTESY: int(tap is Verb.COURTESY), OFFER: int(tap is Verb.OFFER)}
    this = house.meeting.id
    words = house.run(lambda conn: evidence.load(conn, [this]))[this].statements
    assert [word.said for word in words] == ([tap] if isinstance(tap, Said) else [])


async def test_whoever_wants_nothing_more_today_is_left_alone_until_midnight(database: Database):
    later = {**MEETING, "id": "later", "at": "16:00", "link": "https://meet.google.com/lat-erto-day"}
    house = House(database, mode="live", meeting=[MEETING, later])
    await house.until(-1)
    house.happen(meeting="m", join=GUS)
    await house.until(2)
    assert await house.press(Verb.STOP_TODAY, NUDGE) == Noted.NOTED
    posts = len(house.posts)
    house.happen(meeting="later", join=GUS)
    await house.until(8 * 60)
    assert len(house.posts) == posts
    assert house.clock.now() < at(0) + timedelta(hours=14)


async def test_where_the_chat_fails_twice_a_mail_goes(database: Database):
    house = House(database)
    house.happen(down="chat")
    await house.until(-1)
    house.happen(join=GUS)
    await house.until(3)
    assert [post.channel for post in house.sent(NUDGE)][:1] == ["mail"]
    assert house.sent(NUDGE)[0].at <= at(1) + MINUTE


async def test_a_late_press_orders_no_second_message_beside_the_approved_one(database: Database):
    house = await waiting(database)
    await house.until(6)
    assert await house.press(Verb.APPROVE, APPROVAL) == Noted.NOTED
    await house.until(7)
    assert await house.press(Verb.COURTESY, NOTICE, answer_id="an old screen") == Noted.ALREADY
    await house.until(9)
    assert len(house.sent(COURTESY)) == 1
    assert len(house.rows(COURTESY)) == 1
