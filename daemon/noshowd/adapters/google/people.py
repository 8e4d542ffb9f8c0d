"""Addresses behind the account ids that Meet gives, inside the own domain, remembered for a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import Lookup
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

Json = dict[str, Any]
_GET = Method(api="admin", name="users.get", scope=Scope.DIRECTORY)
_PERSON = Method(api="people", name="people.get", scope=Scope.PEOPLE)
#: Where an address is what Google itself knows of an account, and not what somebody wrote into their contacts.
_GOOGLES_OWN = frozenset({"ACCOUNT", "PROFILE", "DOMAIN_PROFILE"})
_KEPT = timedelta(hours=24)
_MOST = 10_000


class AddressBook:
    """Looks ids up in the directory or at People. An id without an address is an honest answer, never an error."""

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
            address = await self._asked(account, subject)
        except Temporary:
            return address
        except (Permanent, CredentialsLost):
            address = None  # not of this domain, or the directory may not be read
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[account] = (now, address)
        return address

    async def _asked(self, account: str, subject: str) -> str | None:
        if self._lookup is Lookup.PEOPLE:
            person = await self._client.call(
                _PERSON,
                subject=subject,
                resourceName=f"people/{account}",
                personFields="emailAddresses",
                sources=["READ_SOURCE_TYPE_PROFILE"],
                fields="emailAddresses(value,metadata(primary,source/type))",
            )
            return _address(person)
        # domain_public: what every colleague may see, so that no administrator has to be acted for
        user = await self._client.call(
            _GET, subject=subject, userKey=account, viewType="domain_public", fields="primaryEmail"
        )
        address: str | None = user.get("primaryEmail")
        return address


def _address(person: Json) -> str | None:
    """The primary one of the addresses that Google vouches for, or the first."""
    listed = [(one.get("metadata", {}), one.get("value")) for one in person.get("emailAddresses", ())]
    own = [(about, value) for about, value in listed if value and about.get("source", {}).get("type") in _GOOGLES_OWN]
    own.sort(key=lambda one: not one[0].get("primary", False))
    return own[0][1] if own else None
