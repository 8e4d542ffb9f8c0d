"""HTTP digest sign-in as a box asks for it (RFC 2617: MD5, `qop="auth"`), strict about every part."""

from __future__ import annotations

import hashlib
import itertools
import re

_PART = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class Digest:
    """Hands out challenges and judges the answers to them; an answer may be used once."""

    def __init__(self, realm: str) -> None:
        self._realm = realm
        self._numbers = itertools.count(1)
        self._open: dict[str, set[str]] = {}

    def challenge(self) -> str:
        nonce = _hash(f"nonce {next(self._numbers)}")
        self._open[nonce] = set()
        return f'Digest realm="{self._realm}",nonce="{nonce}",algorithm=MD5,qop="auth"'

    def user(self, header: str, method: str, path: str, passwords: dict[str, str]) -> str | None:
        """Who signed the request; None for a missing, wrong or repeated answer."""
        if not header.startswith("Digest "):
            return None
        said = {name: quoted or bare for name, quoted, bare in _PART.findall(header)}
        used = self._open.get(said.get("nonce", ""))
        password = passwords.get(said.get("username", ""))
        if used is None or password is None or said.get("uri") != path or said.get("qop") != "auth":
            return None
        count = said.get("nc", "")
        if count in used:
            return None
        first = _hash(f"{said['username']}:{self._realm}:{password}")
        expected = _hash(f"{first}:{said['nonce']}:{count}:{said.get('cnonce', '')}:auth:{_hash(f'{method}:{path}')}")
        if said.get("realm") != self._realm or said.get("response") != expected:
            return None
        used.add(count)
        return str(said["username"])


def _hash(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
