"""What an account may ask its vendor within a minute, shared by all workers."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from noshowd.store.schema import allowance
from noshowd.store.upsert import insert_new


def take(conn: sa.Connection, account: str, calls: list[int], *, limit: int, now: datetime) -> int:
    """How many of `calls` (the cost of each, the most urgent first) fit into what is left of this minute.

    Those are counted as made. One that costs more than a whole minute's allowance fits into a fresh minute.
    """
    minute = now.replace(second=0, microsecond=0)
    insert_new(conn, allowance, [{"account": account, "minute": minute, "taken": 0}])
    row = sa.select(allowance).where(allowance.c.account == account).with_for_update()
    known = conn.execute(row).one()
    taken = known.taken if known.minute == minute else 0
    fit = 0
    for cost in calls:
        if taken and taken + cost > limit:
            break
        taken, fit = taken + cost, fit + 1
    mine = sa.update(allowance).where(allowance.c.account == account)
    conn.execute(mine.values(minute=minute, taken=taken))
    return fit
