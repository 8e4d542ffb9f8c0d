"""The page on which a guest answers an offer of new times. A GET shows and changes nothing; a POST answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from noshowd.domain.offer import Chosen, OfferState
from noshowd.ports.clock import Clock
from noshowd.ports.offers import OfferBox, Reply, Shown
from noshowd.web import pages
from noshowd.web.forms import Nonces, Pressed, read_form
from noshowd.web.guard import Limiter
from noshowd.web.texts import texts_for
from noshowd.web.tokens import Links, Purpose
from noshowd.wording.lexicon import Lexicon

#: Longest keyword and wish, in characters.
WORDS_LIMIT = 300
#: Longest telephone number, as people write them, and what is no part of one.
_NUMBER_LIMIT = 40
_NO_NUMBER = re.compile(r"[^0-9+()/ .-]+")
_CHOSEN = {
    OfferState.TAKEN: "soon",
    OfferState.WRITING: "soon",
    OfferState.BOOKED: "soon",
    OfferState.BY_HAND: "by_hand",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time on the page."""

    value: str
    day: str
    clock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPages:
    """The pages of offers. `lexicon` gives the words of a template folder."""

    box: OfferBox
    links: Links
    lexicon: Callable[[str], Lexicon]
    clock: Clock
    limiter: Limiter
    nonces: Nonces

    def routes(self) -> list[Route]:
        return [
            Route("/o/{token}", self.show, methods=["GET"]),
            Route("/o/{token}", self.answer, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        key, shown = await self._asked(request)
        return self._page(key, shown)

    async def answer(self, request: Request) -> Response:
        key, shown = await self._asked(request)
        form = await read_form(request)
        if form is None:
            raise HTTPException(413)
        now = self.clock.now()
        pressed, _ = self.nonces.check(form.get("nonce", ""), key, now)
        if pressed is Pressed.FOREIGN or request.headers.get("sec-fetch-site") == "cross-site":
            raise HTTPException(404)
        if not shown.open:
            return self._page(key, shown)
        texts = texts_for(self.lexicon(shown.language).language)
        if pressed is not Pressed.FINE:
            hasty = pressed is Pressed.TOO_FAST
            notice = texts.too_fast if hasty else texts.form_too_old
            return self._page(key, shown, notice=notice, form=form, nonce=form["nonce"] if hasty else None)
        reply = await self._reply(key, shown, form, now)
        if reply is None:
            return self._page(key, shown, notice=self.lexicon(shown.language).page("choose"), form=form)
        if reply in (Reply.GONE, Reply.ASKED):
            fresh = await self.box.find(key)
            if fresh is not None and fresh.open:
                word = reply if fresh.offer.times else Reply.ASKED
                notice = self.lexicon(shown.language).page(word.value).format(host=shown.host)
                return self._page(key, fresh, notice=notice, status=409 if reply is Reply.GONE else 200)
        return RedirectResponse(request.path_params["token"], status_code=303)

    async def _reply(self, key: str, shown: Shown, form: dict[str, str], now: datetime) -> Reply | None:
        """Hand the answer on; None where the form does not say which time."""
        match form.get("action"):
            case "take":
                chosen = _chosen(shown, form, now)
                return None if chosen is None else await self.box.take(key, chosen)
            case "others":
                return await self.box.others(key, _line(form.get("wish", "")))
            case "decline":
                return await self.box.decline(key)
        raise HTTPException(404)

    async def _asked(self, request: Request) -> tuple[str, Shown]:
        """The offer behind the link. Refuses what is too often, foreign, old, or no longer there."""
        if not self.limiter.allows(request.client.host if request.client else ""):
            raise HTTPException(429)
        key = self.links.subject(request.path_params["token"], self.clock.now(), Purpose.OFFER)
        shown = await self.box.find(key) if key is not None else None
        if key is None or shown is None:
            raise HTTPException(404)
        return key, shown

    def _page(
        self,
        key: str,
        shown: Shown,
        *,
        notice: str = "",
        form: dict[str, str] | None = None,
        nonce: str | None = None,
        status: int = 200,
    ) -> Response:
        lexicon = self.lexicon(shown.language)
        texts = texts_for(lexicon.language)
        if not shown.open:
            title, text = _ending(shown, lexicon)
            return pages.message(texts, title, text)
        values: dict[str, Any] = {
            "say": lexicon.page,
            "shown": shown,
            "lead": _lead(shown, lexicon),
            "zone": lexicon.page("zone").format(place=lexicon.place(shown.offer.zone)),
            "slots": _slots(shown, lexicon),
            "limit": WORDS_LIMIT,
            "notice": notice,
            "form": form or {},
            "nonce": nonce or self.nonces.make(key, self.clock.now()),
        }
        return pages.offer(texts, values, status=status)


def _lead(shown: Shown, lexicon: Lexicon) -> str:
    """With whom, how long, and how where there is nothing to choose."""
    words = lexicon.page("lead" if shown.video else "lead_phone")
    return words.format(host=shown.host, minutes=shown.offer.length // timedelta(minutes=1))


def _slots(shown: Shown, lexicon: Lexicon) -> list[Slot]:
    zone = shown.offer.zone
    return [
        Slot(value=str(int(at.timestamp())), day=lexicon.day(at, zone), clock=lexicon.clock(at, zone))
        for at in shown.offer.times
    ]


def _chosen(shown: Shown, form: dict[str, str], now: datetime) -> Chosen | None:
    """The time that the form names, with what the guest wrote; None for any that was never on this page."""
    known = {str(int(at.timestamp())): at for at in (*shown.offer.times, *shown.offer.earlier)}
    start = known.get(form.get("time", ""))
    if start is None:
        return None
    by_phone = form.get("medium") == "phone"
    phone = _line(_NO_NUMBER.sub(" ", form.get("phone", "")))[:_NUMBER_LIMIT]
    return Chosen(
        start=start.astimezone(UTC),
        at=now,
        by_phone=by_phone,
        phone=phone if by_phone else "",
        keyword=_line(form.get("keyword", "")),
    )


def _ending(shown: Shown, lexicon: Lexicon) -> tuple[str, str]:
    """Title and text of a page on which nothing is to be answered any more."""
    chosen = shown.offer.chosen
    if chosen is not None and shown.state in _CHOSEN:
        moment = lexicon.moment(chosen.start, shown.offer.zone)
        zone = "" if shown.offer.zone_known else f" {lexicon.zone_note(shown.offer.zone)}"
        lines = [lexicon.page("taken").format(moment=f"{moment}{zone}", host=shown.host)]
        if chosen.by_phone:
            lines.append(lexicon.phrase("by_phone_at" if chosen.phone else "by_phone").format(phone=chosen.phone))
        lines.append(lexicon.page(_CHOSEN[shown.state]).format(host=shown.host))
        return lexicon.page("taken_title"), "\n".join(lines)
    word = "declined" if shown.state is OfferState.DECLINED else "over"
    return lexicon.page(f"{word}_title"), lexicon.page(word).format(host=shown.host)


def _line(text: str) -> str:
    """One line of plain characters, of bounded length."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())[:WORDS_LIMIT]
