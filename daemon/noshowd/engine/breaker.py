"""The circuit breaker: unusually many absences from one source at once say more about the source than about people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.verdict import Outcome
from noshowd.store import health, meetings, switches
from noshowd.store.health import Condition
from noshowd.store.meetings import Judged

#: Switch that keeps back everything to guests that rests on one source, by the source's name.
BREAKER = "breaker:"
_WITHIN = timedelta(hours=1)


def watch(conn: sa.Connection, judged: Iterable[Judged], *, at_most: int, now: datetime) -> set[str]:
    """Trip the breaker of every source with `at_most` absences within an hour, if they are most of its verdicts.

    Called with the verdicts of one batch, inside their transaction; looks only when a new absence is among them.
    Returns the sources that were stopped now. A person lifts it (`noshowd resume`).
    """
    if not any(_newly_missing(one) for one in judged):
        return set()
    stopped = set()
    for source, (missing, decided) in meetings.absences_by_source(conn, since=now - _WITHIN).items():
        if missing >= at_most and missing * 2 > decided and BREAKER + source not in switches.read(conn):
            switches.turn(conn, BREAKER + source, str(missing), by="noshowd", now=now)
            health.record(
                conn,
                f"breaker:{source}",
                Condition.STOPPED,
                now=now,
                error=f"{missing} of {decided} meetings in an hour look missed; nothing goes to guests until resumed",
            )
            stopped.add(source)
    return stopped


def lift(conn: sa.Connection, *, now: datetime) -> list[str]:
    """A person has looked: all breakers are closed again. Returns the sources."""
    lifted = sorted(name for name in switches.read(conn) if name.startswith(BREAKER))
    for name in lifted:
        switches.clear(conn, name)
        health.record(conn, name, Condition.WELL, now=now)
    return [name.removeprefix(BREAKER) for name in lifted]


def _newly_missing(one: Judged) -> bool:
    before = one.claim.verdict
    was = before is not None and before.outcome is Outcome.THEY_ARE_MISSING
    return one.verdict.outcome is Outcome.THEY_ARE_MISSING and not was
