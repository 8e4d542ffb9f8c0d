"""Addresses behind the account ids that Meet gives, inside the own domain, remembered for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import Lookup
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

_GET = Method(api="admin", name="users.get", scope=Scope.DIRECTORY)
_KEPT = timedelta(hours=24)
_MOST = 10_000


class AddressBook:
    """Looks ids up in the Workspace directory. An id without an address is an honest answer, never an error."""

    def __init__(self, client: GoogleClient, lookup: Lookup) -> None:
        self._client = client
        self._lookup = lookup
        self._known: dict[str, tuple[datetime, str | None]] = {}

    async def addresses(self, ids: set[str], *, subject: str, now: datetime) -> dict[str, str]:
        """The primary addresses of those ids that belong to the own domain, or to whoever signed in."""
        own = self._client.sign_ins.own_id()
        found = {own: self._client.account.mailbox} if own in ids else {}
        if self._lookup is Lookup.OFF:
            return found
        for account in sorted(ids - found.keys()):
            address = await self._address(account, subject, now)
            if address is not None:
                found[account] = address
        return found

    async def _address(self, account: str, subject: str, now: datetime) -> str | None:
        at, address = self._known.get(account, (None, None))
        if at is not None and now - at < _KEPT:
            return address
        try:
            # domain_public: what every colleague may see, so that no administrator has to be acted for
            user = await self._client.call(
                _GET, subject=subject, userKey=account, viewType="domain_public", fields="primaryEmail"
            )
            address = user.get("primaryEmail")
        except Temporary:
            return address
        except (Permanent, CredentialsLost):
            address = None  # not of this domain, or the directory may not be read
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[account] = (now, address)
        return address
