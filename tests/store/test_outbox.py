"""A follow-up goes into the outbox once, leaves it under a lease, and every step of its way is kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, Happening, IllegalStepError, State
from noshowd.ports.channel import Carries, Parcel, Receipt, Recipient
from noshowd.store import outbox
from noshowd.store.database import Database
from noshowd.store.errors import LeaseLost
from noshowd.store.judged import NewRow
from noshowd.store.outbox import OutboxRow
from store.samples import LEASE, NINE, at, followup

NUDGE = followup()
KEY = str(NUDGE.key)
PARCEL = Parcel(
    key=KEY, carries=Carries.TO_OUR_SIDE, recipient=Recipient(slack="anna"), subject="Review", text="You are expected"
)
RECEIPT = Receipt(channel="slack", ref="C1/1700000000.1", at=at(1))


def queue(database: Database, *followups, state=State.QUEUED, due=NINE) -> None:
    rows = [NewRow(followup=one, state=state, next_try_at=due) for one in followups]
    database.run_sync(lambda conn: outbox.add(conn, rows, now=NINE))


def claim(database: Database, now=NINE, worker="w1", **more) -> list[OutboxRow]:
    return database.run_sync(lambda conn: outbox.claim_due(conn, now=now, lease=LEASE, limit=10, worker=worker, **more))


def mark_sending(database: Database, token: str | None, now=NINE) -> None:
    assert token is not None
    database.run_sync(
        lambda conn: outbox.mark_sending(conn, KEY, token, now=now, lease=LEASE, channel="slack", parcel=PARCEL)
    )


def record(database: Database, what: Happening, now=NINE, **more) -> State:
    return database.run_sync(lambda conn: outbox.record(conn, KEY, what, now=now, **more))


def stored(database: Database) -> OutboxRow:
    row = database.run_sync(lambda conn: outbox.get(conn, KEY))
    assert row is not None
    return row


def test_adding_twice_changes_nothing(database: Database):
    queue(database, NUDGE)
    queue(database, NUDGE, state=State.WITHHELD, due=None)
    assert stored(database).state is State.QUEUED
    assert database.run_sync(lambda conn: conn.scalar(sa.text("SELECT count(*) FROM outbox"))) == 1


def test_the_way_of_a_message(database: Database):
    queue(database, NUDGE)
    [mine] = claim(database)
    assert mine.followup == NUDGE
    mark_sending(database, mine.token)
    assert record(database, Happening.DELIVERED, now=at(1), token=mine.token, receipt=RECEIPT) is State.SENT
    row = stored(database)
    assert (row.state, row.parcel, row.receipt, row.sent_at, row.attempts) == (State.SENT, PARCEL, RECEIPT, at(1), 1)
    steps = database.run_sync(lambda conn: outbox.story(conn, KEY))
    assert [(one.happening, one.state, one.at) for one in steps] == [
        (Happening.CLAIMED, State.SENDING, NINE),
        (Happening.DELIVERED, State.SENT, at(1)),
    ]
    assert database.run_sync(lambda conn: outbox.next_due(conn, now=at(9))) is None


def test_a_message_withdrawn_after_the_claim_is_not_sent(database: Database):
    queue(database, NUDGE)
    [mine] = claim(database)
    record(database, Happening.WITHDRAWN, reason="joined")
    with pytest.raises(LeaseLost):
        mark_sending(database, mine.token)
    assert stored(database).state is State.WITHDRAWN


def test_a_worker_that_slept_past_its_lease_does_not_send(database: Database):
    queue(database, NUDGE)
    [slow] = claim(database)
    [quick] = claim(database, now=NINE + LEASE, worker="w2")
    with pytest.raises(LeaseLost):
        mark_sending(database, slow.token, now=NINE + LEASE)
    mark_sending(database, quick.token, now=NINE + LEASE)


def test_what_is_found_in_sending_is_handed_out_only_after_its_lease(database: Database):
    queue(database, NUDGE)
    [dead] = claim(database)
    mark_sending(database, dead.token)
    assert claim(database, now=NINE + LEASE / 2) == []
    assert database.run_sync(lambda conn: outbox.next_due(conn, now=NINE)) == NINE + LEASE
    [found] = claim(database, now=NINE + LEASE, worker="w2")
    assert (found.state, found.parcel) == (State.SENDING, PARCEL)
    with pytest.raises(LeaseLost):
        record(database, Happening.DELIVERED, token=dead.token)
    assert record(database, Happening.IN_DOUBT, token=found.token) is State.UNCERTAIN


def test_a_failed_attempt_comes_again_when_it_is_due(database: Database):
    queue(database, NUDGE)
    [mine] = claim(database)
    mark_sending(database, mine.token)
    record(database, Happening.NOT_SENT, token=mine.token, next_try_at=at(2), reason="429")
    assert claim(database, now=at(1)) == []
    [again] = claim(database, now=at(2))
    assert (again.attempts, again.reason) == (1, "429")


def test_a_step_that_the_table_does_not_have_raises(database: Database):
    queue(database, NUDGE)
    with pytest.raises(IllegalStepError):
        record(database, Happening.DELIVERED)


def test_postponing_changes_nothing_but_the_instant(database: Database):
    queue(database, NUDGE)
    [mine] = claim(database)
    token = mine.token or ""
    database.run_sync(lambda conn: outbox.postpone(conn, KEY, token=token, next_try_at=at(7)))
    assert (stored(database).state, stored(database).next_try_at) == (State.QUEUED, at(7))


def test_rows_are_found_by_round_and_by_what_they_concern(database: Database):
    question = followup(kind=FollowUpKind.APPROVAL, step="ask", concerns=KEY)
    queue(database, NUDGE, question)
    of_rounds = database.run_sync(lambda conn: outbox.of_rounds(conn, [("m1", 1), ("m1", 2)]))
    assert {row.followup for row in of_rounds["m1", 1]} == {NUDGE, question}
    assert of_rounds["m1", 2] == []
    assert [row.followup for row in database.run_sync(lambda conn: outbox.concerning(conn, KEY))] == [question]


def test_what_was_sent_is_counted_by_person_and_kind(database: Database):
    queue(database, NUDGE)
    [mine] = claim(database)
    mark_sending(database, mine.token)
    record(database, Happening.DELIVERED, now=at(1), token=mine.token, receipt=RECEIPT)

    def count(since, **more):
        return database.run_sync(lambda conn: outbox.sent_since(conn, since, **more))

    assert count(NINE, kinds=[FollowUpKind.NUDGE]) == 1
    assert count(NINE, kinds=[FollowUpKind.NUDGE], person="ben@ours.example") == 0
    assert count(NINE, kinds=[FollowUpKind.RESCHEDULE_OFFER]) == 0
    assert count(at(2), kinds=[FollowUpKind.NUDGE]) == 0
