"""The change feed of a calendar folder (SyncFolderItems), asked for one thing only: whether anything changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from exchangelib.items import ID_ONLY
from exchangelib.services import SyncFolderItems

from noshowd.domain.spans import Span
from noshowd.ports.errors import CursorExpired, Temporary

_VERSION = 1
#: The feed is not trusted for longer, and time alone brings what lies ahead into the window.
FULL_EVERY = timedelta(hours=1)
#: Changes in one answer (the schema allows no more), and answers in one listing.
PAGE, PAGES = 512, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one reader stands in the feed of one calendar."""

    #: The server's sync state, opaque.
    state: str
    #: How far the calendar was read when it was last read as a whole.
    read_to: datetime

    @property
    def cursor(self) -> str:
        return json.dumps([_VERSION, self.state, self.read_to.isoformat()])

    @staticmethod
    def read(cursor: str) -> Place:
        """Raises `CursorExpired` for what is none, or of another version."""
        try:
            version, state, read_to = json.loads(cursor)
            if version != _VERSION:
                raise CursorExpired("a cursor of another version")
            return Place(state=str(state), read_to=datetime.fromisoformat(read_to))
        except (ValueError, TypeError):
            raise CursorExpired("not a cursor of this account") from None

    def reaches(self, window: Span) -> bool:
        """Whether what was read still stands for `window`, which moves on with the clock (and a clock set back)."""
        return timedelta(0) <= window.end - self.read_to < FULL_EVERY


def follow(account: Any, state: str | None) -> tuple[str, bool]:
    """The next state, and whether anything was told since `state`; None begins with everything in the folder.

    Only ids are asked for. A long list is followed for a few answers: what is left is told the next time, and counts as
    a change then. Raises `CursorExpired` or `Temporary` for an error without a state, and errors of exchangelib.
    """
    service, told = SyncFolderItems(account=account), False
    for _ in range(PAGES):
        before = state
        try:
            changes = list(
                service.call(
                    folder=account.calendar,
                    shape=ID_ONLY,
                    additional_fields=None,
                    sync_state=before,
                    ignore=None,
                    max_changes_returned=PAGE,
                    sync_scope=None,
                )
            )
        except AttributeError as error:  # exchangelib looks for the state before it looks whether this is an error
            if before is None:
                raise Temporary("Exchange: the change feed cannot be opened") from error
            raise CursorExpired("Exchange: the change feed does not go on from here") from error
        told, state = told or bool(changes), str(service.sync_state)
        if service.includes_last_item_in_range or state == before:
            break
    return str(state), told
