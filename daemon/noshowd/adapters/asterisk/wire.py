"""Messages of the manager interface: lines of `Key: value`, ended by an empty one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

#: No message is larger; one that is comes from something else.
LARGEST = 64 * 1024
BANNER = "Asterisk Call Manager/"

Message = Mapping[str, str]


class UnreadableMessageError(ValueError):
    """Not what a manager interface says."""


class Collector:
    """Makes messages of lines. Keys are lower case; of a key that is said twice the first value counts."""

    def __init__(self) -> None:
        self._message: dict[str, str] = {}
        self._size = 0

    def take(self, line: str) -> Message | None:
        """The message that this line ends, if it ends one. Raises `UnreadableMessageError`."""
        text = line.rstrip("\r\n")
        if not text:
            message, self._message, self._size = self._message, {}, 0
            return message or None
        self._size += len(text)
        key, colon, value = text.partition(":")
        if not colon or not key.strip() or self._size > LARGEST:
            raise UnreadableMessageError("line")
        self._message.setdefault(key.strip().lower(), value.strip())
        return None


def login(username: str, secret: str) -> bytes:
    """The action that signs in and asks for the events of calls. A line break in a value cannot begin a new key."""
    values = {"Action": "Login", "Username": username, "Secret": secret, "Events": "call"}
    lines = (f"{key}: {' '.join(value.splitlines())}" for key, value in values.items())
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
