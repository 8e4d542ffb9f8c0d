"""A guest answers an offer by mail: what they may mean is shown to one of us, who books it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from engine.offers_house import ANNA, NOTICE, OFFER, OfferHouse, state_of
from noshowd.domain.offer import OfferState
from noshowd.store.database import Database


async def test_a_reply_by_mail_books_only_by_our_tap(memory: Database) -> None:
    house = OfferHouse(memory, page=False)
    offer = (await house.offer()).offer
    [mail] = house.sent(OFFER)
    assert "A short reply is enough, with another time if you prefer." in mail.parcel.text
    local = offer.times[0].astimezone(ZoneInfo("Europe/Berlin"))
    assert await house.replied(f"{local:%A} {local:%H:%M} please") == "noted"
    await house.until(13)
    [told] = house.sent(NOTICE)
    assert f"{local:%A} {local:%H:%M} please" in told.parcel.text
    [button] = told.parcel.choices
    assert button.label == f"Book {local:%a} {local.day} {local:%b} {local:%H:%M}"
    assert state_of(house) is OfferState.OPEN
    assert house.writer.written == []
    assert await house.tapped(button.value) == "noted"
    await house.until(15)
    assert house.entry().start == offer.times[0]
    assert await house.tapped(button.value, again=True) == "already decided"


async def test_a_reply_reaches_noshowd_in_the_mailbox_of_the_person_only(memory: Database) -> None:
    house = OfferHouse(memory, page=False)
    house.parts = replace(house.parts, reply_address=lambda key: f"anna+{key}@us.example")
    await house.offer()
    [mail] = house.sent(OFFER)
    assert mail.parcel.reply_to == f"anna+{mail.parcel.key}@us.example"


async def test_a_reply_that_could_mean_several_times_shows_them_all(memory: Database) -> None:
    house = OfferHouse(memory, page=False)
    await house.offer()
    assert await house.replied("the later one would be nice") == "noted"
    assert await house.replied("Monday", by=ANNA) == "not yours to answer"
    await house.until(13)
    [told] = house.sent(NOTICE)
    assert len(told.parcel.choices) == 3
