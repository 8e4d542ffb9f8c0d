"""The four words into which every vendor error is put at the boundary."""

from __future__ import annotations

from datetime import timedelta


class VendorError(Exception):
    """A vendor did not do what was asked. `reason` is short, has no personal data and no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Temporary(VendorError):
    """May work later. `retry_after` is the vendor's own wish, None where it gave none.

    `uncertain` is True when the request may have taken effect all the same (a time-out after sending).
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.uncertain = uncertain


class Permanent(VendorError):
    """Will not work until a person changes something."""


class Changed(Permanent):
    """What was to be written is no longer as it was when that was decided; nothing was written."""


class Unreachable(Permanent):
    """This person cannot be reached this way. The channel is well, and another one may reach them."""


class CredentialsLost(VendorError):
    """The sign-in is no longer accepted; nothing works through this account until it is renewed."""


class CursorExpired(VendorError):
    """The place in the change feed is gone; a full listing is due."""
