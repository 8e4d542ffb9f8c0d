"""The answer pages. A GET shows and changes nothing; a POST from a page that was read acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from noshowd.ports.answers import Answer, AnswerBox
from noshowd.ports.channel import Choice
from noshowd.ports.clock import Clock
from noshowd.ports.offers import OfferBox
from noshowd.ports.opt_outs import OptOuts
from noshowd.web import pages
from noshowd.web.forms import Nonces, Pressed, read_form
from noshowd.web.guard import Limiter, SecurityHeaders
from noshowd.web.inside import Inside
from noshowd.web.offers import OfferPages
from noshowd.web.opt_outs import OptOutPages
from noshowd.web.questions import Question, Questions
from noshowd.web.texts import Texts, texts_for
from noshowd.web.tokens import Links
from noshowd.web.webhooks import Webhooks
from noshowd.wording.lexicon import Lexicon

MESSAGE_LIMIT = 20_000
CHANNEL = "web"


async def always_well() -> bool:
    """The health of an app that nobody told how to ask."""
    return True


def build_app(
    *,
    answers: AnswerBox,
    links: Links,
    questions: Questions,
    clock: Clock,
    healthy: Callable[[], Awaitable[bool]] = always_well,
    inside: Inside | None = None,
    webhooks: Webhooks | None = None,
    offers: OfferBox | None = None,
    opt_outs: OptOuts | None = None,
    lexicon: Callable[[str], Lexicon] = Lexicon,
    requests_per_minute: int = 60,
) -> ASGIApp:
    """The pages as an ASGI application. `healthy` answers /healthz, `inside` what only this machine may ask,
    `webhooks` vendors, `offers` and `opt_outs` guests, the former in the words of `lexicon`.
    """
    limiter, nonces = Limiter(clock, per_minute=requests_per_minute), Nonces(signer=links.signer)
    desk = _Desk(answers=answers, links=links, questions=questions, clock=clock, limiter=limiter, nonces=nonces)
    of_offers = (
        []
        if offers is None
        else OfferPages(box=offers, links=links, lexicon=lexicon, clock=clock, limiter=limiter, nonces=nonces).routes()
    )

    of_opt_outs = (
        []
        if opt_outs is None
        else OptOutPages(box=opt_outs, links=links, clock=clock, limiter=limiter, nonces=nonces).routes()
    )

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok") if await healthy() else PlainTextResponse("not well", status_code=503)

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            *(inside.routes() if inside is not None else ()),
            *(webhooks.routes() if webhooks is not None else ()),
            Route("/style.css", lambda _: pages.style()),
            Route("/a/{token}", desk.show, methods=["GET"]),
            Route("/a/{token}", desk.act, methods=["POST"]),
            *of_offers,
            *of_opt_outs,
        ],
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    # Around everything, so that the page of an unexpected error has the headers too.
    return SecurityHeaders(app)


async def _refused(request: Request, error: Exception) -> Response:
    """Every refusal looks alike: nothing is learnt from it."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    texts = texts_for(request.headers.get("accept-language", ""))
    if status == 429:
        return pages.message(texts, texts.too_often_title, texts.too_often, status=429)
    return pages.message(texts, texts.gone_title, texts.gone, status=404 if status == 405 else status)


async def _broken(request: Request, _: Exception) -> Response:
    texts = texts_for(request.headers.get("accept-language", ""))
    return pages.message(texts, texts.broken_title, texts.broken, status=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    answers: AnswerBox
    links: Links
    questions: Questions
    clock: Clock
    limiter: Limiter
    nonces: Nonces

    async def show(self, request: Request) -> Response:
        now = self.clock.now()
        subject, question = await self._asked(request, now)
        return pages.question(question, texts_for(question.language), nonce=self.nonces.make(subject, now))

    async def act(self, request: Request) -> Response:
        now = self.clock.now()
        subject, question = await self._asked(request, now)
        form = await read_form(request)
        if form is None:
            raise HTTPException(413)
        pressed, form_id = self.nonces.check(form.get("nonce", ""), subject, now)
        if pressed is Pressed.FOREIGN or request.headers.get("sec-fetch-site") == "cross-site":
            raise HTTPException(404)
        texts = texts_for(question.language)
        if question.closed is not None:
            return pages.question(question, texts, nonce="")
        choice = next((c for c in question.choices if c.value == form.get("choice")), None)
        if choice is None:
            raise HTTPException(404)
        written = form.get("text", "").replace("\r\n", "\n").strip()
        notice = _objection(question, texts, pressed, choice, written)
        if notice:
            nonce = form["nonce"] if pressed is Pressed.TOO_FAST else self.nonces.make(subject, now)
            return pages.question(question, texts, nonce=nonce, notice=notice, written=written, status=409)
        word = await self.answers.put(
            Answer(
                answer_id=f"{form_id}:{choice.value}",
                channel=CHANNEL,
                by=None,
                value=choice.value,
                at=now,
                text=_edited(question, choice, written),
            )
        )
        said = texts.results.get(word, texts.results["noted"])
        return pages.message(texts, texts.thanks, f"{choice.label}\n{said}", back=request.path_params["token"])

    async def _asked(self, request: Request, now: datetime) -> tuple[str, Question]:
        """The question behind the link. Refuses what is too often, foreign, old, or no longer there."""
        if not self.limiter.allows(request.client.host if request.client else ""):
            raise HTTPException(429)
        subject = self.links.subject(request.path_params["token"], now)
        question = await self.questions.find(subject) if subject is not None else None
        if subject is None or question is None:
            raise HTTPException(404)
        return subject, question


def _objection(question: Question, texts: Texts, pressed: Pressed, choice: Choice, written: str) -> str:
    """Why the form is shown once more; "" when it is fine."""
    if pressed is Pressed.TOO_FAST:
        return texts.too_fast
    if pressed is Pressed.TOO_OLD:
        return texts.form_too_old
    if question.draft is None or choice.value != question.draft.sent_by:
        return ""
    if not written:
        return texts.empty_message
    return texts.message_too_long if len(written) > MESSAGE_LIMIT else ""


def _edited(question: Question, choice: Choice, written: str) -> str:
    """The text as the person changed it; "" where it was left as it is."""
    draft = question.draft
    if draft is None or choice.value != draft.sent_by or written == draft.text.strip():
        return ""
    return written
