"""Between making a plan and saving it, deliveries go on: what they settled stays as it is."""

from __future__ import annotations

import pytest

from noshowd.domain.followup import FollowUp, Happening, State, Withheld
from noshowd.domain.plan import Plan
from noshowd.engine.judging.undo import undo
from noshowd.store import outbox
from noshowd.store.database import Database
from noshowd.store.judged import NewRow
from store.samples import NINE, followup


@pytest.fixture
def queued(database: Database) -> FollowUp:
    planned = followup()
    row = NewRow(followup=planned, state=State.QUEUED, next_try_at=NINE)
    database.run_sync(lambda conn: outbox.add(conn, [row], now=NINE))
    return planned


@pytest.fixture
def withdrawal(queued: FollowUp) -> Plan:
    return Plan(withdraw=((queued.key, Withheld.HELD),))


def state_after(database: Database, plan: Plan, planned: FollowUp) -> State:
    database.run_sync(lambda conn: undo(conn, plan, now=NINE))
    row = database.run_sync(lambda conn: outbox.get(conn, str(planned.key)))
    assert row is not None
    return row.state


def test_what_waits_is_withdrawn(database: Database, queued: FollowUp, withdrawal: Plan):
    assert state_after(database, withdrawal, queued) is State.WITHDRAWN


def test_what_was_withheld_meanwhile_stays_withheld(database: Database, queued: FollowUp, withdrawal: Plan):
    database.run_sync(lambda conn: outbox.record(conn, str(queued.key), Happening.WITHHELD, now=NINE))
    assert state_after(database, withdrawal, queued) is State.WITHHELD


def test_what_is_leaving_meanwhile_goes_on(database: Database, queued: FollowUp, withdrawal: Plan):
    database.run_sync(lambda conn: outbox.record(conn, str(queued.key), Happening.CLAIMED, now=NINE))
    assert state_after(database, withdrawal, queued) is State.SENDING
