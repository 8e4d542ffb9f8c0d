"""Pages as HTML: Jinja2 with everything escaped, no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from noshowd.web.questions import Question
from noshowd.web.texts import Texts

_TEMPLATES = Environment(
    loader=PackageLoader("noshowd.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
#: What can be tapped: a letter that stands ready in the reader's own mail program, at the end of a line; an address,
#: without what ends the sentence around it; a number as it is dialled from anywhere.
_TAPPED = re.compile(
    r"(?<!\S)(?P<letter>mailto:(?P<whom>[^\s?]+)\?subject=\S+)$"
    r"|(?<![^\s(])(?P<address>https://[^\s<>\"]+?)(?=[.,;:!?)]*(?:\s|$))"
    r"|(?<![\w+])(?P<number>\+[1-9](?: ?\d){6,14})(?![\w])",
    re.MULTILINE,
)


def style() -> Response:
    """The style sheet."""
    sheet = files("noshowd.web").joinpath("templates", "style.css").read_text(encoding="utf-8")
    return Response(sheet, media_type="text/css")


def question(
    shown: Question, texts: Texts, *, nonce: str, notice: str = "", written: str | None = None, status: int = 200
) -> HTMLResponse:
    """The question with its form. `written` is what the person has made of the message so far."""
    return _page("question.html", texts, status, question=shown, nonce=nonce, notice=notice, written=written)


def message(texts: Texts, title: str, text: str, *, back: str | None = None, status: int = 200) -> HTMLResponse:
    """A title and a sentence; `back` links to the question again."""
    return _page("message.html", texts, status, title=title, text=text, back=back)


def opt_out(texts: Texts, *, nonce: str, notice: str = "", status: int = 200) -> HTMLResponse:
    """One button by which a guest asks for no more messages."""
    return _page("opt_out.html", texts, status, nonce=nonce, notice=notice)


def offer(texts: Texts, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """The form on which a guest answers an offer."""
    return _page("offer.html", texts, status, **values)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with where it leads: a letter that stands ready is shown as whom it goes to."""
    at = 0
    for found in _TAPPED.finditer(text):
        yield text[at : found.start()], ""
        shown, leads_to = found["whom"] or found[0], found[0]
        yield shown, f"tel:{leads_to.replace(' ', '')}" if found["number"] else leads_to
        at = found.end()
    yield text[at:], ""


_TEMPLATES.filters["pieces"] = _pieces


def _page(template: str, texts: Texts, status: int, **values: object) -> HTMLResponse:
    html = _TEMPLATES.get_template(template).render(texts=texts, **values)
    return HTMLResponse(html, status_code=status, headers={"Content-Language": texts.language})
