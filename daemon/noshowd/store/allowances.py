"""What may be asked of a vendor within a minute, shared by all workers: by an account, and by each of its users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.store import bulk
from noshowd.store.schema import allowance

#: Stands between an account's name and one of its users in the name of an allowance; no account's name has it.
USER = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Calls that somebody wants to make, and the allowances they come out of: (name, calls in a minute)."""

    calls: int
    of: tuple[tuple[str, int], ...]


def take(conn: sa.Connection, wishes: Sequence[Wish], *, now: datetime) -> list[bool]:
    """Which of the wishes, the most urgent first, fit into what is left of this minute. Those count as made.

    Where one did not fit, nothing later comes out of the same allowance: what is cheap does not pass what is urgent.
    One that costs more than a whole minute's allowance fits into a fresh minute.
    """
    minute = now.replace(second=0, microsecond=0)
    taken = _taken(conn, sorted({name for wish in wishes for name, _ in wish.of}), minute)
    before, granted = dict(taken), list[bool]()
    closed: set[str] = set()
    for wish in wishes:
        full = {name for name, limit in wish.of if taken[name] and taken[name] + wish.calls > limit}
        closed |= full
        granted.append(not any(name in closed for name, _ in wish.of))
        if granted[-1]:
            for name, _ in wish.of:
                taken[name] += wish.calls
    rows = [
        {"account": name, "minute": minute, "taken": count} for name, count in taken.items() if count != before[name]
    ]
    bulk.upsert(conn, allowance, rows)
    return granted


def clear(conn: sa.Connection, *, now: datetime) -> None:
    """Forget allowances that nobody has used lately."""
    conn.execute(sa.delete(allowance).where(allowance.c.minute < now - timedelta(hours=1)))


def _taken(conn: sa.Connection, names: Sequence[str], minute: datetime) -> dict[str, int]:
    """What was taken of each within this minute; nobody else can take of these in this transaction."""
    fresh = [{"account": name, "minute": minute, "taken": 0} for name in names]
    bulk.insert(conn, allowance, fresh)
    mine = sa.select(allowance).where(allowance.c.account.in_(names)).order_by(allowance.c.account)
    rows = conn.execute(mine.with_for_update())
    return {row.account: row.taken if row.minute == minute else 0 for row in rows}
