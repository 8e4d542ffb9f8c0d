"""A process that sends one message, and can be held at any step of it.

    python sender.py DATABASE STEP

Works through claim, `sending`, record. On reaching STEP it prints `here` and waits for a line; then it goes on and
prints how it ended: `sent`, or `lost` when its lease was taken away meanwhile.
"""

from __future__ import annotations

import sys

import sqlalchemy as sa

from noshowd.domain.followup import Happening
from noshowd.store import outbox
from noshowd.store.database import open_database
from noshowd.store.errors import LeaseLost
from store.samples import LEASE, NINE, at
from store.test_outbox import KEY, PARCEL, RECEIPT

STEPS = ("claiming", "claimed", "marking", "marked", "recording", "recorded")


def main(url: str, hold_at: str) -> None:
    def reached(step: str) -> None:
        if step == hold_at:
            print("here", flush=True)
            sys.stdin.readline()

    def claim(conn: sa.Connection) -> str:
        [row] = outbox.claim_due(conn, now=NINE, lease=LEASE, limit=1, worker="first")
        reached("claiming")
        assert row.token is not None
        return row.token

    def mark(conn: sa.Connection) -> None:
        outbox.mark_sending(conn, KEY, token, now=NINE, lease=LEASE, channel="slack", parcel=PARCEL)
        reached("marking")

    def record(conn: sa.Connection) -> None:
        outbox.record(conn, KEY, Happening.DELIVERED, now=at(0.1), token=token, receipt=RECEIPT)
        reached("recording")

    with open_database(url) as database:
        token = database.run_sync(claim)
        reached("claimed")
        try:
            database.run_sync(mark)
            reached("marked")
            database.run_sync(record)
        except LeaseLost:
            print("lost", flush=True)
            return
        reached("recorded")
        print("sent", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
