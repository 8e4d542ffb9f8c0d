"""A message to a guest is changed in Slack before it is approved: exactly that text leaves, once, and in time.

The engine with the real Slack client and Socket Mode, against the simulated workspace on loopback.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from engine.house import ANNA, GUS
from engine.office import Office, labels, wait_for_gus
from noshowd.adapters.slack.client import Connection
from noshowd.adapters.slack.socket_mode import SocketMode
from noshowd.demo.vendors.slack.views import Modal
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.answers.choices import Noted, Verb
from noshowd.store.database import Database

APPROVAL, COURTESY = FollowUpKind.APPROVAL, FollowUpKind.COURTESY_MESSAGE


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    house = Office(database)
    with house.server:
        yield house


@asynccontextmanager
async def listening(office: Office) -> AsyncIterator[None]:
    mode = SocketMode(
        name="slack",
        app_token=office.workspace.app_token,
        bot_token=office.workspace.bot_token,
        clock=office.clock,
        connection=Connection(base_url=office.server.url),
    )
    task = asyncio.create_task(mode.run(AnswerDesk(office.parts)))
    await asyncio.to_thread(office.server.sockets.wait_for, "greeted", 1)
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def edit(office: Office) -> Modal:
    """Anna presses "Edit" on the card; what she has before her."""
    count = len(office.workspace.modals.opened) + 1
    await asyncio.to_thread(office.server.press, next(iter(office.workspace.users)), office.card, "Edit")
    await asyncio.to_thread(office.server.sockets.wait_for, "opened", count)
    return office.workspace.modals.opened[-1]


async def send(office: Office, modal: Modal, text: str) -> str | None:
    """She sends it off; what she is told under the text, None when the form closes."""
    count = len(office.server.sockets.acknowledged) + 1
    envelope = await asyncio.to_thread(office.server.submit, modal, text)
    await asyncio.to_thread(office.server.sockets.wait_for, "acknowledged", count)
    reply = office.server.sockets.replies[envelope]
    return None if reply is None else str(reply["errors"]["text"])


async def test_exactly_the_edited_text_is_sent_and_once(office: Office):
    await wait_for_gus(office)
    async with listening(office):
        modal = await edit(office)
        final = str(modal.field["initial_value"])
        [asked] = office.rows(APPROVAL)
        assert asked.parcel is not None
        assert final in asked.parcel.text
        assert GUS in modal.view["blocks"][0]["label"]["text"]
        assert office.states(COURTESY) == [State.AWAITING], "to open it decides nothing"
        assert await send(office, modal, "Dear Gus, shall we begin?") is None
        assert await send(office, modal, "Dear Gus, shall we begin?") is None
        assert await send(office, modal, "Dear Gus, another one.") == Noted.ALREADY
        await office.until(9)
    assert [post.parcel.text for post in office.sent(COURTESY)] == ["Dear Gus, shall we begin?"]
    assert "Edit" not in labels(office.card)


async def test_a_text_left_as_it_was_goes_out_as_it_was_written(office: Office):
    await wait_for_gus(office)
    async with listening(office):
        modal = await edit(office)
        assert await send(office, modal, str(modal.field["initial_value"])) is None
        await office.until(7)
    [sent] = office.sent(COURTESY)
    assert sent.parcel.text == modal.field["initial_value"]
    assert sent.parcel.html is not None


async def test_of_two_who_decide_the_first_counts_and_the_other_reads_why(office: Office):
    await wait_for_gus(office)
    async with listening(office):
        modal = await edit(office)
        assert await office.press(Verb.REFUSE, APPROVAL, by=ANNA) == Noted.NOTED
        assert await send(office, modal, "Dear Gus, shall we begin?") == Noted.ALREADY
        await office.until(9)
    assert not office.sent(COURTESY)


async def test_sent_off_too_late_nothing_leaves(office: Office):
    await wait_for_gus(office)
    async with listening(office):
        modal = await edit(office)
        office.pass_time(31)
        assert await send(office, modal, "Dear Gus, shall we begin?") == Noted.TOO_LATE
        await office.until(33)
    assert office.states(COURTESY) == [State.EXPIRED]


async def test_the_text_is_shown_to_nobody_else(office: Office):
    await wait_for_gus(office)
    [row] = office.rows(APPROVAL)
    value = f"approve.{row.key}"
    assert await office.draft(value, by="mallory@elsewhere.example") == Noted.NOT_YOURS
    assert await office.draft("they_are_here." + row.key) == Noted.UNKNOWN
    assert await office.draft("approve.unknown") == Noted.UNKNOWN
    await office.put(value)
    assert await office.draft(value) == Noted.ALREADY
