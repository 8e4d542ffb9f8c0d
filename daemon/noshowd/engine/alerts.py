"""Never silently blind: a part that fails is told to our side once, and so is its recovery."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.store import health, outbox, switches
from noshowd.store.health import Condition, Health
from noshowd.store.outbox import NewRow

#: A part that fails for a while and comes back by itself is nobody's concern before this.
LASTING = timedelta(minutes=5)
#: Told again this often while it lasts.
_AGAIN = timedelta(days=1)
_TOLD = "told:"
_STANDS = timedelta(hours=24)


def tell(conn: sa.Connection, owners: tuple[str, ...], *, now: datetime) -> int:
    """Queue a notice to each owner for every part that changed for the worse or back; how many parts were told of."""
    told = {name.removeprefix(_TOLD): one for name, one in switches.read(conn).items() if name.startswith(_TOLD)}
    count = 0
    for part in health.read(conn):
        before = told.get(part.part)
        if part.state is Condition.WELL and before is not None:
            switches.clear(conn, f"{_TOLD}{part.part}")
            _queue(conn, owners, part, "recovered", now)
            count += 1
        elif _worth_telling(part, now) and (before is None or now - before.changed_at >= _AGAIN):
            switches.turn(conn, f"{_TOLD}{part.part}", part.state, by="noshowd", now=now)
            _queue(conn, owners, part, "blind", now)
            count += 1
    return count


def _worth_telling(part: Health, now: datetime) -> bool:
    lasting = part.state is Condition.FAILING and now - part.since >= LASTING
    return part.state is Condition.STOPPED or lasting


def _queue(conn: sa.Connection, owners: tuple[str, ...], part: Health, what: str, now: datetime) -> None:
    rows = [
        NewRow(
            followup=FollowUp(
                key=FollowUpKey(
                    meeting="",
                    round=0,
                    person=owner,
                    kind=FollowUpKind.NOTICE,
                    step=f"{what}:{part.part}:{int(now.timestamp())}",
                ),
                cause=Cause.UNKNOWN,
                not_before=now,
                not_after=now + _STANDS,
                text=part.last_error,
            ),
            state=State.QUEUED,
            next_try_at=now,
        )
        for owner in owners
    ]
    outbox.add(conn, rows, now=now)
