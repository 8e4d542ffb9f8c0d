"""How right the verdicts were, and how one's own meetings went. Never a word about anybody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.verdict import Outcome
from noshowd.store import meetings
from noshowd.store.reckoning import CLAIMS, MEDIA, Compared, compared, score

_HELD, _MOVED, _MISSED, _UNKNOWN = "held", "moved", "missed", "unknown"
_WENT = {
    Outcome.HELD: _HELD,
    Outcome.CALLED_OFF: _MOVED,
    Outcome.THEY_ARE_MISSING: _MISSED,
    Outcome.WE_ARE_MISSING: _MISSED,
    Outcome.NOBODY_CAME: _MISSED,
    Outcome.MISSED_EACH_OTHER: _MISSED,
}


def verdicts(conn: sa.Connection, *, since: datetime, until: datetime) -> dict[str, Any]:
    """What was found against what people said: in all, by source, by medium. No meeting and nobody is named."""
    found = compared(conn, since=since, until=until)
    sources = sorted({source for one in found for source in one.sources})
    return {
        "judged_by_people": len(found),
        "all": _scores(found),
        "by_source": {name: _scores([one for one in found if name in one.sources]) for name in sources},
        "by_medium": {
            kind.value: _scores([one for one in found if one.meeting.place.kind is kind])
            for kind in MEDIA
            if any(one.meeting.place.kind is kind for one in found)
        },
    }


def _scores(found: Sequence[Compared]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for outcome in CLAIMS:
        one = score(found, outcome)
        said[outcome.value] = {
            "right": one.right,
            "wrong": one.wrong,
            "missed": one.missed,
            "precision": one.precision,
            "recall": one.recall,
        }
    return said


def mine(conn: sa.Connection, person: str, *, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """How this person's own meetings went, by medium: held, moved or called off, missed, unknown."""
    went: dict[str, Counter[str]] = {}
    for stored in meetings.between(conn, since, until):
        verdict = stored.verdict
        over = stored.meeting.end <= until
        if not (over and stored.meeting.watched and _takes_part(stored.meeting, person)):
            continue
        counts = went.setdefault(stored.meeting.place.kind.value, Counter())
        counts[_WENT.get(verdict.outcome, _UNKNOWN) if verdict is not None else _UNKNOWN] += 1
    words = (_HELD, _MOVED, _MISSED, _UNKNOWN)
    return {medium: {word: counts[word] for word in words} for medium, counts in sorted(went.items())}


def _takes_part(meeting: Meeting, person: str) -> bool:
    return any(one.key == person and one.expected for one in meeting.side(Side.OURS))
