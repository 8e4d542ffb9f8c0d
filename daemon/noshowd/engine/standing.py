"""How the house stands as of now: switches, limits, people, read from where they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.engine.judging.around import Colleague, Standing
from noshowd.engine.judging.breaker import broken
from noshowd.engine.parts import Parts
from noshowd.store import switches

#: Switch of a person who wants nothing more until the instant that is its value.
_STOPPED = "stopped:"
#: Switch of a person who does not want to be watched at all.
LEFT = "left:"
_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


class Colleagues:
    """What the directory says of ours in many meetings, looked up once for each of them and instant."""

    def __init__(self, parts: Parts) -> None:
        self._directory = parts.directory
        self._known: dict[tuple[str, str | None, datetime], Colleague] = {}

    def of(self, meeting: Meeting) -> dict[str, Colleague]:
        """Those of ours in this meeting, by their keys."""
        return {person.key: self._colleague(person, meeting.end) for person in meeting.side(Side.OURS)}

    def _colleague(self, person: Person, at: datetime) -> Colleague:
        asked = person.key, person.address, at
        if (known := self._known.get(asked)) is None:
            other = self._directory.stand_in(person)
            known = self._known[asked] = Colleague(
                shadow=self._directory.contact(person).shadow,
                stand_in=None if other is None else other.key,
                day_ends=self._directory.day_ends(person, at),
            )
        return known


def stop_today(conn: sa.Connection, parts: Parts, person: Person, now: datetime) -> None:
    """Nothing more is done about any meeting of this person until their midnight."""
    zone = ZoneInfo(parts.directory.contact(person).zone)
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(0), tzinfo=zone)
    switches.turn(conn, f"{_STOPPED}{person.key}", midnight.isoformat(), by=person.key, now=now)


def read_standing(conn: sa.Connection, *, shadow: bool) -> Standing:
    """The switches and breakers as they stand in the database."""
    set_ = switches.read(conn)
    return Standing(
        shadow=shadow,
        paused=switches.PAUSED in set_,
        sending_held=switches.SENDING_HELD in set_,
        broken_sources=broken(set_),
        stopped={
            name.removeprefix(_STOPPED): datetime.fromisoformat(one.value)
            for name, one in set_.items()
            if name.startswith(_STOPPED)
        }
        | {name.removeprefix(LEFT): _FOR_GOOD for name in set_ if name.startswith(LEFT)},
    )
