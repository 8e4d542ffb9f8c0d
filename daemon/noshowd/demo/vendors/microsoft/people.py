"""The people of the simulated tenant, found by object id or by address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from noshowd.demo.vendors.microsoft.answers import Refusal

_IDS = uuid.UUID("6f0f0a52-2f1c-4a43-9d2c-6d1f2f5f6a10")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A member of the tenant."""

    address: str
    name: str

    @property
    def object_id(self) -> str:
        return object_id(self.address)


def object_id(address: str) -> str:
    """The id of the account that belongs to an address, in whatever tenant it lies."""
    return str(uuid.uuid5(_IDS, address))


@dataclass(slots=True)
class People:
    """Everybody who has a mailbox here."""

    users: dict[str, User] = field(default_factory=dict)

    def add(self, address: str, name: str) -> User:
        user = User(address=address.lower(), name=name)
        self.users[user.address] = user
        return user

    def find(self, reference: str) -> User:
        """The user with this object id or address; 404 as Graph words it."""
        for user in self.users.values():
            if reference.lower() in (user.address, user.object_id):
                return user
        raise Refusal(404, "Request_ResourceNotFound", f"Resource '{reference}' does not exist.")

    def by_object_id(self, reference: str) -> User:
        """The user with this object id; an address is refused, as on the paths of online meetings."""
        if "@" in reference:
            raise Refusal(400, "BadRequest", "The userId in the path has to be the object id of the user.")
        return self.find(reference)
