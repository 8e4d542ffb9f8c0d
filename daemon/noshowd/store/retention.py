"""Deleting what is older than it may be, a portion at a time; every function returns how many rows went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.meeting import Meeting, Person, Place
from noshowd.domain.verdict import Verdict
from noshowd.store import offers
from noshowd.store.judged import RoundId
from noshowd.store.mirror_schema import calendar, quarantine, watch
from noshowd.store.schema import (
    answer,
    entry,
    evidence,
    happening,
    identity_link,
    look,
    meeting,
    outbox,
    transition,
    used_token,
    worker,
)

#: Nothing more will happen to a message in one of these.
_OVER = (State.SENT, State.FAILED, State.WITHDRAWN, State.WITHHELD, State.REFUSED, State.EXPIRED, State.RETRACTED)
#: How long the rows of each table are kept: a key of [privacy], or until when.
KEPT = {
    "entry": "evidence",
    "meeting": "verdicts",  # names, titles and places go with the evidence
    "evidence": "evidence",
    "look": "evidence",
    "transition": "verdicts",
    "outbox": "texts",  # offers as long as `offers`
    "happening": "texts",
    "offer": "offers",
    "card": "texts",
    "miss": "misses",
    "answer": "answers",
    "used_token": "answers",
    "outage": "verdicts",
    "identity_link": "evidence",
    "calendar": "evidence",  # counted from the last reading, once nobody watches it
    "watch": "evidence",
    "quarantine": "evidence",
    "worker": "evidence",
    "entry_staging": "until its listing has ended",
    "allowance": "a few minutes",
    "health": "until the configuration has this part no longer",
    "suppression": "until the installation ends",
    "forgotten": "until the installation ends",
    "switch": "until it is turned back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What ended before this instant goes, at most so many rows at once."""

    before: datetime
    limit: int


def clear_offers(conn: sa.Connection, cut: Cut) -> int:
    """Offers that nothing more will happen to, and the messages that carried them."""
    offers.clear(conn, before=cut.before, limit=cut.limit)
    return _clear_outbox(conn, cut, outbox.c.kind == FollowUpKind.RESCHEDULE_OFFER)


def clear_texts(conn: sa.Connection, cut: Cut) -> int:
    """Messages other than offers, with all that is known of their way."""
    return _clear_outbox(conn, cut, outbox.c.kind != FollowUpKind.RESCHEDULE_OFFER)


def clear_answers(conn: sa.Connection, cut: Cut) -> int:
    """Answers that were handled, and the marks of links that were used."""
    conn.execute(sa.delete(used_token).where(used_token.c.used_at < cut.before))
    old = answer.c.stored_at < cut.before, answer.c.handled_at.is_not(None)
    wanted = sa.select(answer.c.answer_id).where(*old).limit(cut.limit)
    return conn.execute(sa.delete(answer).where(answer.c.answer_id.in_(wanted))).rowcount


def clear_entries(conn: sa.Connection, cut: Cut) -> int:
    """Events in the mirror that are over."""
    key = sa.tuple_(entry.c.account, entry.c.calendar, entry.c.entry_id)
    # what ended before then began before then, which an index tells
    over = (entry.c.start_at < cut.before, entry.c.end_at < cut.before)
    wanted = sa.select(entry.c.account, entry.c.calendar, entry.c.entry_id).where(*over)
    return conn.execute(sa.delete(entry).where(key.in_(wanted.limit(cut.limit)))).rowcount


def clear_evidence(conn: sa.Connection, cut: Cut) -> int:
    """Who was seen where, and every name and title of those rounds; outcome and reasons stay."""
    wanted = sa.select(meeting.c.key, meeting.c.round).where(meeting.c.end_at < cut.before, ~meeting.c.nameless)
    rounds = [(key, round_) for key, round_ in conn.execute(wanted.limit(cut.limit))]
    take_names(conn, rounds)
    return len(rounds)


def clear_verdicts(conn: sa.Connection, cut: Cut) -> int:
    """Rounds that keep no names any more, with the history of their outcome."""
    over = (meeting.c.start_at < cut.before, meeting.c.end_at < cut.before)
    wanted = sa.select(meeting.c.key, meeting.c.round).where(*over, meeting.c.nameless)
    rounds = [(key, round_) for key, round_ in conn.execute(wanted.limit(cut.limit))]
    remove_rounds(conn, rounds)
    return len(rounds)


def clear_strays(conn: sa.Connection, cut: Cut) -> int:
    """What belongs to nobody any more: calendars that are not watched, events that could not be understood, and
    workers that have not been heard of.
    """
    unwatched = calendar.c.next_look_at.is_(None), calendar.c.lease_token.is_(None)
    silent = sa.or_(calendar.c.last_success.is_(None), calendar.c.last_success < cut.before)
    gone = [
        sa.delete(calendar).where(*unwatched, silent),
        sa.delete(quarantine).where(quarantine.c.since < cut.before),
        sa.delete(watch).where(watch.c.until < cut.before),
        sa.delete(worker).where(worker.c.heartbeat < cut.before),
        sa.delete(identity_link).where(identity_link.c.learned_at < cut.before),
    ]
    return sum(conn.execute(one).rowcount for one in gone)


def remove_rounds(conn: sa.Connection, rounds: Sequence[RoundId]) -> None:
    """Everything about these rounds but their messages."""
    if not rounds:
        return
    for table in (evidence, look, transition):
        conn.execute(sa.delete(table).where(sa.tuple_(table.c.meeting, table.c.round).in_(rounds)))
    conn.execute(sa.delete(meeting).where(sa.tuple_(meeting.c.key, meeting.c.round).in_(rounds)))


def take_names(conn: sa.Connection, rounds: Sequence[RoundId]) -> None:
    """Evidence, names, titles and places of these rounds go; outcome and reasons stay. None is judged again."""
    if not rounds:
        return
    for table in (evidence, look):
        conn.execute(sa.delete(table).where(sa.tuple_(table.c.meeting, table.c.round).in_(rounds)))
    this = sa.tuple_(meeting.c.key, meeting.c.round).in_(rounds)
    for value, verdict in conn.execute(sa.select(meeting.c.payload, meeting.c.verdict).where(this)).all():
        conn.execute(
            sa.update(meeting)
            .where(meeting.c.key == value.key, meeting.c.round == value.round)
            .values(
                payload=_nameless(value),
                verdict=_without_people(verdict),
                nameless=True,
                next_look_at=None,
                lease_token=None,
                lease_until=None,
            )
        )


def _nameless(value: Meeting) -> Meeting:
    people = tuple(Person(key=f"{p.side.value} {n}", side=p.side, role=p.role) for n, p in enumerate(value.people, 1))
    return Meeting(
        key=value.key,
        round=value.round,
        start=value.start,
        end=value.end,
        place=Place(kind=value.place.kind, platform=value.place.platform),
        people=people,
        policy=value.policy,
        skip=value.skip,
        called_off=value.called_off,
    )


def _without_people(verdict: Verdict | None) -> Verdict | None:
    return None if verdict is None else replace(verdict, people=(), next_look_at=None)


def _clear_outbox(conn: sa.Connection, cut: Cut, kind: sa.ColumnElement[bool]) -> int:
    over = (outbox.c.created_at < cut.before, outbox.c.changed_at < cut.before, outbox.c.state.in_(_OVER))
    old = sa.select(outbox.c.key).where(*over, kind)
    return remove_messages(conn, list(conn.scalars(old.limit(cut.limit))))


def remove_messages(conn: sa.Connection, keys: Sequence[str]) -> int:
    """These messages and their way."""
    if not keys:
        return 0
    conn.execute(sa.delete(happening).where(happening.c.followup.in_(keys)))
    return conn.execute(sa.delete(outbox).where(outbox.c.key.in_(keys))).rowcount
