"""With a hundred thousand rows stored, the questions of an idle daemon touch only what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from noshowd.domain.evidence import Observation
from noshowd.domain.followup import FollowUpKey, FollowUpKind
from noshowd.runtime import metrics
from noshowd.store import (
    answers,
    calendars,
    cards,
    entries,
    evidence,
    figures,
    leases,
    looks,
    meetings,
    misses,
    offers,
    outages,
    outbox,
    retention,
    threads,
)
from noshowd.store.database import Database
from noshowd.store.evidence import Look
from noshowd.store.looks import ClaimedLook, GoodLook
from noshowd.store.retention import Cut
from noshowd.store.texts import micros
from store.samples import LEASE, MINUTE, NINE, at, coverage

ROWS = 100_000
#: Of SQLite's virtual machine, for one look-up; visiting each row once would take several hundred thousand.
MOST_STEPS = 3_000

NOTHING = Cut(before=at(-2_000_000), limit=10)
KEY = FollowUpKey(meeting="m9", round=1, person="p9", kind=FollowUpKind.NUDGE, step="nudge")
CLAIM: dict[str, Any] = {"now": at(1), "lease": LEASE, "limit": 10, "worker": "w1"}
CLAIMED = ClaimedLook(round_id=("q7", 1), source="meet", due=NINE, last_good_look=None, failures=0, token="w1:1")
GOOD = GoodLook(claim=CLAIMED, looked_at=at(1), next_look_at=at(2))
LOOK = Look(round_id=("q7", 1), source="meet", seen=Observation(coverages=(coverage(NINE, at(1)),)), looked_at=at(1))
LOOKUPS: dict[str, Callable[[sa.Connection], object]] = {
    "meetings.claim_due": lambda conn: meetings.claim_due(conn, **CLAIM),
    "meetings.next_due": lambda conn: meetings.next_due(conn, now=at(1)),
    "meetings.rounds": lambda conn: meetings.rounds(conn, {("q7", 1), ("q8", 1)}),
    "meetings.between": lambda conn: meetings.between(conn, NINE, NINE + MINUTE),
    "looks.claim_due": lambda conn: looks.claim_due(conn, **CLAIM),
    "looks.record_all": lambda conn: looks.record_all(conn, [GOOD]),
    "looks.next_due": lambda conn: looks.next_due(conn, now=at(1)),
    "outbox.claim_due": lambda conn: outbox.claim_due(conn, **CLAIM),
    "outbox.next_due": lambda conn: outbox.next_due(conn, now=at(1)),
    "outbox.of_rounds": lambda conn: outbox.of_rounds(conn, [("m7", 1)]),
    "outbox.concerning": lambda conn: outbox.concerning(conn, "f7"),
    "outbox.sent_since": lambda conn: outbox.sent_since(conn, at(-5), kinds=[FollowUpKind.NUDGE]),
    "outbox.sent_or_leaving": lambda conn: outbox.sent_or_leaving(conn, at(-5), now=at(1), kinds=[FollowUpKind.NUDGE]),
    "calendars.claim_due": lambda conn: calendars.claim_due(conn, **CLAIM),
    "calendars.next_due": lambda conn: calendars.next_due(conn, now=at(1)),
    "answers.take": lambda conn: answers.take(conn, limit=10),
    "evidence.append_looks": lambda conn: evidence.append_looks(conn, [LOOK], now=at(1)),
    "evidence.load": lambda conn: evidence.load(conn, [("m7", 1), ("m8", 1)]),
    "leases.release_all": lambda conn: leases.release_all(conn, now=at(1)),
    "offers.claim_due": lambda conn: offers.claim_due(conn, **CLAIM),
    "offers.taken": lambda conn: offers.taken(conn, ["p7", "p8"]),
    "offers.next_due": lambda conn: offers.next_due(conn, now=at(1)),
    # before something is judged or sent
    "meetings.latest": lambda conn: meetings.latest(conn, ["m7", "m8"]),
    "meetings.absences_by_source": lambda conn: meetings.absences_by_source(conn, since=at(600)),
    "outbox.being_asked": lambda conn: outbox.being_asked(conn, now=at(600), within=MINUTE),
    "entries.between": lambda conn: entries.between(conn, at(600), at(660)),
    "entries.copies": lambda conn: entries.copies(conn, ["u7", "u8"]),
    "threads.first_receipt": lambda conn: threads.first_receipt(conn, KEY, "slack"),
    # in housekeeping, when nothing is over for long enough
    "retention.clear_offers": lambda conn: retention.clear_offers(conn, NOTHING),
    "retention.clear_texts": lambda conn: retention.clear_texts(conn, NOTHING),
    "retention.clear_answers": lambda conn: retention.clear_answers(conn, NOTHING),
    "retention.clear_entries": lambda conn: retention.clear_entries(conn, NOTHING),
    "retention.clear_evidence": lambda conn: retention.clear_evidence(conn, NOTHING),
    "retention.clear_verdicts": lambda conn: retention.clear_verdicts(conn, NOTHING),
    "cards.claim_due": lambda conn: cards.claim_due(conn, **CLAIM),
    "cards.next_due": lambda conn: cards.next_due(conn, now=at(1)),
    "cards.place": lambda conn: cards.place(conn, KEY, "slack", now=at(1)),
    "cards.poke": lambda conn: cards.poke(conn, ["m7"], now=at(1)),
    "misses.of": lambda conn: misses.of(conn, ["d7"], since=at(-5)),
    "misses.replace": lambda conn: misses.replace(conn, "m7", ["d8"], at=at(1)),
    "misses.clear": lambda conn: misses.clear(conn, before=NOTHING.before),
    "cards.clear": lambda conn: cards.clear(conn, before=NOTHING.before, limit=10),
    "outages.clear": lambda conn: outages.clear(conn, before=NOTHING.before),
    # for the metrics, of a day on which nothing happened
    "figures.outcomes": lambda conn: figures.outcomes(conn, since=at(600)),
    "figures.noticed_after": lambda conn: figures.noticed_after(conn, since=at(600)),
    "figures.sent_after": lambda conn: figures.sent_after(conn, since=at(600)),
}

COUNTED = f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
#: Closed meetings with all that belongs to them; nothing is due before next year.
FILL = {
    "meeting": (
        "key, round, start_at, end_at, payload, superseded, news, next_look_at",
        "'m' || i, 1, :then - i * 60000000, :then, '{}', false, 0, CASE WHEN i % 2 = 0 THEN :later + i END",
    ),
    "look": (
        "meeting, round, source, next_look_at, failures",
        "'m' || i, 1, 'meet', CASE WHEN i % 2 = 0 THEN :later + i END, 0",
    ),
    "outbox": (
        """key, meeting, round, person, kind, followup, concerns, shadow, attempts, created_at, changed_at, sent_at,
        state, next_try_at""",
        """'f' || i, 'm' || i, 1, 'p' || (i % 50), 'nudge', '{}', 'f' || (i + 1), false, 1, :then, :then,
        :then - i * 60000000, CASE WHEN i % 2 = 0 THEN 'queued' ELSE 'sent' END,
        CASE WHEN i % 2 = 0 THEN :later + i END""",
    ),
    "evidence": (
        "meeting, round, kind, number, source, noted_at, payload",
        "'m' || i, 1, 'sighting', 1, 'meet', :then, 'x'",
    ),
    "calendar": (
        "account, calendar, format, failures, next_look_at",
        "'google', 'c' || i, 1, 0, :later + i",
    ),
    "answer": (
        "answer_id, payload, stored_at, handled_at",
        "'a' || i, '{}', :then, :then",
    ),
    "transition": (
        "meeting, round, outcome, reasons, became_at, noticed_at",
        "'m' || i, 1, 'held', '[]', :then, :then",
    ),
    "entry": (
        "account, calendar, entry_id, uid, start_at, end_at, payload",
        "'google', 'c' || (i % 50), 'e' || i, 'u' || i, :then, :then, '{}'",
    ),
    "offer": (
        "key, meeting, round, person, state, payload, attempts, created_at, changed_at, next_try_at",
        "'f' || i, 'm' || i, 1, 'p' || i, 'open', '{}', 0, :then, :then, CASE WHEN i % 2 = 0 THEN :later + i END",
    ),
    "card": (
        "meeting, round, person, channel, root, news, attempts, created_at, next_try_at",
        "'m' || i, 1, 'p' || (i % 50), 'slack', 'f' || i, 0, 0, :then, CASE WHEN i % 2 = 0 THEN :later + i END",
    ),
    "miss": ("digest, meeting, missed_at", "'d' || (i % 5000), 'm' || i, :then"),
    "outage": ("part, began, ended", "'source:meet', :then + i, :then + i"),
    "used_token": ("digest, used_at", "'t' || i, :then"),
}


@pytest.fixture
def full(database: Database) -> Database:
    def fill(conn: sa.Connection) -> None:
        values = {"then": micros(at(-60)), "later": micros(at(525_600))}
        for table, (columns, row) in FILL.items():
            conn.execute(sa.text(f"INSERT INTO {table} ({columns}) {COUNTED} SELECT {row} FROM n"), values)
        # The look-ups ask for these and would stumble over their made-up values.
        conn.execute(sa.text("DELETE FROM outbox WHERE meeting = 'm7' OR concerns = 'f7'"))
        conn.execute(sa.text("DELETE FROM evidence WHERE meeting IN ('m7', 'm8')"))
        conn.execute(sa.text("DELETE FROM meeting WHERE key IN ('m7', 'm8')"))
        conn.execute(sa.text("DELETE FROM entry WHERE uid IN ('u7', 'u8')"))

    database.run_sync(fill)
    return database


def test_look_ups_touch_only_what_is_due(full: Database):
    for name, lookup in LOOKUPS.items():
        with questions(full) as (plans, steps):
            full.run_sync(lookup)
        assert plans, name
        for plan in plans:
            assert "Seq Scan" not in plan, f"{name}: {plan}"
        assert steps[0] < MOST_STEPS, f"{name}: {steps[0]} steps"


def test_what_prometheus_asks_for_touches_what_is_unfinished_or_of_a_day(full: Database):
    def finish_most(conn: sa.Connection) -> None:
        # the questions read what they touch, which made-up values would not bear
        most = "meeting NOT IN ('m2', 'm4', 'm8', 'm10')"
        conn.execute(sa.text(f"UPDATE outbox SET next_try_at = NULL, state = 'sent' WHERE {most}"))
        conn.execute(sa.text("UPDATE outbox SET state = 'uncertain', next_try_at = NULL WHERE meeting = 'm2'"))
        conn.execute(sa.text("DELETE FROM calendar WHERE calendar NOT IN ('c1', 'c2')"))

    full.run_sync(finish_most)
    full.run_sync(lambda conn: conn.execute(sa.text("ANALYZE")))
    with questions(full) as (plans, steps):
        text = full.run_sync(lambda conn: metrics.exposition(conn, at(60 * 24 * 7)).decode())
    assert 'noshowd_messages{kind="nudge",state="uncertain"} 1.0' in text
    assert 'noshowd_messages{kind="nudge",state="queued"} 3.0' in text
    assert steps[0] < MOST_STEPS
    large = [f"Seq Scan on {table}" for table in FILL if table != "calendar"]
    assert not [plan for plan in plans for scan in large if scan in plan]


@contextmanager
def questions(database: Database) -> Iterator[tuple[list[str], list[int]]]:
    """The plans of the statements that run meanwhile (PostgreSQL) and the steps they take (SQLite)."""
    plans: list[str] = []
    steps = [0]

    def explain(conn, cursor, statement, parameters, context, many) -> None:
        if statement.startswith(("EXPLAIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            return
        if conn.dialect.name == "sqlite":
            plans.append(statement)
            cursor.connection.set_progress_handler(count, 10)
        else:
            rows = conn.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()
            plans.append("\n".join(rows))

    def count() -> None:
        steps[0] += 10

    engine = database._engine
    sa.event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans, steps
    finally:
        sa.event.remove(engine, "before_cursor_execute", explain)
