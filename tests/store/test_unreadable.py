"""A stored value that cannot be read holds up nothing but itself."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.domain.followup import State
from noshowd.store import leases, meetings, outbox
from noshowd.store.database import Database
from noshowd.store.judged import NewRow
from noshowd.store.texts import instant
from store.samples import LEASE, NINE, at, followup, meeting


def test_a_meeting_that_cannot_be_read_is_put_off_and_the_others_are_judged(database: Database):
    def fill(conn: sa.Connection) -> None:
        for key in ("m1", "m2", "m3"):
            meetings.put(conn, meeting(key), now=NINE, next_look_at=NINE)
        conn.execute(sa.text("UPDATE meeting SET payload = '{\"key\": 7}' WHERE key = 'm2'"))

    def claim(conn: sa.Connection, now=NINE) -> list[str]:
        claimed = meetings.claim_due(conn, now=now, lease=LEASE, limit=10, worker="w1")
        return sorted(one.meeting.key for one in claimed)

    database.run_sync(fill)
    assert database.run_sync(claim) == ["m1", "m3"]
    assert database.run_sync(lambda conn: meetings.next_due(conn, now=NINE)) == NINE + LEASE
    assert database.run_sync(lambda conn: claim(conn, NINE + LEASE)) == ["m1", "m3"]
    put_off = sa.text("SELECT next_look_at FROM meeting WHERE key = 'm2'")
    due = instant(database.run_sync(lambda conn: conn.scalar(put_off)))
    assert due == NINE + leases.UNREADABLE_PAUSE


def test_a_follow_up_that_cannot_be_read_is_put_off_and_the_others_are_sent(database: Database):
    good, bad = followup("m1"), followup("m2")

    def fill(conn: sa.Connection) -> None:
        rows = [NewRow(followup=one, state=State.QUEUED, next_try_at=NINE) for one in (good, bad)]
        outbox.add(conn, rows, now=NINE)
        conn.execute(sa.text("UPDATE outbox SET followup = '[]' WHERE meeting = 'm2'"))

    database.run_sync(fill)
    claimed = database.run_sync(lambda conn: outbox.claim_due(conn, now=at(1), lease=LEASE, limit=10, worker="w1"))
    assert [row.followup for row in claimed] == [good]
