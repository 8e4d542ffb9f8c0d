"""The circuit breaker: unusually many absences from one source at once say more about the source than about people."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.store import health, meetings, switches
from noshowd.store.health import Condition

#: Switch that keeps back everything to guests that rests on one source, by the source's name.
BREAKER = "breaker:"
_WITHIN = timedelta(hours=1)
#: A count is good for this long: older verdicts leave the hour, and other workers bring their own.
_COUNT_AGAIN = timedelta(minutes=1)


@dataclass(slots=True)
class _Count:
    at: datetime
    #: So many more absences would still not be too many.
    room: int


class Breaker:
    """Trips for every source with `at_most` absences within an hour, if they are most of its verdicts.

    To count is to read the verdicts of an hour, so it is done only when the absences since the last count may have
    made the difference.
    """

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}
        #: Two batches may be saved at once.
        self._taking = threading.Lock()

    def watch(self, conn: sa.Connection, absences: Mapping[str, int], *, at_most: int, now: datetime) -> set[str]:
        """Called with the new absences of one batch by the source that covered them, inside their transaction.

        Returns the sources that were stopped now. A person lifts it (`noshowd resume`).
        """
        if not absences:
            return set()
        known = broken(switches.read(conn))
        doubtful = [s for s, n in absences.items() if s not in known and not self._allows(s, n, now)]
        if not doubtful:
            return set()
        stopped = set()
        for source, (missing, decided) in meetings.absences_by_source(conn, since=now - _WITHIN).items():
            self._counts[source] = _Count(now, max(at_most - 1 - missing, decided - 2 * missing))
            if missing >= at_most and missing * 2 > decided and source not in known:
                _stop(conn, source, missing, decided, now)
                stopped.add(source)
        return stopped

    def _allows(self, source: str, absences: int, now: datetime) -> bool:
        """Whether there is surely room for so many more; it is then taken."""
        with self._taking:
            count = self._counts.get(source)
            if count is None or now - count.at >= _COUNT_AGAIN or absences > count.room:
                return False
            count.room -= absences
            return True


def broken(names: Iterable[str]) -> frozenset[str]:
    """The sources that are stopped, by the names of the switches that are set."""
    return frozenset(name.removeprefix(BREAKER) for name in names if name.startswith(BREAKER))


def _stop(conn: sa.Connection, source: str, missing: int, decided: int, now: datetime) -> None:
    switches.turn(conn, BREAKER + source, str(missing), by="noshowd", now=now)
    health.record(
        conn,
        BREAKER + source,
        Condition.STOPPED,
        now=now,
        error=f"{missing} of {decided} meetings in an hour look missed; nothing goes to guests until resumed",
    )


def lift(conn: sa.Connection, *, now: datetime) -> list[str]:
    """A person has looked: all breakers are closed again. Returns the sources."""
    lifted = sorted(broken(switches.read(conn)))
    for source in lifted:
        switches.clear(conn, BREAKER + source)
        health.record(conn, BREAKER + source, Condition.WELL, now=now)
    return lifted
