"""The page on which a guest asks for no more messages.

A GET changes nothing; a mail program may POST at once, for a reader who pressed its own button (RFC 8058).
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from noshowd.ports.clock import Clock
from noshowd.ports.opt_outs import OptOuts
from noshowd.web import pages
from noshowd.web.forms import Nonces, Pressed, read_form
from noshowd.web.guard import Limiter
from noshowd.web.texts import Texts, texts_for
from noshowd.web.tokens import Links, Purpose

#: What a mail program posts for its reader, without having read the page (RFC 8058, 3.2).
_ONE_CLICK = ("List-Unsubscribe", "One-Click")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutPages:
    """One button, and what is said after it."""

    box: OptOuts
    links: Links
    clock: Clock
    limiter: Limiter
    nonces: Nonces

    def routes(self) -> list[Route]:
        return [
            Route("/x/{token}", self.show, methods=["GET"]),
            Route("/x/{token}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        key, texts = await self._asked(request)
        return pages.opt_out(texts, nonce=self.nonces.make(key, self.clock.now()))

    async def act(self, request: Request) -> Response:
        key, texts = await self._asked(request)
        form = await read_form(request)
        if form is None:
            raise HTTPException(413)
        name, value = _ONE_CLICK
        if form.get(name) != value:
            pressed, _ = self.nonces.check(form.get("nonce", ""), key, self.clock.now())
            if pressed is Pressed.FOREIGN or request.headers.get("sec-fetch-site") == "cross-site":
                raise HTTPException(404)
            if pressed is not Pressed.FINE:
                notice = texts.too_fast if pressed is Pressed.TOO_FAST else texts.form_too_old
                return pages.opt_out(texts, nonce=self.nonces.make(key, self.clock.now()), notice=notice, status=409)
        await self.box.keep_out(key)
        return pages.message(texts, texts.thanks, texts.opted_out)

    async def _asked(self, request: Request) -> tuple[str, Texts]:
        if not self.limiter.allows(request.client.host if request.client else ""):
            raise HTTPException(429)
        key = self.links.subject(request.path_params["token"], self.clock.now(), Purpose.OPT_OUT)
        language = await self.box.language_of(key) if key is not None else None
        if key is None or language is None:
            raise HTTPException(404)
        return key, texts_for(language)
