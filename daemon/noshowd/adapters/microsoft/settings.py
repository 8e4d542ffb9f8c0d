"""What the adapter has to be told; secrets arrive resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from noshowd.adapters.microsoft.rights import Right, delegated_scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrosoftSettings:
    """One application registered in one tenant, and the mailboxes it serves."""

    #: The account's name in the configuration.
    account: str
    tenant: str
    client_id: str
    mailboxes: tuple[str, ...]
    secret: str | None = field(default=None, repr=False)
    #: PEM with private key and certificate; preferred to a secret.
    certificate: str | None = field(default=None, repr=False)
    authority: str = "https://login.microsoftonline.com"
    graph_url: str = "https://graph.microsoft.com/v1.0"
    #: False for an authority that Microsoft's own list does not name (private, or no way out).
    instance_discovery: bool = True
    ca_file: Path | None = None
    proxy: str | None = None
    #: Seconds one request may take.
    timeout: float = 30.0
    #: Requests in flight at once, of the application as a whole.
    parallel: int = 16
    #: Of these for one mailbox: Exchange Online allows four.
    parallel_mailbox: int = 4
    #: The person whose own sign-in is used; None for an application.
    person: str | None = None
    #: Where a person's tokens are kept between runs; an application's are made anew.
    token_cache: Path | None = None
    #: What was opted in to beyond reading calendars and sending mail.
    rights: frozenset[Right] = frozenset()

    @property
    def scopes(self) -> list[str]:
        """What a token is asked for: everything that was consented to, or each thing that a person is to agree to."""
        root = self._root
        if self.person is None:
            return [f"{root}/.default"]
        others = any(mailbox.casefold() != self.person.casefold() for mailbox in self.mailboxes)
        return [f"{root}/{scope}" for scope in delegated_scopes(self.rights, shared=others)]

    @property
    def beta_url(self) -> str:
        """Where the beta of this Graph is."""
        return f"{self._root}/beta"

    @property
    def _root(self) -> str:
        address = urlsplit(self.graph_url)
        return f"{address.scheme}://{address.netloc}"

    def is_own(self, address: str) -> bool:
        """Whether this is the mailbox of the very person who is signed in."""
        return self.person is not None and address.casefold() == self.person.casefold()

    def owns(self, address: str | None) -> bool:
        """Whether this is one of the mailboxes, however it is written."""
        return (address or "").casefold() in {mailbox.casefold() for mailbox in self.mailboxes}
