"""One spelling of a mail address, so that two ways to write it name one mailbox."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_GMAIL = ("gmail.com", "googlemail.com")
#: Nothing in it ends a header, a list of addresses or an address in brackets.
_MAILBOX = re.compile(r"(?:mailto:)?[^\s@<>\"(),;:\\\x00-\x1f\x7f]+@[^\s@<>\"(),;:\\\x00-\x1f\x7f]+", re.IGNORECASE)


def can_be_written_to(address: str) -> bool:
    """Whether this is one mail address and nothing besides; calendars hold whatever somebody typed."""
    return _MAILBOX.fullmatch(address.strip("<> ")) is not None


@lru_cache(maxsize=4096)
def canonical(address: str) -> str:
    """Lower case, no plus tag; Gmail ignores dots and has two names."""
    composed = address if address.isascii() else unicodedata.normalize("NFC", address)
    plain = composed.strip().strip("<>").casefold().removeprefix("mailto:")
    local, at, domain = plain.rpartition("@")
    if not at:
        return plain
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"
