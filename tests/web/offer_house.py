"""The pages of offers over an offer in memory, for tests and for a real browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from contract.channel_clock import MemoryBox
from noshowd.domain.offer import Chosen, Offer, OfferState
from noshowd.ports.clock import Clock
from noshowd.ports.offers import Reply, Shown
from noshowd.web.app import build_app
from noshowd.web.questions import Question
from noshowd.web.tokens import Links, Signer

LINKS = Links(base_url="", signer=Signer(["k" * 32]))
HOUR = timedelta(hours=1)


class OneOffer:
    """An `OfferBox` with one offer, which counts what it is asked."""

    def __init__(self, clock: Clock, *, language: str = "de_formal", video: bool = True) -> None:
        now = clock.now().replace(minute=0, second=0, microsecond=0)
        self.offer = Offer(
            key="offer1",
            meeting="m",
            round=1,
            guest="gus@them.example",
            length=HOUR / 2,
            zone="Europe/Berlin",
            zone_known=False,
            times=(now + 24 * HOUR, now + 53 * HOUR, now + 72 * HOUR),
            held_until=now + 48 * HOUR,
            ends=now + 100 * HOUR,
        )
        self.shown = Shown(
            offer=self.offer,
            state=OfferState.OPEN,
            open=True,
            host="Anna Berger",
            language=language,
            video=video,
            phone="",
        )
        self.says = Reply.TAKEN
        #: What is on offer after a time was taken; None: the same.
        self.left: tuple[datetime, ...] | None = None
        self.heard: list[tuple[str, object]] = []

    async def find(self, key: str) -> Shown | None:
        return self.shown if key == "offer1" else None

    async def take(self, key: str, chosen: Chosen) -> Reply:
        assert key == "offer1"
        self.heard.append(("take", chosen))
        if self.says is Reply.TAKEN:
            self.over(OfferState.TAKEN, chosen)
        elif self.left is not None:
            self.shown = replace(self.shown, offer=replace(self.offer, times=self.left))
        return self.says

    async def others(self, key: str, wish: str) -> Reply:
        assert key == "offer1"
        self.heard.append(("others", wish))
        return self.says

    async def decline(self, key: str) -> Reply:
        assert key == "offer1"
        self.heard.append(("decline", key))
        self.over(OfferState.DECLINED)
        return Reply.DECLINED

    def over(self, state: OfferState, chosen: Chosen | None = None) -> None:
        """It is answered, or over."""
        self.shown = replace(self.shown, offer=replace(self.offer, chosen=chosen), state=state, open=False)


class NoQuestions:
    async def find(self, subject: str) -> Question | None:
        return None


def app_for(offer: OneOffer, clock: Clock, *, per_minute: int = 60):
    """The pages as an application."""
    return build_app(
        answers=MemoryBox(),
        links=LINKS,
        questions=NoQuestions(),
        clock=clock,
        offers=offer,
        requests_per_minute=per_minute,
    )
