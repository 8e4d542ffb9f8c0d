"""What the adapter has to be told; secrets arrive resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class SignIn(StrEnum):
    """How the server wants the account to sign in."""

    NTLM = "ntlm"
    BASIC = "basic"
    #: With a token of `token_url`.
    OAUTH = "oauth"


class Access(StrEnum):
    """By which right the mailboxes are opened."""

    IMPERSONATION = "impersonation"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSettings:
    """One account on one server, and the mailboxes it may act for."""

    #: The account's name in the configuration.
    account: str
    mailboxes: tuple[str, ...]
    #: Both empty where an application signs in by itself (OAuth).
    username: str
    password: str = field(repr=False)
    #: EWS address; None finds it by Autodiscover.
    endpoint: str | None = None
    auth_type: SignIn = SignIn.NTLM
    #: Of `SignIn.OAUTH`: where tokens come from, who asks, and for what (words with spaces between them).
    token_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    scope: str = ""
    access: Access = Access.IMPERSONATION
    ca_file: Path | None = None
    proxy: str | None = None
    #: Seconds one request may take.
    timeout: float = 30.0
    #: Connections, and threads, at once.
    parallel: int = 4

    def owns(self, address: str | None) -> bool:
        """Whether this is one of the mailboxes, however it is written."""
        return (address or "").casefold() in {mailbox.casefold() for mailbox in self.mailboxes}
