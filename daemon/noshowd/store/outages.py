"""When noshowd was blind: from when to when a part did not work, or noshowd itself did not run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from noshowd.store.schema import outage
from noshowd.store.upsert import insert_new

#: The name under which noshowd's own standing still is kept.
ITSELF = "noshowd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One stretch in which a part did not work; `ended` None: it still does not."""

    part: str
    began: datetime
    ended: datetime | None


def begin(conn: sa.Connection, part: str, *, at: datetime) -> None:
    """A part has stopped working. Nothing when that is known."""
    open_ = sa.exists().where(outage.c.part == part, outage.c.ended.is_(None))
    if not conn.scalar(sa.select(open_)):
        insert_new(conn, outage, [{"part": part, "began": at, "ended": None}])


def end(conn: sa.Connection, part: str, *, at: datetime) -> None:
    """It works again."""
    conn.execute(sa.update(outage).where(outage.c.part == part, outage.c.ended.is_(None)).values(ended=at))


def note(conn: sa.Connection, part: str, *, began: datetime, ended: datetime) -> None:
    """A stretch that is over."""
    insert_new(conn, outage, [{"part": part, "began": began, "ended": ended}])


def between(conn: sa.Connection, start: datetime, end: datetime) -> list[Outage]:
    """Every stretch that reaches into this one, in order."""
    reaching = outage.c.began < end, sa.or_(outage.c.ended.is_(None), outage.c.ended > start)
    rows = conn.execute(sa.select(outage).where(*reaching).order_by(outage.c.began, outage.c.part))
    return [Outage(**row._mapping) for row in rows]  # noqa: SLF001 - public in SQLAlchemy, despite its name


def since(conn: sa.Connection, part: str, *, at: datetime) -> datetime | None:
    """When the stretch began in which this part does not work at that instant; None: it works, or nobody knows."""
    lasting = outage.c.began <= at, sa.or_(outage.c.ended.is_(None), outage.c.ended > at)
    began: datetime | None = conn.scalar(sa.select(sa.func.min(outage.c.began)).where(outage.c.part == part, *lasting))
    return began


def clear(conn: sa.Connection, *, before: datetime) -> int:
    """What ended before that instant goes; how many."""
    return conn.execute(sa.delete(outage).where(outage.c.ended < before)).rowcount
