"""Rows that are due are claimed together and worked on side by side; trouble with one harms no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import IllegalStepError
from noshowd.engine.parts import Parts
from noshowd.store.errors import LeaseLost

log = structlog.get_logger()

Row = TypeVar("Row")


class Claim(Protocol[Row]):
    """Leases up to `limit` rows that are due at `now`, for the time `lease`."""

    def __call__(
        self, conn: sa.Connection, *, now: datetime, lease: timedelta, limit: int, worker: str
    ) -> list[Row]: ...


async def work_on_due(
    parts: Parts,
    claim: Claim[Row],
    work: Callable[[Parts, Row], Awaitable[None]],
    *,
    limit: int,
    action: str,
    meeting: Callable[[Row], str],
) -> int:
    """Claim what is due and work on all of it; how many rows were claimed. `action` and `meeting` are for the log.

    What another worker has taken over meanwhile is left to it. Any other error is our own mistake: it is logged, and
    the row comes back when its lease has ended.
    """
    now = parts.clock.now()
    rows = await parts.database.run(
        lambda conn: claim(conn, now=now, lease=parts.lease, limit=limit, worker=parts.worker)
    )

    async def one(row: Row) -> None:
        try:
            await work(parts, row)
        except (LeaseLost, IllegalStepError):
            log.info("taken_over", action=action, meeting=meeting(row))
        except Exception:
            log.exception("row_failed", action=action, meeting=meeting(row))

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(one(row))
    return len(rows)
