"""One message a meeting in Slack: it shows how things stand and what may be pressed; its thread has the rest.

The engine with the real Slack client, against the simulated workspace on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.house import GUS, MEETING, at
from engine.office import Office, buttons, labels, wait_for_gus, words
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.choices import Noted
from noshowd.engine.turn import settle
from noshowd.store import cards
from noshowd.store.database import Database

APPROVAL, COURTESY, NUDGE = FollowUpKind.APPROVAL, FollowUpKind.COURTESY_MESSAGE, FollowUpKind.NUDGE


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    house = Office(database)
    with house.server:
        yield house


async def test_what_is_newest_stands_first_and_what_is_still_open_below(office: Office):
    await wait_for_gus(office, 4)
    assert labels(office.card)[:2] == ["They are here", "They told me"]
    assert office.card.edits == 0
    await office.until(6)
    assert words(office.card).startswith("Shall this message go out?")
    assert "Nobody from the other side can be seen" in words(office.card)
    assert labels(office.card)[:5] == ["Send", "Do not send", "Edit", "They are here", "They told me"]
    [reply] = office.thread
    assert (reply.thread_ts, reply.broadcast, buttons(reply)) == (office.card.ts, True, [])
    assert "Shall this message go out?" in words(reply)


async def test_what_comes_next_is_told_anew(office: Office):
    await wait_for_gus(office, 4)
    assert "Next (at 10:05): the suggestion to send a short message" in words(office.card)
    await office.until(6)
    assert "Next (at 10:10): a task for a call" in words(office.card)


async def test_the_card_says_what_became_of_a_message(office: Office):
    await wait_for_gus(office)
    assert await office.tap("Send") == Noted.NOTED
    await office.until(7)
    assert "Send" not in labels(office.card)
    assert "They are here" in labels(office.card)
    assert "Send the message" not in labels(office.card), "it has been sent"
    assert "kind message with the link, sent" in words(office.card)


async def test_who_comes_late_takes_the_buttons_away(office: Office):
    await wait_for_gus(office)
    office.happen(join=GUS)
    await office.until(10)
    assert buttons(office.card) == []
    assert "Settled" in words(office.card)
    assert "The call is going on." in words(office.card)
    await office.until(31)
    assert "The call took place." in words(office.card)
    assert all("Settled" in words(reply) for reply in office.thread)


async def test_an_answer_stands_on_the_card_and_a_second_press_changes_nothing(office: Office):
    await wait_for_gus(office, 4)
    stale = {button["text"]["text"]: button["value"] for button in buttons(office.card)}
    assert await office.tap("They told me") == Noted.NOTED
    await office.until(5)
    assert buttons(office.card) == []
    assert "Noted: They told me." in words(office.card)
    edits = office.card.edits
    assert await office.put(stale["They told me"]) == Noted.NOTED, "the last word of a person counts"
    await office.until(9)
    assert (office.card.edits, len(office.workspace.messages)) == (edits, 1)


async def test_a_press_on_what_an_old_screen_still_shows_has_no_second_effect(office: Office):
    await wait_for_gus(office)
    value = next(one["value"] for one in buttons(office.card) if one["text"]["text"] == "Send")
    assert await office.put(value) == Noted.NOTED
    await office.until(7)
    assert await office.put(value) == Noted.ALREADY
    await office.until(9)
    assert len(office.sent(COURTESY)) == 1


async def test_the_message_with_the_link_can_be_ordered_in_the_slot_only(office: Office):
    await wait_for_gus(office, 4)
    assert "Send the message" in labels(office.card)
    await office.until(31)
    assert "Send the message" not in labels(office.card)
    assert "They told me" in labels(office.card)


async def test_nudges_are_one_message_that_is_also_said_in_its_thread(office: Office):
    await office.until(-1)
    office.happen(join=GUS)
    await office.until(9)
    nudges = [row for row in office.rows(NUDGE) if row.state is State.SENT]
    assert len(nudges) > 1
    again = [reply for reply in office.thread if "You are expected" in words(reply)]
    assert len(again) == len(nudges) - 1
    assert all(reply.broadcast for reply in again)
    assert labels(office.card).count("I am here") == 1
    assert await office.tap("I am here") == Noted.NOTED


async def test_a_restart_in_the_middle_brings_the_card_up_to_date(office: Office):
    await wait_for_gus(office)
    await office.tap("Do not send")
    office.parts = office.open("second")
    await settle(office.parts, at_most=100)
    assert "Send" not in labels(office.card)


async def test_slack_that_asks_for_patience_is_left_alone_and_then_told_the_latest(office: Office):
    await wait_for_gus(office, 4)
    office.workspace.levers.throttle = 120
    await office.tap("They told me")
    await settle(office.parts, at_most=100)
    assert office.workspace.calls.count("chat.update") == 1
    assert buttons(office.card)
    await office.until(5.5)
    assert office.workspace.calls.count("chat.update") == 1
    await office.until(8)
    assert buttons(office.card) == []


async def test_a_lost_answer_of_an_edit_is_made_good(office: Office):
    await wait_for_gus(office, 4)
    office.workspace.levers.refuse_update = "internal_error"
    await office.tap("They told me")
    await office.until(7)
    assert buttons(office.card) == []


async def test_where_somebody_deleted_the_card_the_next_word_is_a_new_one(office: Office):
    await wait_for_gus(office, 4)
    office.workspace.messages.clear()
    await office.until(6)
    assert labels(office.card)[:3] == ["Send", "Do not send", "Edit"]


async def test_of_two_words_at_once_one_is_the_card(database: Database):
    two = {**MEETING, "people": [*MEETING["people"], {"address": "eve@them.example", "name": "Eve"}]}
    rungs = [{"after": "3 min", "send": "courtesy_message"}]
    office = Office(database, meeting=[two], policy=[{"name": "p", "when_they_are_missing": rungs}])
    with office.server:
        await wait_for_gus(office, 5)
        assert [row.state for row in office.rows(APPROVAL)] == [State.SENT, State.SENT]
        assert len(office.thread) == 1
        assert labels(office.card) == ["Send", "Do not send", "Edit"] * 2
        assert "eve@them.example" in words(office.card)
        assert GUS in words(office.card)


async def test_a_meeting_that_moved_leaves_its_old_card_settled(office: Office):
    await wait_for_gus(office, 4)
    office.happen(change={"to": "15:00"})
    await office.until(9)
    assert buttons(office.card) == []
    assert "The appointment was moved." in words(office.card)


async def test_a_worker_that_slept_past_its_lease_shows_nothing(office: Office):
    await wait_for_gus(office, 4)
    about = [office.meeting.meeting.key]
    office.run(lambda conn: cards.poke(conn, about, now=office.clock.now()))
    claim: dict[str, Any] = {"now": office.clock.now(), "lease": timedelta(seconds=1), "limit": 5}
    [old] = office.run(lambda conn: cards.claim_due(conn, worker="slow", **claim))
    claim["now"] += timedelta(seconds=5)
    [new] = office.run(lambda conn: cards.claim_due(conn, worker="quick", **claim))
    office.run(lambda conn: cards.done(conn, old, shown="stale", again=None))
    office.run(lambda conn: cards.done(conn, new, shown="fresh", again=at(60)))
    assert office.run(lambda conn: cards.next_due(conn, now=claim["now"])) == at(60)
    assert replace(new, shown="fresh", token="") == replace(
        office.run(lambda conn: cards.claim_due(conn, worker="w", **(claim | {"now": at(61)})))[0], token=""
    )
