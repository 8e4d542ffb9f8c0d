"""Meetings, their rounds, and what was judged of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.domain.meeting import Meeting
from noshowd.domain.verdict import Outcome, Verdict
from noshowd.store import bulk, leases
from noshowd.store.among import among
from noshowd.store.errors import Unreadable
from noshowd.store.judged import CHANGE, ROUND, ClaimedMeeting, Judged, RoundId, Written, written
from noshowd.store.schema import evidence, meeting, transition
from noshowd.store.texts import encode, read_meeting
from noshowd.store.upsert import insert_once


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMeeting:
    """One round as it is remembered."""

    meeting: Meeting
    phase: str | None
    verdict: Verdict | None
    next_look_at: datetime | None
    closed_at: datetime | None
    superseded: bool

    @property
    def id(self) -> RoundId:
        return self.meeting.key, self.meeting.round


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One change of phase or outcome: when it became true and when it was noticed."""

    phase: str | None
    outcome: Outcome
    reasons: tuple[str, ...]
    became_at: datetime
    noticed_at: datetime


def put(conn: sa.Connection, value: Meeting, *, now: datetime, next_look_at: datetime | None) -> bool:
    """Remember a round as it is now; False when that changes nothing.

    A later round supersedes the earlier ones, which are not looked at again. A known round that changed is judged
    again at once; a new one at `next_look_at`.
    """
    known = conn.scalar(sa.select(meeting.c.payload).where(*_is(value.key, value.round)).with_for_update())
    if known == value:
        return False
    changes = {"start_at": value.start, "end_at": value.end, "payload": value}
    if known is not None:
        conn.execute(sa.update(meeting).where(*_is(value.key, value.round)).values(**changes))
        poke(conn, [value.key], now=now)
        return True
    earlier = (meeting.c.key == value.key, meeting.c.round < value.round)
    conn.execute(
        sa.update(meeting)
        .where(*earlier)
        .values(superseded=True, next_look_at=None, lease_token=None, lease_until=None)
    )
    new = {"key": value.key, "round": value.round, "next_look_at": next_look_at, **changes}
    # Another worker may have been quicker, with a copy from another calendar: then this is a change.
    return insert_once(conn, meeting, new) or put(conn, value, now=now, next_look_at=next_look_at)


def get(conn: sa.Connection, key: str, round_: int | None = None) -> StoredMeeting | None:
    """That round, or the latest one of the meeting."""
    wanted = _stored().where(meeting.c.key == key).order_by(meeting.c.round.desc()).limit(1)
    if round_ is not None:
        wanted = wanted.where(meeting.c.round == round_)
    row = conn.execute(wanted).first()
    return None if row is None else StoredMeeting(**row._mapping)  # noqa: SLF001 - public in SQLAlchemy, despite its name


def latest(conn: sa.Connection, keys: Collection[str]) -> dict[str, StoredMeeting]:
    """The latest round of each meeting that is known."""
    rows = conn.execute(_stored().where(meeting.c.key.in_(keys), ~meeting.c.superseded))
    found = (StoredMeeting(**row._mapping) for row in rows)  # noqa: SLF001 - public, whatever its name
    return {one.meeting.key: one for one in found}


def between(conn: sa.Connection, start: datetime, end: datetime, *, moved: bool = False) -> list[StoredMeeting]:
    """The latest rounds that start from `start` up to `end`, in order; with `moved` those moved elsewhere as well."""
    wanted = _stored().where(meeting.c.start_at >= start, meeting.c.start_at < end)
    wanted = wanted if moved else wanted.where(~meeting.c.superseded)
    rows = conn.execute(wanted.order_by(meeting.c.start_at, meeting.c.key))
    return [StoredMeeting(**row._mapping) for row in rows]  # noqa: SLF001 - public, whatever its name


def with_person(
    conn: sa.Connection, person: str, start: datetime, end: datetime, *, ends_after: datetime | None = None
) -> list[StoredMeeting]:
    """Those of `between` to which the person with this key is invited."""
    named = sa.type_coerce(meeting.c.payload, sa.Text).contains(f'"key":{encode(person)}', autoescape=True)
    when = (meeting.c.start_at >= start, meeting.c.start_at < end, meeting.c.end_at >= (ends_after or start))
    rows = conn.execute(
        _stored().where(*when, ~meeting.c.superseded, named).order_by(meeting.c.start_at, meeting.c.key)
    )
    found = (StoredMeeting(**row._mapping) for row in rows)  # noqa: SLF001 - public, whatever its name
    return [one for one in found if one.meeting.person(person) is not None]


def rounds(conn: sa.Connection, ids: Collection[RoundId]) -> dict[RoundId, StoredMeeting]:
    """Those of these rounds that are known."""
    rows = conn.execute(_stored().where(among(meeting.c.key, [key for key, _ in ids]))).all()
    found = (StoredMeeting(**row._mapping) for row in rows)  # noqa: SLF001 - public, whatever its name
    return {one.id: one for one in found if one.id in ids}


def claim_due(conn: sa.Connection, *, now: datetime, lease: timedelta, limit: int, worker: str) -> list[ClaimedMeeting]:
    """Lease up to `limit` rounds that are due to be judged, the longest due first."""
    due = meeting.c.next_look_at
    # a statement that writes keeps aside what it returns: whole rows are read faster by another one
    token, found = leases.claim(conn, due, now=now, lease=lease, limit=limit, worker=worker, returning=(meeting.c.key,))
    columns = (meeting.c.key, meeting.c.round, *_TEXTS, meeting.c.phase, meeting.c.outcome, meeting.c.news)
    held = (among(meeting.c.key, [key for _, key in found]), meeting.c.lease_token == token)
    claims = []
    rows = conn.execute(sa.select(*columns).where(*held).order_by(due)).all()
    for *id_, text, verdict, phase, outcome, news in rows:
        try:
            value = read_meeting(text)
        except Unreadable as error:
            leases.put_off_unreadable(conn, due, id_, error, now=now)
            continue
        claims.append(
            ClaimedMeeting(
                meeting=value,
                text=text,
                phase=phase,
                outcome=None if outcome is None else Outcome(outcome),
                verdict=verdict,
                news=news,
                token=token,
            )
        )
    return claims


_TEXTS = [sa.type_coerce(column, sa.Text) for column in (meeting.c.payload, meeting.c.verdict)]


def next_due(conn: sa.Connection, *, now: datetime) -> datetime | None:
    """When a round is to be judged next."""
    return leases.next_due(conn, meeting.c.next_look_at, now=now)


def poke(conn: sa.Connection, keys: Iterable[str], *, now: datetime) -> None:
    """Something became known about these meetings: judge the latest round of each at once.

    Also when one is being judged right now: it is then due again as soon as that judgement is saved.
    """
    sooner = sa.case(
        (meeting.c.next_look_at <= now, meeting.c.next_look_at), else_=sa.literal(now, meeting.c.next_look_at.type)
    )
    conn.execute(
        sa.update(meeting)
        .where(among(meeting.c.key, keys), ~meeting.c.superseded, ~meeting.c.nameless)
        .values(next_look_at=sooner, news=meeting.c.news + 1)
    )


def due(conn: sa.Connection, *, now: datetime, at_most: int) -> int:
    """How many rounds are due to be judged, counted up to so many."""
    some = sa.select(sa.literal(1)).where(meeting.c.next_look_at <= now).limit(at_most)
    return conn.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0


def save_verdicts(conn: sa.Connection, judged: Sequence[Judged]) -> set[RoundId]:
    """As `save_written`, for judgements that are no rows yet."""
    return save_written(conn, [written(one) for one in judged])


def save_written(conn: sa.Connection, judged: Sequence[Written]) -> set[RoundId]:
    """Save the judgements of one batch and end its leases; a change of phase or outcome is written down.

    Returns the rounds whose lease was lost: nothing of theirs was saved, nor may anything follow from it.
    """
    held = _held(conn, judged)
    saved = [one for one in judged if one.id in held]
    bulk.update_tuples(conn, meeting, ROUND, [_as_of(one, held[one.id]) for one in saved])
    bulk.insert_tuples(conn, transition, CHANGE, [one.change for one in saved if one.change is not None])
    return {one.id for one in judged} - held.keys()


def put_off(conn: sa.Connection, claim: ClaimedMeeting, *, until: datetime) -> None:
    """A round that could not be judged is tried again later, so that it cannot hold up the others."""
    conn.execute(
        sa.update(meeting)
        .where(*_is(*claim.id), meeting.c.lease_token == claim.token)
        .values(next_look_at=until, lease_token=None, lease_until=None)
    )


def absences_by_source(conn: sa.Connection, *, since: datetime) -> dict[str, tuple[int, int]]:
    """For each source that covered meetings judged since then: how many lack their guests, and how many there are."""
    missing = sa.func.count(sa.distinct(sa.case((meeting.c.outcome == Outcome.THEY_ARE_MISSING, meeting.c.key))))
    covered = (evidence.c.meeting == meeting.c.key, evidence.c.round == meeting.c.round, evidence.c.kind == "coverage")
    rows = conn.execute(
        sa.select(evidence.c.source, missing, sa.func.count(sa.distinct(meeting.c.key)))
        # an outer join begins with the few meetings of the hour; an inner one SQLite begins with all the evidence
        .join_from(meeting, evidence, sa.and_(*covered), isouter=True)
        .where(
            meeting.c.start_at >= since - timedelta(hours=1),
            meeting.c.judged_at >= since,
            meeting.c.outcome.not_in([Outcome.WAITING, Outcome.CALLED_OFF, Outcome.NOT_WATCHED]),
        )
        .group_by(evidence.c.source)
    )
    return {source: (gone, decided) for source, gone, decided in rows if source is not None}


def transitions(conn: sa.Connection, key: str, round_: int) -> list[Transition]:
    """Everything that changed about a round, in order."""
    table = transition.c
    rows = conn.execute(
        sa.select(table.phase, table.outcome, table.reasons, table.became_at, table.noticed_at)
        .where(table.meeting == key, table.round == round_)
        .order_by(table.id)
    )
    return [
        Transition(phase=phase, outcome=Outcome(outcome), reasons=tuple(reasons), became_at=became, noticed_at=noticed)
        for phase, outcome, reasons, became, noticed in rows
    ]


def _is(key: str, round_: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return meeting.c.key == key, meeting.c.round == round_


def _stored() -> sa.Select[Any]:
    return sa.select(
        meeting.c.payload.label("meeting"),
        meeting.c.phase,
        meeting.c.verdict,
        meeting.c.next_look_at,
        meeting.c.closed_at,
        meeting.c.superseded,
    )


def _held(conn: sa.Connection, judged: Sequence[Written]) -> dict[RoundId, int]:
    """The rounds that are still leased to us, with how much is known of each by now."""
    tokens = {one.token for one in judged}
    rows = conn.execute(
        sa.select(meeting.c.key, meeting.c.round, meeting.c.news)
        .where(among(meeting.c.key, [one.id[0] for one in judged]), meeting.c.lease_token.in_(tokens))
        .order_by(meeting.c.key)  # as whoever else holds many: two of them never wait for each other
        .with_for_update()
    )
    return {(key, round_): news for key, round_, news in rows.all()}


_NEXT = ROUND.index("next_look_at")


def _as_of(one: Written, news: int) -> tuple[Any, ...]:
    """The row, due again at once where something became known since the claim."""
    return one.round if news == one.news else (*one.round[:_NEXT], one.judged_at, *one.round[_NEXT + 1 :])
