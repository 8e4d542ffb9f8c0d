"""Forms: a nonce that shows the page was read first, and a body of bounded size."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from urllib.parse import parse_qsl

from starlette.requests import Request

from noshowd.web.tokens import Purpose, Signer

LARGEST_BODY = 200_000
#: Scanners that press buttons do so at once; a person reads first.
FASTEST = timedelta(seconds=2)
OLDEST = timedelta(hours=24)


class Pressed(Enum):
    """How a form came back."""

    FINE = auto()
    TOO_FAST = auto()
    TOO_OLD = auto()
    #: Not a form of ours, or of another page.
    FOREIGN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonces:
    """Makes and checks the hidden field of a form. The same form pressed twice has the same id."""

    signer: Signer

    def make(self, subject: str, now: datetime) -> str:
        content = [subject, now.timestamp(), secrets.token_urlsafe(12)]
        return self.signer.sign(Purpose.FORM, content)

    def check(self, nonce: str, subject: str, now: datetime) -> tuple[Pressed, str]:
        """How the form came back, and its id ("" for a foreign one)."""
        match self.signer.read(Purpose.FORM, nonce):
            case [str(about), float(made), str(form_id)] if about == subject:
                age = now - datetime.fromtimestamp(made, UTC)
            case _:
                return Pressed.FOREIGN, ""
        if age < FASTEST:
            return Pressed.TOO_FAST, form_id
        return (Pressed.FINE if age <= OLDEST else Pressed.TOO_OLD), form_id


async def read_form(request: Request) -> dict[str, str] | None:
    """The fields of an urlencoded body; None when it is too large or not such a body."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        return None
