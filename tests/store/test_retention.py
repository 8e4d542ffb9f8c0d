"""Each kind of row goes when its own time is over, and a person can be handed out and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from noshowd.domain.entry import Attendee, CalendarEntry
from noshowd.domain.evidence import Observation
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.offer import Offer
from noshowd.domain.verdict import Outcome
from noshowd.engine.erasure import without
from noshowd.ports.answers import Answer
from noshowd.ports.calendar import Gone, Page
from noshowd.store import (
    answers,
    calendars,
    entries,
    evidence,
    forgetting,
    health,
    meetings,
    offers,
    outbox,
    people,
    retention,
    switches,
)
from noshowd.store.database import Database
from noshowd.store.health import Condition
from noshowd.store.judged import Judged, NewRow
from noshowd.store.retention import Cut
from noshowd.store.schema import metadata
from store.samples import LEASE, MINUTE, NINE, at, coverage, entry, followup, meeting, verdict

GUEST = "guest@theirs.example"
LATER = NINE + timedelta(days=20)
#: Kinds in which a guest stands only by a calendar of their own.
NAMELESS = {"calendars", "channels", "unreadable", "troubles", "outages", "notes"}
CUT = Cut(before=LATER, limit=100)


def invited(entry_id: str, *addresses: str, title: str = "Review") -> CalendarEntry:
    plain = entry(entry_id, title=title)
    return CalendarEntry(
        ref=plain.ref,
        uid=plain.uid,
        start=plain.start,
        end=plain.end,
        title=title,
        attendees=tuple(Attendee(address=address) for address in addresses),
    )


def fill(conn: sa.Connection) -> None:
    """A meeting that is over with everything that can be stored about it, and one to come."""
    entries.put(conn, [invited("m1", GUEST), invited("other", "joguest@theirs.example")])
    for key, start in (("m1", NINE), ("next", LATER + MINUTE)):
        meetings.put(conn, meeting(key, start=start), now=NINE, next_look_at=NINE)
    claims = meetings.claim_due(conn, now=NINE, lease=LEASE, limit=1, worker="w")
    done = Judged(
        claim=claims[0],
        verdict=verdict(at(20), Outcome.THEY_ARE_MISSING),
        phase="closed",
        next_look_at=None,
        became_at=at(15),
        closed=True,
    )
    assert meetings.save_verdicts(conn, [done]) == set()
    evidence.append(conn, "m1", 1, Observation(coverages=(coverage(NINE, at(10)),)), now=at(10))
    offer = followup(kind=FollowUpKind.RESCHEDULE_OFFER, person=GUEST, step="offer")
    rows = [NewRow(followup=one, state=State.WITHHELD, next_try_at=None) for one in (followup(), offer)]
    outbox.add(conn, rows, now=at(20))
    given = Answer(answer_id="a1", channel="web", by=GUEST, value="x", at=at(30))
    answers.put(conn, given, now=at(30))
    answers.mark_handled(conn, "a1", "noted", now=at(30))
    times = Offer(
        key=str(offer.key),
        meeting="m1",
        round=1,
        guest=GUEST,
        length=MINUTE,
        zone="UTC",
        held_until=at(90),
        ends=at(90),
    )
    offers.put(conn, times, now=at(20), next_try_at=at(90))
    people.learn(conn, "meet:users/9", GUEST, now=NINE)


def everything(conn: sa.Connection) -> str:
    """All that the database holds, as one text."""
    return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(sa.select(table)))


@pytest.fixture
def filled(database: Database) -> Database:
    database.run_sync(fill)
    return database


def test_evidence_goes_with_every_name_and_the_outcome_stays(filled: Database) -> None:
    assert filled.run_sync(lambda conn: retention.clear_evidence(conn, CUT)) == 1
    kept = filled.run_sync(lambda conn: meetings.get(conn, "m1"))
    assert kept is not None
    assert kept.verdict is not None
    assert kept.verdict.outcome is Outcome.THEY_ARE_MISSING
    assert GUEST not in repr(kept)
    assert kept.meeting.title == ""
    assert filled.run_sync(lambda conn: evidence.history(conn, "m1", 1)) == []
    assert filled.run_sync(lambda conn: retention.clear_evidence(conn, CUT)) == 0


def test_a_round_without_names_is_not_judged_again(filled: Database) -> None:
    def poked(conn: sa.Connection) -> object:
        retention.clear_evidence(conn, CUT)
        meetings.poke(conn, ["m1"], now=LATER)
        return meetings.claim_due(conn, now=LATER, lease=LEASE, limit=9, worker="w")

    assert [one.meeting.key for one in filled.run_sync(poked)] == ["next"]  # type: ignore[attr-defined]  # claims


def test_offers_texts_answers_and_entries_have_times_of_their_own(filled: Database) -> None:
    counts = filled.run_sync(
        lambda conn: [
            retention.clear_offers(conn, CUT),
            retention.clear_texts(conn, CUT),
            retention.clear_answers(conn, CUT),
            retention.clear_entries(conn, CUT),
        ]
    )
    assert counts == [1, 1, 1, 2]


def test_nothing_younger_goes(filled: Database) -> None:
    young = Cut(before=NINE, limit=100)
    clears = (
        retention.clear_offers,
        retention.clear_texts,
        retention.clear_answers,
        retention.clear_entries,
        retention.clear_evidence,
        retention.clear_verdicts,
    )
    assert filled.run_sync(lambda conn: [clear(conn, young) for clear in clears]) == [0] * 6


def test_a_verdict_goes_only_after_its_names(filled: Database) -> None:
    assert filled.run_sync(lambda conn: retention.clear_verdicts(conn, CUT)) == 0
    filled.run_sync(lambda conn: retention.clear_evidence(conn, CUT))
    assert filled.run_sync(lambda conn: retention.clear_verdicts(conn, CUT)) == 1
    assert filled.run_sync(lambda conn: meetings.get(conn, "m1")) is None


def test_no_portion_is_larger_than_allowed(filled: Database) -> None:
    assert filled.run_sync(lambda conn: retention.clear_entries(conn, Cut(before=LATER, limit=1))) == 1


def test_whoever_is_forgotten_stands_nowhere_and_the_count_stays(filled: Database) -> None:
    counts = filled.run_sync(lambda conn: forgetting.forget(conn, "Guest+x@theirs.example", digest="d", now=LATER))
    assert {kind: count for kind, count in counts.items() if kind not in NAMELESS} == {
        "entries": 1,
        "meetings": 2,
        "evidence": 0,
        "messages": 1,
        "offers": 1,
        "answers": 1,
        "identities": 1,
        "cards": 0,
        "misses": 0,
    }
    left = filled.run_sync(everything)
    assert GUEST not in left.replace("joguest@theirs.example", "")
    assert "joguest@theirs.example" in left, "another person whose address ends alike"
    kept = filled.run_sync(lambda conn: meetings.get(conn, "m1"))
    assert kept is not None
    assert kept.verdict is not None
    assert kept.verdict.outcome is Outcome.THEY_ARE_MISSING
    assert filled.run_sync(lambda conn: meetings.get(conn, "next")) is None
    assert filled.run_sync(lambda conn: people.suppressed(conn, {"d"})) == {"d"}
    assert filled.run_sync(lambda conn: sum(forgetting.forget(conn, GUEST, digest="d", now=LATER).values())) == 0


def test_what_is_stored_of_a_person_can_be_handed_out(filled: Database) -> None:
    found = filled.run_sync(lambda conn: forgetting.export(conn, GUEST, digest="d"))
    assert {kind: len(rows) for kind, rows in found.items() if kind not in NAMELESS} == {
        "entries": 1,
        "meetings": 2,
        "evidence": 0,
        "messages": 1,
        "offers": 1,
        "answers": 1,
        "identities": 1,
        "cards": 0,
        "misses": 0,
    }
    assert found["entries"][0]["payload"]["title"] == "Review"


def test_the_mirror_does_not_bring_a_person_back() -> None:
    page = Page(entries=(invited("m1", "G.uest@gmail.com"), invited("m2", "else@theirs.example")))
    seen = without(page, frozenset({"guest"}), lambda address: "guest" if "gmail" in address else "other")
    assert [one.ref.entry_id for one in seen.entries] == ["m2"]
    assert seen.gone == (Gone(ref=page.entries[0].ref),)


def test_a_former_colleague_stands_in_no_calendar_trouble_or_note_any_more(database: Database) -> None:
    gone = "carla@ours.example"

    def fill(conn: sa.Connection) -> None:
        calendars.register(conn, [("google", gone), ("google", "anna@ours.example")], now=NINE)
        health.record(conn, f"{health.CALENDAR}google/{gone}", Condition.FAILING, now=NINE, error="not shared")
        switches.turn(conn, f"left:{gone}", NINE.isoformat(), by=gone, now=NINE)

    database.run_sync(fill)
    counts = database.run_sync(lambda conn: forgetting.forget(conn, gone, digest="d", now=LATER))
    assert {kind: counts[kind] for kind in ("calendars", "troubles", "outages", "notes")} == {
        "calendars": 1,
        "troubles": 1,
        "outages": 1,
        "notes": 1,
    }
    assert gone not in database.run_sync(everything)
    assert "anna@ours.example" in database.run_sync(everything)
