"""Meetings are claimed, judged and saved; what became known meanwhile is never overlooked."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import ExitStack
from functools import partial

import sqlalchemy as sa

from noshowd.domain.verdict import Outcome
from noshowd.store import meetings
from noshowd.store.database import Database, open_database
from noshowd.store.judged import ClaimedMeeting, Judged
from store.samples import LEASE, NINE, at, meeting, verdict

#: When a judgement asks for the next look.
LATER = at(5)


def claim(conn: sa.Connection, now=NINE, limit=10, worker="w1") -> list[ClaimedMeeting]:
    return meetings.claim_due(conn, now=now, lease=LEASE, limit=limit, worker=worker)


def judged(one: ClaimedMeeting, *, now=NINE, outcome=Outcome.WAITING, next_look_at=LATER) -> Judged:
    return Judged(claim=one, verdict=verdict(now, outcome), phase="watching", next_look_at=next_look_at, became_at=now)


def put(database: Database, *keys: str, due=NINE) -> None:
    database.run_sync(lambda conn: [meetings.put(conn, meeting(key), now=NINE, next_look_at=due) for key in keys])


def test_a_meeting_comes_back_as_it_was_put(database: Database):
    put(database, "m1")
    stored = database.run_sync(lambda conn: meetings.get(conn, "m1"))
    assert stored is not None
    assert stored.meeting == meeting("m1")
    assert (stored.next_look_at, stored.verdict, stored.superseded) == (NINE, None, False)


def test_putting_the_same_twice_changes_nothing(database: Database):
    put(database, "m1", due=at(30))
    assert not database.run_sync(lambda conn: meetings.put(conn, meeting("m1"), now=at(1), next_look_at=at(2)))
    assert database.run_sync(lambda conn: meetings.next_due(conn, now=NINE)) == at(30)


def test_a_changed_meeting_is_judged_again_at_once(database: Database):
    put(database, "m1", due=at(30))
    database.run_sync(lambda conn: meetings.put(conn, meeting("m1", title="Other"), now=at(1), next_look_at=None))
    assert database.run_sync(lambda conn: meetings.next_due(conn, now=NINE)) == at(1)


def test_a_later_round_supersedes_the_earlier(database: Database):
    put(database, "m1")
    moved = meeting("m1", round_=2, start=at(60))
    database.run_sync(lambda conn: meetings.put(conn, moved, now=NINE, next_look_at=at(60)))
    first, latest = database.run_sync(lambda conn: (meetings.get(conn, "m1", 1), meetings.latest(conn, ["m1"])))
    assert first is not None
    assert first.superseded
    assert latest["m1"].meeting == moved
    assert database.run_sync(lambda conn: meetings.next_due(conn, now=NINE)) == at(60)


def test_two_workers_claim_different_meetings(database: Database):
    put(database, *(f"m{n}" for n in range(10)))
    first = database.run_sync(lambda conn: claim(conn, limit=6, worker="w1"))
    second = database.run_sync(lambda conn: claim(conn, limit=6, worker="w2"))
    assert len(first) == 6
    assert len(second) == 4
    assert not {one.id for one in first} & {one.id for one in second}


async def test_workers_that_claim_at_the_same_time_share_without_overlap(database_url: str):
    async def work(database: Database, name: str) -> list[str]:
        mine: list[str] = []
        while claimed := await database.run(lambda conn: claim(conn, limit=7, worker=name)):
            mine += [one.meeting.key for one in claimed]
        return mine

    keys = [f"m{n:03}" for n in range(200)]
    with ExitStack() as stack:
        workers = [stack.enter_context(open_database(database_url)) for _ in range(3)]
        put(workers[0], *keys)
        shares = await asyncio.gather(*(work(one, f"w{n}") for n, one in enumerate(workers)))
    assert sorted(itertools.chain(*shares)) == keys


def test_a_lease_that_ended_is_lost_to_the_next_claim(database: Database):
    put(database, "m1")
    [slow] = database.run_sync(claim)
    [quick] = database.run_sync(lambda conn: claim(conn, now=NINE + LEASE, worker="w2"))
    assert database.run_sync(lambda conn: meetings.save_verdicts(conn, [judged(slow)])) == {("m1", 1)}
    assert database.run_sync(lambda conn: meetings.save_verdicts(conn, [judged(quick, now=at(1))])) == set()
    stored = database.run_sync(lambda conn: meetings.get(conn, "m1"))
    assert stored is not None
    assert stored.verdict == verdict(at(1))


def test_a_leased_meeting_is_due_when_its_lease_ends(database: Database):
    put(database, "m1")
    database.run_sync(claim)
    assert database.run_sync(lambda conn: meetings.next_due(conn, now=NINE)) == NINE + LEASE


def test_news_during_a_judgement_has_it_judged_again(database: Database):
    put(database, "m1")
    [one] = database.run_sync(claim)
    database.run_sync(lambda conn: meetings.poke(conn, ["m1"], now=at(1)))
    database.run_sync(lambda conn: meetings.save_verdicts(conn, [judged(one, now=at(1), next_look_at=None)]))
    assert database.run_sync(lambda conn: meetings.next_due(conn, now=at(1))) == at(1)


def test_only_changes_are_written_down(database: Database):
    put(database, "m1")
    for minute, outcome in ((0, Outcome.WAITING), (1, Outcome.WAITING), (2, Outcome.HELD)):
        [one] = database.run_sync(partial(claim, now=at(minute)))
        row = judged(one, now=at(minute), outcome=outcome, next_look_at=at(minute + 1))
        database.run_sync(partial(meetings.save_verdicts, judged=[row]))
    seen = database.run_sync(lambda conn: meetings.transitions(conn, "m1", 1))
    assert [(t.outcome, t.noticed_at) for t in seen] == [(Outcome.WAITING, NINE), (Outcome.HELD, at(2))]
    assert seen[0].reasons == ("gap", "no_coverage")
