"""Where a mail server is and how it is spoken to."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum

from noshowd.ports.certificates import not_accepted


class Security(StrEnum):
    """How the line is protected. `NONE` is for a server on the same machine."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An SMTP or IMAP server. Without `username` nobody logs in."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str | None = None
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    #: Seconds for one mail sent, or for one step of a visit to a mailbox.
    timeout: float = 20.0

    def tls(self) -> ssl.SSLContext | None:
        """The context for TLS and STARTTLS; None where the line is not protected."""
        if self.security is Security.NONE:
            return None
        return ssl.create_default_context(cafile=self.ca_file)

    def trouble(self, broken: BaseException) -> str:
        """Why the line could not be had, or broke: with host and certificates, and without anybody's address."""
        at, cause = f"{self.host}:{self.port}", broken
        while cause.__cause__ is not None and not isinstance(cause, ssl.SSLCertVerificationError):
            cause = cause.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return not_accepted(at, self.ca_file, cause.verify_message)
        why = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(broken).__name__
        return f"{at} cannot be reached, or hung up ({why})"
