"""A process is killed or paused while its mails go to a real postfix: each is received once, or asked about."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from engine.firm import BATCHED, OURS, STEPS, Ending, Holder, Orders
from engine.house import at
from engine.test_crash import killed, paused, wipe
from noshowd.domain.followup import State
from noshowd.ports.channel import Parcel, Receipt, Recovery
from noshowd.runtime.clock import ScaledClock
from noshowd.store import switches
from noshowd.store.database import open_database
from real.post_house import IDS, PostHouse, here, post_house


class Posted:
    """The mail channel, held before and after the wire. Where the servers are stands in the file `orders.wire`."""

    def __init__(self, orders: Orders, clock: ScaledClock, holder: Holder) -> None:
        told = json.loads(orders.wire.read_text())
        house = PostHouse(folder=Path(told["folder"]), smtp_port=told["smtp_port"], imap_port=told["imap_port"])
        self._mail = house.channel(clock, name="wire")
        self._holder = holder
        self.name, self.carries, self.edits = "wire", self._mail.carries, False
        self.recovery, self.timeout = self._mail.recovery, 5.0

    async def send(self, parcel: Parcel) -> Receipt:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._holder.reached, "before the wire")
        receipt = await self._mail.send(_to_the_guest(parcel))
        await loop.run_in_executor(None, self._holder.reached, "after the wire")
        return receipt

    async def verify(self, parcel: Parcel) -> Receipt | None:
        return await self._mail.verify(parcel)

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        return await self._mail.edit(receipt, parcel)

    async def retract(self, receipt: Receipt) -> None:
        await self._mail.retract(receipt)


def _to_the_guest(parcel: Parcel) -> Parcel:
    """Everybody reads their mail in one mailbox of the server."""
    return replace(parcel, recipient=replace(parcel.recipient, address="guest@theirs.example"))


@pytest.fixture(scope="module")
def house() -> Iterator[PostHouse]:
    with post_house(here) as opened:
        yield opened


@pytest.fixture
def orders(house: PostHouse, tmp_path: Path) -> Orders:
    url = f"sqlite:///{tmp_path}/noshowd.db"
    with open_database(url) as database:
        first: datetime = at(-60)
        database.run_sync(
            lambda conn: switches.settle(conn, switches.FIRST_STARTED, first.isoformat(), by="test", now=first)
        )
    wire = tmp_path / "wire"
    ports = {"smtp_port": house.smtp_port, "imap_port": house.imap_port}
    wire.write_text(json.dumps({"folder": str(house.folder), **ports}))
    clock = ScaledClock.starting_now(origin=at(2), speed=1)
    return Orders(url=url, wire=wire, clock=str(clock), recovery=Recovery.VERIFY, channel=Posted)


def check(ending: Ending, house: PostHouse) -> None:
    """Each nudge was received once, or a person was asked and it was received at most once."""
    assert len(ending.nudges) == len(OURS)
    for key, state in ending.nudges.items():
        received = _count(house, key)
        if state is State.UNCERTAIN:
            assert key in ending.asked
            assert received <= 1
        else:
            assert state is State.SENT
            assert received == 1


def _count(house: PostHouse, key: str) -> int:
    """How often a message lies in the mailbox, once nothing is on its way any more."""
    house.wait_until_delivered()
    return sum(mail["Message-ID"] == IDS.message_id(key) for mail in house.received("guest"))


def disturb(orders: Orders, house: PostHouse, rounds: int, seed: int) -> None:
    """So many kills and pauses at steps drawn by chance."""
    chance = random.Random(seed)
    for _ in range(rounds):
        with open_database(orders.url) as database:
            database.run_sync(wipe)
        for mailbox in ("guest", "sent"):
            house.empty(mailbox)
        step = chance.choice(STEPS)
        number = 1 if step in BATCHED else chance.randint(1, len(OURS))
        how = chance.choice((killed, paused))
        fresh = replace(orders, clock=str(ScaledClock.starting_now(origin=at(2), speed=1)))
        check(how(fresh, step, number), house)


@pytest.mark.real
def test_a_few_kills_and_pauses_while_mails_leave(orders: Orders, house: PostHouse, soak_seed: int):
    disturb(orders, house, 6, soak_seed)


@pytest.mark.soak
def test_many_kills_and_pauses_while_mails_leave(orders: Orders, house: PostHouse, soak_rounds: int, soak_seed: int):
    disturb(orders, house, soak_rounds * 3 // 2, soak_seed)  # three hundred where 200 rounds are asked for
