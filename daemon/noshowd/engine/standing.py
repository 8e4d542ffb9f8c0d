"""How the house stands as of now: switches, limits, answers. The evidence says what is; this says whether to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.evidence import Evidence, Said
from noshowd.domain.findings import last_words
from noshowd.domain.gate import Circumstances
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import Policy
from noshowd.domain.recipients import owner
from noshowd.domain.verdict import Verdict
from noshowd.engine.breaker import broken
from noshowd.engine.parts import Parts
from noshowd.store import switches

#: Switch of a person who wants nothing more until the instant that is its value.
_STOPPED = "stopped:"
#: Switch of a person who does not want to be watched at all.
LEFT = "left:"
_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds for every meeting at once."""

    shadow: bool
    paused: bool = False
    sending_held: bool = False
    broken_sources: frozenset[str] = field(default_factory=frozenset)
    #: Persons of ours who want nothing more, and until when.
    stopped: Mapping[str, datetime] = field(default_factory=dict)

    def around(
        self,
        parts: Parts,
        meeting: Meeting,
        verdict: Verdict,
        policy: Policy,
        *,
        human_took_over: bool,
    ) -> Circumstances:
        """The circumstances of one meeting as far as they are known without asking the database again."""
        ours = meeting.person(owner(meeting, verdict))
        stand_ins = {
            person.key: other.key
            for person in meeting.side(Side.OURS)
            if (other := parts.directory.stand_in(person)) is not None
        }
        return Circumstances(
            shadow=self.shadow or policy.shadow or (ours is not None and parts.directory.contact(ours).shadow),
            paused=self.paused,
            sending_held=self.sending_held,
            broken_sources=self.broken_sources,
            human_took_over=human_took_over or self.stopped_by_one_of_ours(meeting, parts.clock.now()),
            stand_ins=stand_ins,
            day_ends=None if ours is None else parts.directory.day_ends(ours, meeting.end),
        )

    def stopped_by_one_of_ours(self, meeting: Meeting, now: datetime) -> bool:
        """Whether somebody of ours in this meeting has left, or wants nothing more today."""
        return bool(self.stopped) and any(now < self.stopped.get(p.key, now) for p in meeting.side(Side.OURS))


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


def took_over(evidence: Evidence) -> bool:
    """Whether somebody of ours asked to be left alone with this meeting."""
    return any(word.said is Said.LEAVE_IT for word in last_words(evidence))
