"""How the parts of the house are: sources, accounts, channels, workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from noshowd.store import outages
from noshowd.store.schema import health, worker
from noshowd.store.upsert import insert_new, upsert

#: What the name of a single calendar begins with: the account and the calendar follow.
CALENDAR = "calendar:"
#: What the names of the other parts begin with that the configuration decides about.
ACCOUNT, SOURCE, CHANNEL, ANSWERS = "account:", "source:", "channel:", "answers:"
#: What listens, reads or serves beside them, by the name of the table or of the machine that follows.
POSTS, HINT, FREE_BUSY, PAGES, HEARTBEAT = "posts:", "hint:", "free_busy:", "pages:", "heartbeat:"
#: One of the loops of a worker.
LOOP = "loop:"
#: A vendor's word of changes by the account, and the search for invitations by the mailbox: both cost little.
PUSH, INVITATIONS = "push:", "invitations:"
#: A part that was tried out of turn (`trial:channel:slack`).
TRIAL = "trial:"
#: The clock of a machine, whose name follows.
CLOCK = "clock:"
#: The marks that installations leave in the calendars of an account, which follows.
MARKS = "marks:"
#: What goes to guests: stopped while a person has to say whether it may.
GUESTS = "guests"
#: What everything is kept in.
DATABASE = "database"
_BESIDE = (POSTS, HINT, FREE_BUSY, PAGES, HEARTBEAT, PUSH, INVITATIONS, MARKS)
_SORTS = (ACCOUNT, SOURCE, CHANNEL, ANSWERS, *_BESIDE, LOOP, TRIAL, CLOCK, CALENDAR)


class Condition(StrEnum):
    """Of one part."""

    WELL = "well"
    #: Fails for now and is tried again.
    FAILING = "failing"
    #: Works again only once a person has done something.
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one part is (`source:meet`, `account:google`, `channel:slack`) and since when."""

    part: str
    state: Condition
    since: datetime
    last_success: datetime | None
    last_error: str | None
    #: In a row, up to now.
    failures: int
    #: When our side was told of this state; None while it was not.
    told_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that works on this database."""

    name: str
    version: str
    started_at: datetime
    heartbeat: datetime


def record(conn: sa.Connection, part: str, condition: Condition, *, now: datetime, error: str | None = None) -> Health:
    """Note how a part is; how it is known to be afterwards. `since` and `told_at` start anew when the state changes.

    The last error stays readable after recovery.
    """
    insert_new(conn, health, [{"part": part, "state": condition, "since": now}])
    row = conn.execute(sa.select(health).where(health.c.part == part).with_for_update()).one()
    before = _health(row)
    same = before.state is condition
    well = condition is Condition.WELL
    after = Health(
        part=part,
        state=condition,
        since=before.since if same else now,
        last_success=now if well else before.last_success,
        last_error=error or before.last_error,
        failures=0 if well else before.failures + 1,
        told_at=before.told_at if same else None,
    )
    if well and before.failures:
        outages.end(conn, part, at=now)
    elif not well and not before.failures and part != GUESTS:  # nobody is blind meanwhile
        outages.begin(conn, part, at=now)
    columns = {name: getattr(after, name) for name in Health.__dataclass_fields__ if name != "part"}
    conn.execute(sa.update(health).where(health.c.part == part).values(**columns))
    return after


def told(conn: sa.Connection, part: str, *, now: datetime) -> None:
    """Our side was told of the present state of this part."""
    conn.execute(sa.update(health).where(health.c.part == part).values(told_at=now))


def read(conn: sa.Connection) -> list[Health]:
    """Every part ever heard of, by name."""
    return [_health(row) for row in conn.execute(sa.select(health).order_by(health.c.part))]


def keep(conn: sa.Connection, parts: Iterable[str]) -> list[str]:
    """Forget how the parts were that have a sort of their own and are not among these; which."""
    kept = set(parts)
    gone = [one.part for one in read(conn) if one.part.startswith(_SORTS) and one.part not in kept]
    for part in gone:
        conn.execute(sa.delete(health).where(health.c.part == part))
    return gone


def beat(conn: sa.Connection, name: str, *, version: str, started_at: datetime, now: datetime) -> None:
    """This worker is alive."""
    upsert(conn, worker, [{"name": name, "version": version, "started_at": started_at, "heartbeat": now}])


def leave(conn: sa.Connection, name: str | None = None) -> None:
    """This worker has ended; without a name, all have."""
    conn.execute(sa.delete(worker).where(sa.true() if name is None else worker.c.name == name))


def workers(conn: sa.Connection) -> list[Worker]:
    rows = conn.execute(sa.select(worker).order_by(worker.c.name))
    return [Worker(**row._mapping) for row in rows]  # noqa: SLF001 - public in SQLAlchemy, despite its name


def _health(row: sa.Row[tuple[object, ...]]) -> Health:
    values = dict(row._mapping)  # noqa: SLF001 - public, whatever its name
    return Health(**{**values, "state": Condition(row.state)})
