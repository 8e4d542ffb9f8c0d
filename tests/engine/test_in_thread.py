"""A message to a guest answers the mail that invited them, where that is found; else it is a mail of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.house import ANNA, GUS, House
from noshowd.domain.followup import FollowUpKind
from noshowd.engine.answers.choices import Verb
from noshowd.ports.errors import CredentialsLost, Temporary
from noshowd.store import health
from noshowd.store.database import Database
from noshowd.store.health import Condition

APPROVAL, COURTESY = FollowUpKind.APPROVAL, FollowUpKind.COURTESY_MESSAGE


class Shelf:
    """Knows one invitation, or fails."""

    name = "post"

    def __init__(self, answer: str | Exception | None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    async def message_id(self, uid: str, guest: str) -> str | None:
        self.asked.append((uid, guest))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def sent_with(database: Database, *shelves: Shelf) -> str | None:
    """Which mail the courtesy message answers."""
    return (await sent_from(database, *shelves))[0]


async def sent_from(database: Database, *shelves: Shelf) -> tuple[str | None, list[health.Health]]:
    """The same, and how the search for invitations is then said to be."""
    house = House(database, mode="live")
    house.parts = replace(house.parts, invitations=shelves)
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(6)
    await house.press(Verb.APPROVE, APPROVAL)
    await house.until(7)
    [sent] = house.sent(COURTESY)
    assert all(guest == GUS for shelf in shelves for _, guest in shelf.asked)
    told = [one for one in house.run(health.read) if one.part.startswith(health.INVITATIONS)]
    return sent.parcel.in_reply_to, told


async def test_it_answers_the_invitation(database: Database) -> None:
    shelf = Shelf("<invited@ours.example>")
    assert await sent_with(database, Shelf(None), shelf) == "<invited@ours.example>"
    assert len(shelf.asked) == 1, "looked up once, with the text that is approved"


@pytest.mark.parametrize("answer", [None, Temporary("down"), TimeoutError()])
async def test_without_one_it_goes_as_a_mail_of_its_own(database: Database, answer: Exception | None) -> None:
    assert await sent_with(database, Shelf(answer)) is None


async def test_a_mailbox_that_cannot_be_searched_is_told(database: Database) -> None:
    answered, [told] = await sent_from(database, Shelf(CredentialsLost("refused")))
    assert answered is None
    assert (told.part, told.state, told.last_error) == ("invitations:post", Condition.STOPPED, "refused")
