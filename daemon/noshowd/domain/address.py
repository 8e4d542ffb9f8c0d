"""One spelling of a mail address, so that two ways to write it name one mailbox."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_GMAIL = ("gmail.com", "googlemail.com")


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
