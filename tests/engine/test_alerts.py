"""Whoever looks after noshowd is told of a trouble once, and once of its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from noshowd.domain.followup import State
from noshowd.engine.alerts import tell
from noshowd.store import health, outbox
from noshowd.store.database import Database
from noshowd.store.health import Condition

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDA = "ida@us.example"


@pytest.fixture
def told(database: Database):
    """Reports how parts are, keeps house, and says what Ida is told."""

    def report(minute: int, condition: Condition, *parts: str, error: str | None = "invalid_grant") -> list[str]:
        now = NOW + timedelta(minutes=minute)

        def work(conn):
            before = {row.key for row in outbox.in_state(conn, State.QUEUED)}
            for part in parts:
                health.record(conn, part, condition, now=now, error=error)
            tell(conn, (IDA,), now=now)
            new = [row for row in outbox.in_state(conn, State.QUEUED) if row.key not in before]
            return [row.followup.key.step.rpartition(":")[0] for row in new]

        return database.run_sync(work)

    return report


def test_an_account_and_what_works_through_it_are_one_trouble(told):
    assert told(0, Condition.STOPPED, "account:google") == ["blind:account:google"]
    assert told(1, Condition.STOPPED, "source:meet", "channel:gmail") == []
    assert told(30, Condition.WELL, "account:google", error=None) == []
    assert told(31, Condition.WELL, "channel:gmail", error=None) == []
    assert told(32, Condition.WELL, "source:meet", error=None) == ["recovered:account:google"]


def test_two_accounts_are_two_troubles(told):
    assert told(0, Condition.STOPPED, "account:google") == ["blind:account:google"]
    assert told(1, Condition.STOPPED, "account:microsoft") == ["blind:account:microsoft"]
    assert told(2, Condition.WELL, "account:google", error=None) == ["recovered:account:google"]


def test_other_reasons_are_other_troubles(told):
    told(0, Condition.STOPPED, "account:google")
    assert told(1, Condition.STOPPED, "source:meet", error="accessNotConfigured") == ["blind:source:meet"]
