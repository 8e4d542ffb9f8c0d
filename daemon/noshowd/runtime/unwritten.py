"""A database that cannot be written for long: told directly while it lasts, written down afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.engine.alerts import LASTING, was_told
from noshowd.engine.parts import Parts
from noshowd.engine.sending import direct
from noshowd.store import health
from noshowd.store.errors import StoreError
from noshowd.store.health import Condition

log = structlog.get_logger()

#: Told again this often while it lasts.
_AGAIN = timedelta(days=1)


class Unwritten:
    """Remembers, where the database cannot, since when it could not be written and who knows."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._told_at: datetime | None = None
        self._says = ""

    @property
    def lasts(self) -> bool:
        """The last try has failed."""
        return self._since is not None

    async def failed(self, parts: Parts, owners: Sequence[str], error: StoreError) -> None:
        """Another try has failed; once that has lasted the owners hear of it. Never fails."""
        now = parts.clock.now()
        self._since, self._says = self._since or now, str(error)
        lately = self._told_at is not None and now - self._told_at < _AGAIN
        if now - self._since < LASTING or lately:
            return
        told = direct.words(
            parts.directory,
            parts.wording,
            owners,
            notice="blind",
            part=health.DATABASE,
            detail=self._says,
            since=self._since,
            now=now,
        )
        how = await direct.say(parts.channels, told)
        if how is None:
            log.error("nobody_told", action="housekeeping", source=health.DATABASE)
        else:
            self._told_at = now

    def settle(self, conn: sa.Connection, now: datetime) -> None:
        """It can be written again: keep from when to when it could not."""
        if self._since is None:
            return
        health.record(conn, health.DATABASE, Condition.FAILING, now=self._since, error=self._says)
        health.record(conn, health.DATABASE, Condition.WELL, now=now)
        if self._told_at is not None:
            was_told(conn, health.DATABASE, at=self._told_at)

    def settled(self) -> None:
        """What `settle` wrote is committed."""
        self._since = self._told_at = None
