"""Who is who: the simulated domain's directory, and People's view of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from noshowd.demo.vendors.google.access import Access, account_id
from noshowd.demo.vendors.google.call import Call, Handler
from noshowd.demo.vendors.google.refusals import Refusal, not_found

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One account of the simulated domain."""

    address: str
    name: str
    aliases: tuple[str, ...] = ()


class People:
    """The directory. Accounts outside the domain have an id and no entry."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._entries: dict[str, Entry] = {}
        #: What somebody wrote into their contacts about an account, by its id. It is told whatever sources are asked
        #: for, so that whoever reads has to look at them.
        self.contacts: dict[str, str] = {}

    def add(self, address: str, name: str, aliases: tuple[str, ...] = ()) -> None:
        self._entries[self.account_id(address)] = Entry(address=address, name=name, aliases=aliases)
        self._access.users.add(address)

    def name_of(self, address: str) -> str:
        entry = self._entries.get(self.account_id(address))
        return entry.name if entry else address.partition("@")[0].replace(".", " ").title()

    def account_id(self, address: str) -> str:
        return account_id(address)

    def handlers(self) -> dict[str, Handler]:
        return {"directory.users.get": self.user, "people.people.get": self.person}

    def user(self, call: Call) -> Json:
        key = call.path["userKey"]
        account = key if key in self._entries else self.account_id(key)
        entry = self._entries.get(account)
        if entry is None:
            raise not_found("Resource Not Found: userKey")
        if call.query.get("viewType") != "domain_public":
            raise Refusal(403, "forbidden", "Not Authorized to access this resource/api")
        return {
            "kind": "admin#directory#user",
            "id": account,
            "primaryEmail": entry.address,
            "name": {"fullName": entry.name},
            "emails": [{"address": entry.address, "primary": True}, *({"address": a} for a in entry.aliases)],
        }

    def person(self, call: Call) -> Json:
        if not call.query.get("personFields"):
            raise Refusal(400, "INVALID_ARGUMENT", "personFields mask is required.")
        name = call.path["resourceName"]
        account = self.account_id(call.user) if name == "people/me" else name.removeprefix("people/")
        entry, contact = self._entries.get(account), self.contacts.get(account)
        found: Json = {"resourceName": f"people/{account}", "etag": "%EgMBAgM="}
        if entry is not None and "emailAddresses" in call.query["personFields"]:
            found["emailAddresses"] = [
                *(_email(alias, "DOMAIN_PROFILE") for alias in entry.aliases),
                _email(entry.address, "DOMAIN_PROFILE", primary=True),
            ]
        elif contact is not None:
            found["emailAddresses"] = [_email(contact, "CONTACT", primary=True)]
        return found


def _email(address: str, source: str, *, primary: bool = False) -> Json:
    about: Json = {"source": {"type": source, "id": "1"}}
    return {"value": address, "metadata": {**about, "primary": True} if primary else about}
