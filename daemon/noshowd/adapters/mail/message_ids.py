"""Message-IDs out of our own keys, and back: the same parcel always has the same, and nobody can make one up."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from dataclasses import dataclass, field

_PLAIN = re.compile(r"[a-z0-9-]{1,40}")
#: An outbox key. It is written short, so that it fits into the 64 characters before the @ of a plus address.
_HEX = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"nsd\.(?:(b32|x)\.)?([a-z0-9-]{1,400})\.([a-z2-7]{10,16})(?=@)", re.IGNORECASE)
#: Characters of a signature, five bits each; nobody can try more than a few, each is a mail.
_SIGNED, _SIGNED_SHORT = 16, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageIds:
    """Signed with `secret`: whoever answers one has our mail before them."""

    domain: str
    secret: bytes = field(repr=False)

    def message_id(self, key: str) -> str:
        return f"<{self.token(key)}@{self.domain}>"

    def token(self, key: str) -> str:
        """The part before the @; lower case, as some servers make plus addresses. 43 characters for an outbox key."""
        if _HEX.fullmatch(key):
            return f"nsd.x.{_encoded(bytes.fromhex(key))}.{self._signature(key)[:_SIGNED_SHORT]}"
        named = key if _PLAIN.fullmatch(key) else f"b32.{_encoded(key.encode())}"
        return f"nsd.{named}.{self._signature(key)}"

    def key_in(self, texts: Iterable[str]) -> str | None:
        """The first key of ours in Message-IDs or addresses; None where there is none or the signature is wrong."""
        for text in texts:
            for found in _TOKEN.finditer(text):
                form = (found[1] or "").lower()
                key = _key(found[2].lower(), form)
                signed = self._signature(key or "")[: _SIGNED_SHORT if form == "x" else _SIGNED]
                if key is not None and hmac.compare_digest(found[3].lower(), signed):
                    return key
        return None

    def _signature(self, key: str) -> str:
        digest = hmac.new(self.secret, b"message-id\0" + key.encode(), hashlib.sha256).digest()
        return _encoded(digest[:10])


def _encoded(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()


def _key(named: str, form: str) -> str | None:
    if not form:
        return named
    try:
        raw = b32decode(named.upper() + "=" * (-len(named) % 8))
        return raw.hex() if form == "x" else raw.decode()
    except ValueError:
        return None
