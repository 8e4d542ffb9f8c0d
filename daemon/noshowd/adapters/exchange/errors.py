"""exchangelib's errors in the four words."""

from __future__ import annotations

import re
from datetime import timedelta

from exchangelib import errors as ews
from requests.exceptions import RequestException

from noshowd.ports.certificates import not_accepted
from noshowd.ports.errors import CredentialsLost, CursorExpired, Permanent, Temporary, VendorError


class NotThere(Permanent):
    """What was asked for does not exist."""


_LOST = (ews.UnauthorizedError, ews.ErrorAccountDisabled, ews.ErrorPasswordExpired)
_GONE = (ews.DoesNotExist, ews.ErrorItemNotFound)
_RIGHTS = (ews.ErrorImpersonateUserDenied, ews.ErrorImpersonationDenied, ews.ErrorImpersonationFailed)
_PASSING = (
    ews.ErrorTimeoutExpired,
    ews.ErrorInternalServerError,
    ews.ErrorInternalServerTransientError,
    ews.ErrorExceededConnectionCount,
    ews.ErrorTooManyObjectsOpened,
    ews.ErrorMailboxStoreUnavailable,
    ews.ErrorMailboxMoveInProgress,
    ews.ErrorBatchProcessingStopped,
    ews.ErrorConnectionFailed,
    ews.MalformedResponseError,
    ews.SOAPError,
    ews.CASError,
)
#: What the text of a wrapped connection error says when nothing can have been sent.
_NEVER_LEFT = ("NewConnectionError", "ConnectTimeout", "NameResolutionError")
#: What OpenSSL says stands between the two, where the library keeps it.
_CERTIFICATE = re.compile(
    r"(?:CERTIFICATE_VERIFY_FAILED|certificate verify failed)(?:.*failed: (?P<why>[^(\n]{1,200}) \()?"
)


def word_for(error: Exception, *, acts: bool, server: str, ca_file: object) -> VendorError:
    """The word for an error of a call that `acts` or only reads. The text of the error itself may name people."""
    text, kind = str(error), type(error).__name__
    if isinstance(error, _LOST):
        return CredentialsLost("Exchange no longer accepts the sign-in")
    if isinstance(error, ews.ErrorInvalidSyncStateData):
        return CursorExpired("Exchange no longer knows this place in the change feed")
    if isinstance(error, _GONE):
        return NotThere(f"Exchange: {kind}")
    if (refused := _CERTIFICATE.search(text)) is not None:
        return Permanent(not_accepted(server, ca_file, refused["why"] or "not trusted"))
    if isinstance(error, ews.ErrorServerBusy):
        return _busy(error, text, acts=acts)
    if isinstance(error, (*_PASSING, RequestException)):
        if _never_left(text):
            return Temporary(f"Exchange: {server} cannot be reached")
        return Temporary(f"Exchange: {kind}", uncertain=acts)
    if isinstance(error, _RIGHTS):
        return Permanent("Exchange: the account has no ApplicationImpersonation right over this mailbox")
    return Permanent(f"Exchange: {kind}")


def _busy(error: ews.ErrorServerBusy, text: str, *, acts: bool) -> Temporary:
    """The server's own wish for peace; or a broken connection, which exchangelib gives the same name."""
    if text.startswith(("Reraised", "Caused by")):
        return Temporary("Exchange not reached", uncertain=acts and not _never_left(text))
    wish = timedelta(seconds=error.back_off) if error.back_off else None
    return Temporary("Exchange is busy", retry_after=wish)


def _never_left(text: str) -> bool:
    return any(word in text for word in _NEVER_LEFT)
