"""Which installation this database is: an id from its first start, and when a person last let it take over."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.installation import NEVER, Mark
from noshowd.store import switches


def settle(conn: sa.Connection, *, now: datetime) -> None:
    """Give the database an id unless it has one."""
    switches.settle(conn, switches.INSTALLATION_ID, secrets.token_hex(16), by="noshowd", now=now)


def renew(conn: sa.Connection, *, now: datetime) -> None:
    """A copy is another installation than the one it was copied from, which may still be at work."""
    switches.turn(conn, switches.INSTALLATION_ID, secrets.token_hex(16), by="noshowd", now=now)
    switches.clear(conn, switches.TOOK_OVER)


def take_over(conn: sa.Connection, *, by: str, now: datetime) -> None:
    """A person says that this installation writes to guests, whatever others have left."""
    switches.turn(conn, switches.TOOK_OVER, now.isoformat(), by=by, now=now)


def mark(conn: sa.Connection, *, now: datetime) -> Mark | None:
    """The mark that this installation would leave now; None before its first start."""
    set_ = switches.read(conn)
    ours, rank = set_.get(switches.INSTALLATION_ID), set_.get(switches.TOOK_OVER)
    if ours is None:
        return None
    return Mark(
        installation=ours.value, left=now, rank=datetime.fromisoformat(rank.value) if rank is not None else NEVER
    )
