"""Evidence is only ever added; what counts for judging is the last word of each source about each stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noshowd.domain.evidence import (
    CallRecord,
    CallResult,
    Direction,
    Evidence,
    Observation,
    Said,
    Statement,
)
from noshowd.store import evidence, meetings
from noshowd.store.database import Database
from store.samples import LEASE, NINE, at, coverage, meeting, sighting

ROUND = ("m1", 1)
CALL = CallRecord(
    source="sipgate",
    call="c1",
    direction=Direction.OUT,
    our_line="+498923714480",
    their_number=None,
    began=NINE,
    result=CallResult.RINGING,
)


@pytest.fixture
def watched(database: Database) -> Database:
    database.run_sync(lambda conn: meetings.put(conn, meeting(), now=NINE, next_look_at=at(30)))
    return database


def append(database: Database, *, now=NINE, **seen) -> bool:
    return database.run_sync(lambda conn: evidence.append(conn, *ROUND, Observation(**seen), now=now))


def load(database: Database) -> Evidence:
    return database.run_sync(lambda conn: evidence.load(conn, [ROUND]))[ROUND]


def test_evidence_comes_back_as_it_was(watched: Database):
    said = Statement(by="anna@ours.example", at=at(3), said=Said.NOT_THERE)
    append(watched, sightings=(sighting(),), calls=(CALL,), coverages=(coverage(NINE, at(1)),))
    watched.run_sync(lambda conn: evidence.say(conn, *ROUND, said, now=at(3)))
    assert load(watched) == Evidence(
        sightings=(sighting(),), calls=(CALL,), coverages=(coverage(NINE, at(1)),), statements=(said,)
    )


def test_a_round_without_evidence_has_an_empty_one(watched: Database):
    assert load(watched) == Evidence()


def test_news_has_the_meeting_judged_at_once_and_repeats_do_not(watched: Database):
    assert append(watched, now=at(1), sightings=(sighting(),))
    [claimed] = watched.run_sync(lambda conn: meetings.claim_due(conn, now=at(1), lease=LEASE, limit=1, worker="w1"))
    assert not append(watched, now=at(2), sightings=(sighting(),))
    assert watched.run_sync(lambda conn: evidence.history(conn, *ROUND))[0].noted_at == at(1)
    assert claimed.news == 1


def test_a_later_sighting_of_the_same_stay_replaces_the_earlier(watched: Database):
    left = sighting(until=at(20))
    append(watched, now=at(1), sightings=(sighting(), sighting("stay-2")))
    append(watched, now=at(21), sightings=(left,))
    assert set(load(watched).sightings) == {sighting("stay-2"), left}
    noted = watched.run_sync(lambda conn: evidence.history(conn, *ROUND))
    assert [(one.fact, one.replaced_at) for one in noted] == [
        (sighting(), at(21)),
        (sighting("stay-2"), None),
        (left, None),
    ]


def test_a_later_call_record_replaces_the_earlier(watched: Database):
    ended = replace(CALL, result=CallResult.NO_ANSWER, ended=at(1))
    append(watched, calls=(CALL, ended))
    assert load(watched).calls == (ended,)


def look(database: Database, source: str, minute: float, *calls: CallRecord) -> tuple[CallRecord, ...]:
    """What counts after a whole look at this source."""
    seen, now = Observation(calls=calls), at(minute)
    one = evidence.Look(round_id=ROUND, source=source, seen=seen, looked_at=now)
    database.run_sync(lambda conn: evidence.append_looks(conn, [one], now=now))
    return load(database).calls


def test_looks_at_several_sources_and_rounds_are_added_together(watched: Database):
    watched.run_sync(lambda conn: meetings.put(conn, meeting("m2"), now=NINE, next_look_at=at(30)))
    other = ("m2", 1)
    append(watched, sightings=(sighting("a"),), coverages=(coverage(NINE, at(1)),))

    def told(round_id: tuple[str, int], source: str, **seen) -> evidence.Look:
        return evidence.Look(round_id=round_id, source=source, seen=Observation(**seen), looked_at=at(2))

    together = [
        told(ROUND, "meet", sightings=(sighting("a"), sighting("b")), coverages=(coverage(NINE, at(2)),)),
        told(ROUND, "zoom", coverages=(coverage(NINE, at(2), "zoom"),)),
        told(other, "meet", sightings=(sighting("a"),)),
    ]
    assert watched.run_sync(lambda conn: evidence.append_looks(conn, together, now=at(2))) == {ROUND, other}
    found = watched.run_sync(lambda conn: evidence.load(conn, [ROUND, other]))
    assert set(found[ROUND].sightings) == {sighting("a"), sighting("b")}
    assert set(found[ROUND].coverages) == {coverage(NINE, at(2)), coverage(NINE, at(2), "zoom")}
    assert found[other].sightings == (sighting("a"),)
    noted = watched.run_sync(lambda conn: evidence.history(conn, *ROUND))
    assert [one.replaced_at for one in noted] == [None, at(2), None, None, None]
    # told again it is nothing new
    assert not watched.run_sync(lambda conn: evidence.append_looks(conn, together, now=at(3)))


def test_a_call_of_which_its_source_tells_no_more_does_not_run_for_ever(watched: Database):
    other = replace(CALL, source="asterisk", call="a1")
    append(watched, calls=(CALL, other), now=at(1))
    assert set(look(watched, "sipgate", 2, CALL)) == {CALL, other}
    # whatever came while the look was under way is not known to it
    assert set(look(watched, "sipgate", 1)) == {CALL, other}
    lost = replace(CALL, result=CallResult.UNCLEAR, ended=at(1))
    assert set(look(watched, "sipgate", 3)) == {lost, other}
    # seen again, by another process: it runs
    assert set(look(watched, "sipgate", 4, CALL)) == {CALL, other}


def test_a_call_that_has_ended_may_leave_the_list(watched: Database):
    ended = replace(CALL, result=CallResult.NO_ANSWER, ended=at(1))
    append(watched, calls=(ended,), now=at(1))
    assert look(watched, "sipgate", 2) == (ended,)


def test_a_sighting_that_changes_back_counts_again(watched: Database):
    for seen in (sighting(), sighting(until=at(2)), sighting()):
        append(watched, sightings=(seen,))
    assert load(watched).sightings == (sighting(),)


def test_coverage_is_replaced_only_by_coverage_that_contains_it(watched: Database):
    append(watched, coverages=(coverage(NINE, at(1)), coverage(at(2), at(3))))
    append(watched, coverages=(coverage(NINE, at(2)),))
    assert set(load(watched).coverages) == {coverage(at(2), at(3)), coverage(NINE, at(2))}
    assert not append(watched, coverages=(coverage(NINE, at(1)),))


def test_sources_do_not_replace_each_other(watched: Database):
    other = coverage(NINE, at(9), source="zoom")
    append(watched, coverages=(coverage(NINE, at(1)), other), sightings=(sighting(),))
    append(watched, sightings=(replace(sighting(), source="zoom"),))
    assert set(load(watched).coverages) == {coverage(NINE, at(1)), other}
    assert len(load(watched).sightings) == 2


def test_rounds_do_not_mix(watched: Database):
    append(watched, sightings=(sighting(),))
    moved = meeting(round_=2, start=at(60))
    watched.run_sync(lambda conn: meetings.put(conn, moved, now=NINE, next_look_at=at(60)))
    both = watched.run_sync(lambda conn: evidence.load(conn, [("m1", 1), ("m1", 2)]))
    assert both == {("m1", 1): Evidence(sightings=(sighting(),)), ("m1", 2): Evidence()}
