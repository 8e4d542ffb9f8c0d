"""A guest wants no more messages: remembered by a keyed hash, so that it outlives every name."""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from noshowd.domain.address import canonical
from noshowd.engine.parts import Parts
from noshowd.store import outbox, people

log = structlog.get_logger()


class OptOutDesk:
    """The `OptOuts` of the engine."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def use(self, parts: Parts) -> None:
        """Work with these from now on."""
        self._parts = parts

    async def language_of(self, key: str) -> str | None:
        """See `OptOuts.language_of`."""
        row = await self._parts.database.read(lambda conn: outbox.get(conn, key))
        if row is None or not row.followup.to_guest or row.parcel is None:
            return None
        return row.parcel.language

    async def keep_out(self, key: str) -> None:
        """See `OptOuts.keep_out`."""
        now = self._parts.clock.now()

        def save(conn: sa.Connection) -> None:
            row = outbox.get(conn, key)
            if row is None or not row.followup.to_guest:
                return
            sent_to = row.parcel.recipient.address if row.parcel is not None else None
            for address in {row.followup.key.person, canonical(sent_to or row.followup.key.person)}:
                people.suppress(conn, self._parts.digest(address), now=now)
            log.info("opted_out", action="answer", meeting=row.followup.key.meeting)

        await self._parts.database.run(save, wake=True)
