"""Signed links: what a page is about and until when, which nobody can make up or turn to another use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

#: Longer than any token of ours; anything above is not looked at.
LONGEST = 1_000


class Purpose(StrEnum):
    """What a token is good for; one made for one purpose is worthless for another."""

    ANSWER = "answer"
    FORM = "form"
    OFFER = "offer"
    OPT_OUT = "opt_out"


class Signer:
    """Signs with the newest of `keys`, accepts all of them: an old key stays until its links have expired."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or min(map(len, keys)) < 32:
            raise ValueError("links are signed with keys of 32 characters or more")
        self._keys = list(keys)

    def sign(self, purpose: Purpose, content: list[Any]) -> str:
        return str(self._serializer(purpose).dumps(content))

    def read(self, purpose: Purpose, token: str) -> list[Any] | None:
        """What was signed for this purpose; None for anything else."""
        if len(token) > LONGEST:
            return None
        try:
            content = self._serializer(purpose).loads(token)
        except BadData:
            return None
        return content if isinstance(content, list) else None

    def _serializer(self, purpose: Purpose) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys,
            salt=f"noshowd.{purpose}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and reads the addresses of answer pages below `base_url`."""

    base_url: str
    signer: Signer

    def link(self, subject: str, until: datetime) -> str:
        """The address of the page about `subject` (an id of ours: it can be read out of the address)."""
        return self._address("a", Purpose.ANSWER, subject, until)

    def offer(self, key: str, until: datetime) -> str:
        """The address of the page on which a guest answers the offer with this key."""
        return self._address("o", Purpose.OFFER, key, until)

    def opt_out(self, key: str, until: datetime) -> str:
        """The address of the page on which whoever got the message with this key asks for no more."""
        return self._address("x", Purpose.OPT_OUT, key, until)

    def subject(self, token: str, now: datetime, purpose: Purpose = Purpose.ANSWER) -> str | None:
        """What the page is about; None for a token that is not ours, for another use, or too old."""
        match self.signer.read(purpose, token):
            case [str(subject), int(until)] if now < datetime.fromtimestamp(until, UTC):
                return subject
        return None

    def _address(self, page: str, purpose: Purpose, subject: str, until: datetime) -> str:
        token = self.signer.sign(purpose, [subject, int(until.timestamp())])
        return f"{self.base_url.rstrip('/')}/{page}/{token}"
