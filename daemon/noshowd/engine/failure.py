"""What a failed vendor call means: how long to wait, and what `status` and our side are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.engine.parts import Pace, Parts
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError
from noshowd.store import health, outbox
from noshowd.store.errors import StoreError
from noshowd.store.health import Condition
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()


def pause_after(pace: Pace, failures: int, error: VendorError) -> timedelta:
    """How long to leave the vendor alone: its own wish, else a doubling pause; long when a person has to act."""
    if isinstance(error, CredentialsLost | Permanent):
        return pace.longest_backoff
    doubled = min(pace.backoff * 2 ** min(failures, 10), pace.longest_backoff)
    wish = error.retry_after if isinstance(error, Temporary) else None
    return doubled if wish is None else max(wish, pace.backoff)


def as_vendor_error(error: Exception) -> VendorError:
    """What a failed call is to be treated as: slowness and what nobody foresaw may pass.

    Errors of the store are none of a vendor's and are raised again.
    """
    if isinstance(error, VendorError):
        return error
    if isinstance(error, TimeoutError):
        return Temporary("no answer in time")
    if isinstance(error, StoreError):
        raise error
    log.error("unforeseen", action="call", error=type(error).__name__, exc_info=error)
    return Temporary(f"an answer that was not foreseen ({type(error).__name__})")


@asynccontextmanager
async def report_of(parts: Parts, part: str) -> AsyncIterator[None]:
    """Around a call that may fail without harm to what it is for: whether it did is kept, and nothing is raised."""
    failed: VendorError | None = None
    try:
        yield
    except Exception as error:  # noqa: BLE001 - errors of the store are raised again, all others are the call's own
        failed = as_vendor_error(error)
    now = parts.clock.now()

    def note(conn: sa.Connection) -> None:
        if failed is None:
            report_good(conn, part, now=now)
        else:
            report_bad(conn, part, failed, now=now)

    await parts.database.run(note)


async def try_later(parts: Parts, row: OutboxRow, error: Temporary | TimeoutError) -> None:
    """An edit of something sent that did not come through for now is made again; how often already counts."""
    later = parts.clock.now() + pause_after(parts.pace, row.attempts, as_vendor_error(error))
    token = row.token or ""
    await parts.database.run(lambda conn: outbox.postpone(conn, row.key, token=token, next_try_at=later))


def report_good(conn: sa.Connection, part: str, *, now: datetime) -> None:
    """A source, account or channel did its work."""
    health.record(conn, part, Condition.WELL, now=now)


def report_bad(conn: sa.Connection, part: str, error: VendorError, *, now: datetime) -> None:
    """It did not; whether a person has to act is kept with it."""
    stopped = isinstance(error, CredentialsLost | Permanent)
    condition = Condition.STOPPED if stopped else Condition.FAILING
    health.record(conn, part, condition, now=now, error=error.reason)
