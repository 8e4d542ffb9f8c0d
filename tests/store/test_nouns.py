"""Looks, calendars, answers, switches, health and people: each remembers what it promises to."""

from __future__ import annotations

from functools import partial

import pytest

from noshowd.ports.answers import Answer
from noshowd.store import answers, calendars, health, looks, people, switches
from noshowd.store.database import Database
from noshowd.store.errors import LeaseLost
from noshowd.store.health import Condition
from noshowd.store.looks import ClaimedLook, GoodLook, PlannedLook
from store.samples import LEASE, MINUTE, NINE, at

ROUND = ("m1", 1)
ANSWER = Answer(answer_id="a1", channel="slack", by="U1", value="not_there", at=NINE)


def plan(database: Database, source: str = "meet", due=NINE) -> None:
    looks_ = [PlannedLook(round_id=ROUND, source=source, next_look_at=due)]
    database.run_sync(lambda conn: looks.plan(conn, looks_))


def claim(database: Database, now=NINE, **more) -> list[ClaimedLook]:
    return database.run_sync(lambda conn: looks.claim_due(conn, now=now, lease=LEASE, limit=9, worker="w1", **more))


def test_a_look_remembers_how_it_went(database: Database):
    plan(database)
    [first] = claim(database)
    assert (first.last_good_look, first.failures) == (None, 0)
    database.run_sync(lambda conn: looks.record_good(conn, first, looked_at=NINE, next_look_at=at(1)))
    [second] = claim(database, at(1))
    assert second.last_good_look == NINE
    database.run_sync(lambda conn: looks.record_bad(conn, second, error="503", next_look_at=at(2)))
    [third] = claim(database, at(2))
    assert (third.last_good_look, third.failures) == (NINE, 1)


def test_planning_a_look_again_moves_it_and_forgets_nothing(database: Database):
    plan(database)
    [first] = claim(database)
    database.run_sync(lambda conn: looks.record_good(conn, first, looked_at=NINE, next_look_at=None))
    assert database.run_sync(lambda conn: looks.next_due(conn, now=NINE)) is None
    plan(database, due=at(5))
    assert database.run_sync(lambda conn: looks.next_due(conn, now=NINE)) == at(5)
    assert database.run_sync(lambda conn: looks.last_good(conn, ROUND)) == {"meet": NINE}


def test_a_look_whose_lease_was_lost_is_not_recorded(database: Database):
    plan(database)
    [slow] = claim(database)
    claim(database, NINE + LEASE)
    with pytest.raises(LeaseLost):
        database.run_sync(lambda conn: looks.record_good(conn, slow, looked_at=NINE, next_look_at=None))


def test_of_looks_that_are_recorded_together_only_those_whose_lease_was_lost_are_not(database: Database):
    plan(database, "meet")
    [slow] = claim(database)
    claim(database, NINE + LEASE)
    plan(database, "zoom")
    [mine] = claim(database, sources=["zoom"])
    good = [GoodLook(claim=one, looked_at=at(1), next_look_at=at(2)) for one in (slow, mine)]
    assert database.run_sync(lambda conn: looks.record_all(conn, good)) == {slow}
    assert database.run_sync(lambda conn: looks.last_good(conn, ROUND)) == {"meet": None, "zoom": at(1)}
    [again] = claim(database, at(2), sources=["zoom"])
    assert again.last_good_look == at(1)


def test_a_worker_may_claim_only_some_sources(database: Database):
    plan(database, "meet")
    plan(database, "zoom")
    assert [one.source for one in claim(database, sources=["zoom"])] == ["zoom"]


def test_calendars_go_on_where_they_stood_and_those_taken_out_are_not_read(database: Database):
    def register(*names: str, now=NINE) -> None:
        database.run_sync(lambda conn: calendars.register(conn, [("google", name) for name in names], now=now))

    def due(now) -> list[str]:
        claimed = database.run_sync(lambda conn: calendars.claim_due(conn, now=now, lease=LEASE, limit=9, worker="w1"))
        later = now + 59 * MINUTE
        for one in claimed:
            database.run_sync(partial(calendars.record_bad, claim=one, error="503", next_look_at=later))
        return [one.calendar for one in claimed]

    register("anna", "ben")
    assert sorted(due(NINE)) == ["anna", "ben"]
    register("anna", "cleo", now=at(1))
    assert due(at(1)) == ["cleo"]
    assert due(at(60)) == ["anna", "cleo"]
    register("anna", "ben", now=at(61))
    assert due(at(61)) == ["ben"]
    states = {one.calendar: one.failures for one in database.run_sync(calendars.states)}
    assert states == {"anna": 2, "ben": 2}


def test_an_answer_is_stored_once_and_handled_once(database: Database):
    assert database.run_sync(lambda conn: answers.put(conn, ANSWER, now=NINE))
    assert not database.run_sync(lambda conn: answers.put(conn, ANSWER, now=at(1)))
    assert database.run_sync(lambda conn: answers.take(conn, limit=5)) == [ANSWER]
    database.run_sync(lambda conn: answers.mark_handled(conn, "a1", "noted", now=at(1)))
    assert database.run_sync(lambda conn: answers.take(conn, limit=5)) == []
    stored = database.run_sync(lambda conn: answers.get(conn, "a1"))
    assert stored is not None
    assert (stored.answer, stored.stored_at, stored.handled_at, stored.result) == (ANSWER, NINE, at(1), "noted")


def test_a_link_that_works_once(database: Database):
    assert database.run_sync(lambda conn: answers.use_token(conn, "d1", now=NINE))
    assert not database.run_sync(lambda conn: answers.use_token(conn, "d1", now=at(1)))


def test_switches_are_set_settled_and_cleared(database: Database):
    database.run_sync(lambda conn: switches.turn(conn, switches.PAUSED, "lunch", by="anna", now=NINE))
    database.run_sync(lambda conn: switches.turn(conn, switches.PAUSED, "holiday", by="ben", now=at(1)))
    paused = database.run_sync(switches.read)[switches.PAUSED]
    assert (paused.value, paused.changed_by, paused.changed_at) == ("holiday", "ben", at(1))

    def settle(value: str) -> str:
        return database.run_sync(lambda conn: switches.settle(conn, switches.INSTALLATION, value, by="run", now=NINE))

    assert (settle("first"), settle("second")) == ("first", "first")
    assert database.run_sync(lambda conn: switches.clear(conn, switches.PAUSED))
    assert not database.run_sync(lambda conn: switches.clear(conn, switches.PAUSED))


def test_health_says_since_when_and_whether_we_told(database: Database):
    def note(condition: Condition, now, error=None) -> health.Health:
        return database.run_sync(lambda conn: health.record(conn, "source:meet", condition, now=now, error=error))

    assert note(Condition.WELL, NINE).last_success == NINE
    assert note(Condition.FAILING, at(1), "503").since == at(1)
    again = note(Condition.FAILING, at(2), "504")
    assert (again.since, again.failures, again.last_error, again.told_at) == (at(1), 2, "504", None)
    database.run_sync(lambda conn: health.told(conn, "source:meet", now=at(3)))
    assert note(Condition.FAILING, at(4), "504").told_at == at(3)
    well = note(Condition.WELL, at(5))
    assert (well.since, well.failures, well.last_error, well.told_at) == (at(5), 0, "504", None)
    assert database.run_sync(health.read) == [well]


def test_workers_are_known_by_their_heartbeat(database: Database):
    for minute in (0, 1):
        database.run_sync(partial(health.beat, name="w1", version="1", started_at=NINE, now=at(minute)))
    [worker] = database.run_sync(health.workers)
    assert (worker.name, worker.started_at, worker.heartbeat) == ("w1", NINE, at(1))


def test_learnt_ids_and_who_wants_no_messages(database: Database):
    database.run_sync(lambda conn: people.learn(conn, "meet:1", "anna", now=NINE))
    database.run_sync(lambda conn: people.learn(conn, "meet:1", "ben", now=at(1)))
    known = database.run_sync(lambda conn: people.provider_ids(conn, ["anna", "ben"]))
    assert known == {"anna": (), "ben": ("meet:1",)}
    for _ in range(2):
        database.run_sync(lambda conn: people.suppress(conn, "hash", now=NINE))
    assert database.run_sync(lambda conn: people.suppressed(conn, ["hash", "other"])) == {"hash"}
