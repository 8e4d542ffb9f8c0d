"""What was seen and said about each round. Rows are added and never changed, but for the note that a later one
says the same or more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from noshowd.domain.evidence import CallRecord, Coverage, Evidence, Observation, Sighting, Statement
from noshowd.domain.same_call import lost_from_sight
from noshowd.store import bulk, meetings
from noshowd.store.among import among, of_each
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one whole look at one source brought about one round."""

    round_id: RoundId
    source: str
    seen: Observation
    looked_at: datetime


def load(conn: sa.Connection, rounds: Collection[RoundId]) -> dict[RoundId, Evidence]:
    """What counts for each of these rounds, in no particular order; one without evidence has an empty one."""
    texts = load_texts(conn, rounds)
    return {one: read_evidence(texts.get(one, {})) for one in rounds}


def load_texts(conn: sa.Connection, rounds: Collection[RoundId]) -> dict[RoundId, dict[str, str]]:
    """The same as it is stored, for `read_evidence`: of each round with evidence a list of facts for each kind."""
    table = evidence.c
    together = sa.select(
        table.meeting, table.round, table.kind, sa.func.aggregate_strings(table.payload, ",").label("payloads")
    ).where(table.replaced_at.is_(None))
    by_kind = together.group_by(table.meeting, table.round, table.kind)
    rows = conn.execute(of_each(by_kind, table.meeting, [key for key, _ in rounds], conn.dialect))
    found: dict[RoundId, dict[str, str]] = {}
    for key, round_, kind, payloads in rows.all():
        found.setdefault((key, round_), {})[kind] = f"[{payloads}]"
    return found


def append(conn: sa.Connection, key: str, round_: int, seen: Observation, *, now: datetime) -> bool:
    """Add what was seen and have the meeting judged again; False when it was all known.

    A later sighting of the same source and stay, or call of the same source and call, replaces the earlier one; so
    does coverage that contains an earlier one of the same source and kind.
    """
    this = (key, round_)
    return bool(_append(conn, {this: _facts(seen)}, _counting(conn, {this}), now))


def append_looks(conn: sa.Connection, looks: Sequence[Look], *, now: datetime) -> set[RoundId]:
    """Add what whole looks at single sources brought, as `append` does; the rounds of which something was new.

    A call that ran when the source last told of it, before this look, and of which it tells no more, is lost from
    sight: it does not run for ever.
    """
    known = _counting(conn, {one.round_id for one in looks})
    facts: defaultdict[RoundId, list[Fact]] = defaultdict(list)
    for one in looks:
        facts[one.round_id] += [*_facts(one.seen), *_lost(one, known[one.round_id])]
    return _append(conn, facts, known, now)


def say(conn: sa.Connection, key: str, round_: int, statement: Statement, *, now: datetime) -> bool:
    """Add what a person said and have the meeting judged again; False when the very same was noted before."""
    this = (key, round_)
    return bool(_append(conn, {this: [statement]}, _counting(conn, {this}), now))


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
    noted_at: datetime
    fact: Fact


def _facts(seen: Observation) -> list[Fact]:
    return [*seen.sightings, *seen.calls, *seen.coverages]


def _lost(look: Look, known: Iterable[_Row]) -> list[Fact]:
    """The calls that this look has lost from sight."""
    told = {call.call for call in look.seen.calls}
    return [
        lost_from_sight(row.fact, row.noted_at)
        for row in known
        if isinstance(row.fact, CallRecord) and row.fact.running
        if row.source == look.source and row.item not in told and row.noted_at < look.looked_at
    ]


def _counting(conn: sa.Connection, rounds: Collection[RoundId]) -> defaultdict[RoundId, list[_Row]]:
    """The rows of each of these rounds that count.

    The rows of the meetings are held first: two looks at once would number their rows alike.
    """
    table, keys = evidence.c, [key for key, _ in rounds]
    conn.execute(sa.select(meeting.c.key).where(among(meeting.c.key, keys)).order_by(meeting.c.key).with_for_update())
    rows = conn.execute(
        sa.select(
            table.meeting,
            table.round,
            table.number,
            table.source,
            table.item,
            table.noted_at,
            table.kind,
            table.payload,
        ).where(among(table.meeting, keys), table.replaced_at.is_(None))
    )
    known: defaultdict[RoundId, list[_Row]] = defaultdict(list)
    for key, round_, number, source, item, noted_at, kind, text in rows.all():
        if (key, round_) in rounds:
            known[key, round_].append(_Row(number, source, item, noted_at, _READ[kind](text)))
    return known


def _append(
    conn: sa.Connection,
    facts: Mapping[RoundId, Sequence[Fact]],
    known: Mapping[RoundId, Sequence[_Row]],
    now: datetime,
) -> set[RoundId]:
    """Add what is new to each round; to which there was something."""
    numbers = _last_numbers(conn, facts)
    added: dict[RoundId, list[_Row]] = {}
    replaced: dict[RoundId, list[_Row]] = {}
    for this, told in facts.items():
        added[this], replaced[this] = _compared(told, known.get(this, ()), numbers.get(this, 0), now)
    changed = {this for this, rows in added.items() if rows}
    if not changed:
        return set()
    conn.execute(sa.insert(evidence), [_written(this, row) for this, rows in added.items() for row in rows])
    gone = [_key(this, row) | {"replaced_at": now} for this, rows in replaced.items() for row in rows]
    bulk.update(conn, evidence, gone)
    meetings.poke(conn, [key for key, _ in changed], now=now)
    return changed


def _compared(
    told: Sequence[Fact], counting: Sequence[_Row], last: int, now: datetime
) -> tuple[list[_Row], list[_Row]]:
    """The rows to be added, numbered from `last` on, and those that are replaced by them, added ones among them."""
    known = list(counting)
    added: list[_Row] = []
    replaced: list[_Row] = []
    for fact in told:
        row = _Row(last + 1, *_name(fact), now, fact)
        if any(_contains(other, row) for other in known):
            continue
        outdone = [other for other in known if _replaces(row, other)]
        replaced += outdone
        known = [*(other for other in known if other not in outdone), row]
        added.append(row)
        last = row.number
    return added, replaced


def _last_numbers(conn: sa.Connection, rounds: Iterable[RoundId]) -> dict[RoundId, int]:
    """The highest number given so far in each round."""
    table = evidence.c
    rows = conn.execute(
        sa.select(table.meeting, table.round, sa.func.max(table.number))
        .where(among(table.meeting, [key for key, _ in rounds]))
        .group_by(table.meeting, table.round)
    )
    return {(key, round_): last for key, round_, last in rows.all()}


def _key(this: RoundId, row: _Row) -> dict[str, object]:
    return {"meeting": this[0], "round": this[1], "kind": _KINDS[type(row.fact)], "number": row.number}


def _written(this: RoundId, row: _Row) -> dict[str, object]:
    told = {"source": row.source, "item": row.item, "noted_at": row.noted_at, "payload": encode(row.fact)}
    return _key(this, row) | told


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
