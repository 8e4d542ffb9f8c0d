"""What was seen and said about each round. Rows are added and never changed, but for the note that a later one
says the same or more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from noshowd.domain.evidence import CallRecord, Coverage, Evidence, Observation, Sighting, Statement
from noshowd.domain.same_call import lost_from_sight
from noshowd.store import meetings
from noshowd.store.among import among
from noshowd.store.judged import RoundId
from noshowd.store.schema import evidence, meeting
from noshowd.store.texts import decoder, encode, read_evidence

Fact = Sighting | CallRecord | Coverage | Statement

_KINDS: dict[type[Any], str] = {Sighting: "sighting", CallRecord: "call", Coverage: "coverage", Statement: "statement"}
_READ: dict[str, Callable[[str], Any]] = {kind: decoder(shape) for shape, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One piece of evidence with its own story."""

    fact: Fact
    noted_at: datetime
    #: When something later replaced it; None while it counts.
    replaced_at: datetime | None


def load(conn: sa.Connection, rounds: Collection[RoundId]) -> dict[RoundId, Evidence]:
    """What counts for each of these rounds, in no particular order; one without evidence has an empty one."""
    texts = load_texts(conn, rounds)
    return {one: read_evidence(texts.get(one, {})) for one in rounds}


def load_texts(conn: sa.Connection, rounds: Collection[RoundId]) -> dict[RoundId, dict[str, str]]:
    """The same as it is stored, for `read_evidence`: of each round with evidence a list of facts for each kind."""
    table = evidence.c
    rows = conn.execute(
        sa.select(table.meeting, table.round, table.kind, sa.func.aggregate_strings(table.payload, ","))
        .where(among(table.meeting, [key for key, _ in rounds]), table.replaced_at.is_(None))
        .group_by(table.meeting, table.round, table.kind)
    )
    found: dict[RoundId, dict[str, str]] = {}
    for key, round_, kind, payloads in rows.all():
        found.setdefault((key, round_), {})[kind] = f"[{payloads}]"
    return found


def append(conn: sa.Connection, key: str, round_: int, seen: Observation, *, now: datetime) -> bool:
    """Add what a look brought and have the meeting judged again; False when it was all known.

    A later sighting of the same source and stay, or call of the same source and call, replaces the earlier one; so
    does coverage that contains an earlier one of the same source and kind.
    """
    return _append(conn, key, round_, (*seen.sightings, *seen.calls, *seen.coverages), now)


def append_look(
    conn: sa.Connection, key: str, round_: int, source: str, seen: Observation, *, looked_at: datetime, now: datetime
) -> bool:
    """Add what a whole look at one source brought, as `append` does.

    A call that ran when the source last told of it, before this look, and of which it tells no more, is lost from
    sight: it does not run for ever.
    """
    told = {call.call for call in seen.calls}
    table = evidence.c
    rows = conn.execute(
        sa.select(table.item, table.payload, table.noted_at).where(
            table.meeting == key,
            table.round == round_,
            table.kind == _KINDS[CallRecord],
            table.source == source,
            table.replaced_at.is_(None),
            table.noted_at < looked_at,
        )
    )
    known = [(_READ["call"](text), noted_at) for item, text, noted_at in rows if item not in told]
    lost = [lost_from_sight(call, noted_at) for call, noted_at in known if call.running]
    return append(conn, key, round_, replace(seen, calls=(*seen.calls, *lost)), now=now)


def say(conn: sa.Connection, key: str, round_: int, statement: Statement, *, now: datetime) -> bool:
    """Add what a person said and have the meeting judged again; False when the very same was noted before."""
    return _append(conn, key, round_, (statement,), now)


def history(conn: sa.Connection, key: str, round_: int) -> list[Noted]:
    """Everything ever noted about a round, in the order in which it came."""
    table = evidence.c
    rows = conn.execute(
        sa.select(table.kind, table.payload, table.noted_at, table.replaced_at)
        .where(table.meeting == key, table.round == round_)
        .order_by(table.number)
    )
    return [Noted(fact=_READ[kind](text), noted_at=noted, replaced_at=gone) for kind, text, noted, gone in rows]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    source: str
    item: str | None
    fact: Fact


def _append(conn: sa.Connection, key: str, round_: int, facts: Sequence[Fact], now: datetime) -> bool:
    # The row of the meeting is held first: two looks at once would number their rows alike.
    conn.execute(sa.select(meeting.c.key).where(meeting.c.key == key, meeting.c.round == round_).with_for_update())
    known, last = _counting(conn, key, round_)
    added: list[_Row] = []
    replaced: set[int] = set()
    for fact in facts:
        row = _Row(last + 1, *_name(fact), fact)
        if any(_contains(other, row) for other in known):
            continue
        outdone = [other for other in known if _replaces(row, other)]
        replaced.update(other.number for other in outdone)
        known = [other for other in known if other not in outdone]
        known.append(row)
        added.append(row)
        last = row.number
    if not added:
        return False
    _write(conn, key, round_, added, replaced, now)
    meetings.poke(conn, [key], now=now)
    return True


def _counting(conn: sa.Connection, key: str, round_: int) -> tuple[list[_Row], int]:
    """The rows that count, and the highest number given so far."""
    table = evidence.c
    this = (table.meeting == key, table.round == round_)
    rows = conn.execute(
        sa.select(table.number, table.source, table.item, table.kind, table.payload).where(
            *this, table.replaced_at.is_(None)
        )
    )
    known = [_Row(number, source, item, _READ[kind](text)) for number, source, item, kind, text in rows]
    return known, conn.scalar(sa.select(sa.func.coalesce(sa.func.max(table.number), 0)).where(*this)) or 0


def _write(
    conn: sa.Connection, key: str, round_: int, added: Sequence[_Row], replaced: set[int], now: datetime
) -> None:
    rows = [
        {
            "meeting": key,
            "round": round_,
            "number": row.number,
            "kind": _KINDS[type(row.fact)],
            "source": row.source,
            "item": row.item,
            "noted_at": now,
            "replaced_at": now if row.number in replaced else None,
            "payload": encode(row.fact),
        }
        for row in added
    ]
    conn.execute(sa.insert(evidence), rows)
    table = evidence.c
    conn.execute(
        sa.update(evidence)
        .where(table.meeting == key, table.round == round_, table.number.in_(replaced))
        .values(replaced_at=now)
    )


def _name(fact: Fact) -> tuple[str, str | None]:
    """The source, and its own key of the fact where it has one."""
    match fact:
        case Sighting():
            return fact.source, fact.stay
        case CallRecord():
            return fact.source, fact.call
        case Coverage():
            return fact.source, None
        case Statement():
            return fact.by, None


def _contains(old: _Row, new: _Row) -> bool:
    """Whether the new one says nothing that the old one does not say."""
    if isinstance(old.fact, Coverage) and isinstance(new.fact, Coverage):
        return _covers(old.fact, new.fact)
    return old.fact == new.fact


def _replaces(new: _Row, old: _Row) -> bool:
    if isinstance(old.fact, Coverage) and isinstance(new.fact, Coverage):
        return _covers(new.fact, old.fact)
    return (
        new.item is not None and type(new.fact) is type(old.fact) and (new.source, new.item) == (old.source, old.item)
    )


def _covers(wide: Coverage, narrow: Coverage) -> bool:
    inside = wide.span.start <= narrow.span.start and narrow.span.end <= wide.span.end
    return inside and replace(narrow, span=wide.span) == wide
