"""What the adapter has to be told; secrets arrive resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


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
    #: Requests in flight at once (Exchange Online allows four for an application and mailbox).
    parallel: int = 4
    #: Where tokens are kept between runs; app-only sign-in needs no such file.
    token_cache: Path | None = None

    @property
    def scope(self) -> str:
        """Everything that was consented to, on this cloud's Graph."""
        address = urlsplit(self.graph_url)
        return f"{address.scheme}://{address.netloc}/.default"

    def owns(self, address: str | None) -> bool:
        """Whether this is one of the mailboxes, however it is written."""
        return (address or "").casefold() in {mailbox.casefold() for mailbox in self.mailboxes}
