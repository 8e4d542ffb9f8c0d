"""Finding the mail by which somebody was invited, so that what is written to them stands below it."""

from __future__ import annotations

from typing import Protocol


class Invitations(Protocol):
    """Somewhere in which invitations lie."""

    #: Of the mailbox, as the configuration calls it.
    name: str

    async def message_id(self, uid: str, guest: str) -> str | None:
        """The Message-ID of the newest mail about the event with this iCalendar UID between us and this address.

        None where there is none to be found within a short time. Raises a vendor error.
        """
        ...
