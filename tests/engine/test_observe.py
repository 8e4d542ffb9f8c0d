"""Each source is asked when it is due, and a look that failed leaves no trace of having seen an empty room."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from engine.house import ANNA, GUS, LINK, MEETING, House, at
from noshowd.domain.evidence import Coverage, Observation, SourceTraits
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome
from noshowd.engine.presence.observe import observe_due
from noshowd.ports.errors import CredentialsLost, Temporary, VendorError
from noshowd.store import evidence, health, looks
from noshowd.store.database import Database
from noshowd.store.health import Condition


class Watcher:
    """A source that notes when it is asked and answers as it is told."""

    def __init__(self, name: str = "meet", *, error: Exception | None = None) -> None:
        self.traits = SourceTraits(name=name, keeps_history=True)
        self.error = error
        self.looks: list[datetime] = []

    def sees(self, meeting: Meeting) -> bool:
        return meeting.place.url == LINK

    async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
        self.looks.append(now)
        if self.error is not None:
            raise self.error
        return Observation()


def watch(database: Database, *sources: Watcher) -> House:
    house = House(database)
    house.presences.clear()
    house.presences.update({source.traits.name: source for source in sources})
    house.parts = house.open("first")
    return house


def coverages(house: House) -> list[Coverage]:
    round_id = house.meeting.id
    known = house.run(lambda conn: evidence.load(conn, [round_id]))
    return list(known[round_id].coverages)


async def test_a_source_with_history_is_asked_from_the_start_on_and_at_most_once_a_minute(database: Database):
    source = Watcher()
    house = watch(database, source)
    await house.until(10)
    assert source.looks[0] >= at(0)
    gaps = [later - earlier for earlier, later in zip(source.looks, source.looks[1:], strict=False)]
    assert max(gaps) <= timedelta(minutes=1)


async def test_a_meeting_is_looked_at_a_bounded_number_of_times(database: Database):
    source = Watcher()
    house = watch(database, source)
    await house.until(24 * 60)
    assert len(source.looks) < 80


async def test_the_last_look_comes_when_the_source_has_settled(database: Database):
    source = Watcher()
    house = watch(database, source)
    await house.until(60)
    assert source.looks[-1] > at(30) + source.traits.settles_after


async def test_a_meeting_that_runs_already_is_looked_at_at_once(database: Database):
    source = Watcher()
    house = House(database, begins=-60, meeting=[{**MEETING, "appears": "10:05:10"}])
    house.presences["meet"] = source
    house.parts = house.open("first")
    house.pass_time(5.2)
    await house.stage.appear("m", at(5.2))
    await house.until(5.3)
    assert source.looks[:1] == [at(5.2)]


async def test_what_a_source_could_not_say_at_the_end_it_is_asked_for_until_it_does(database: Database):
    """The guest came while it was down, and it was down for long after the end; its records know."""
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(12)
    house.happen(down="meet")
    await house.until(13)
    house.happen(join=GUS)
    await house.until(31)
    house.happen(leave=ANNA)
    house.happen(leave=GUS)
    await house.until(100)
    before = house.meeting.verdict
    assert before is not None
    assert (before.final, before.outcome) == (True, Outcome.THEY_ARE_MISSING)
    house.happen(up="meet")
    await house.until(130)
    after = house.meeting.verdict
    assert after is not None
    assert after.outcome is Outcome.HELD
    [task] = [row for row in house.rows() if row.followup.kind is FollowUpKind.RECALL_TASK]
    assert task.state is State.RETRACTED


async def test_a_source_that_stays_away_is_asked_for_a_day_and_not_every_minute(database: Database):
    source = Watcher()
    house = watch(database, source)
    await house.until(29)
    source.error, asked = Temporary("down"), len(source.looks)
    await house.until(90)
    assert 3 <= len(source.looks) - asked <= 12
    for hours, more in ((23, 1), (26, 0)):
        asked = len(source.looks)
        house.pass_time(hours * 60)
        await house.until(hours * 60 + 1)
        assert len(source.looks) - asked == more


async def test_no_source_is_asked_about_a_meeting_it_cannot_see_or_that_is_not_watched(database: Database):
    source = Watcher()
    elsewhere = {**MEETING, "link": "https://zoom.us/j/123456789"}
    house = House(database, meeting=[elsewhere, {**MEETING, "id": "p", "private": True, "link": LINK}])
    house.presences["meet"] = source
    house.parts = house.open("first")
    await house.until(20)
    assert not source.looks


async def test_a_failed_look_writes_no_coverage_and_no_absence_follows(database: Database):
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    house.happen(down="meet")
    await house.until(25)
    assert coverages(house) == []
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is Outcome.UNKNOWN


async def test_one_good_look_of_a_source_with_history_fills_the_time_it_was_down(database: Database):
    house = House(database)
    await house.until(-2)
    house.happen(join=ANNA)
    await house.until(6)
    house.happen(down="meet")
    await house.until(12)
    house.happen(up="meet")
    await house.until(18)
    assert house.meeting.verdict is not None
    assert house.meeting.verdict.outcome is Outcome.THEY_ARE_MISSING


@pytest.mark.parametrize(
    ("error", "condition", "most"),
    [(Temporary("down"), Condition.FAILING, 18), (CredentialsLost("gone"), Condition.STOPPED, 4)],
)
async def test_a_source_that_fails_is_seen_in_status_and_not_asked_every_minute(
    database: Database, error: VendorError, condition: Condition, most: int
):
    source = Watcher(error=error)
    house = watch(database, source)
    await house.until(29)
    assert 2 <= len(source.looks) <= most
    [part] = [one for one in house.run(health.read) if one.part == "source:meet"]
    assert part.state is condition


async def test_a_sources_own_wish_when_to_come_back_is_honoured(database: Database):
    source = Watcher(error=Temporary("429", retry_after=timedelta(minutes=7)))
    house = watch(database, source)
    await house.until(14)
    assert source.looks[1] - source.looks[0] == timedelta(minutes=7)


async def test_a_source_that_raises_what_nobody_foresaw_stops_no_other(database: Database):
    broken, well = Watcher("broken", error=KeyError("participants")), Watcher("well")
    house = watch(database, broken, well)
    await house.until(5)
    assert len(well.looks) >= 5
    [part] = [one for one in house.run(health.read) if one.part == "source:broken"]
    assert part.state is Condition.FAILING


async def test_a_source_that_never_answers_is_given_up_after_a_while(database: Database):
    class Silent(Watcher):
        async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
            await asyncio.Event().wait()
            raise AssertionError

    house = watch(database, Silent())
    house.parts = house.patient(timedelta(seconds=0.01))
    await house.until(0.5)
    [part] = [one for one in house.run(health.read) if one.part == "source:meet"]
    assert (part.state, part.last_error) == (Condition.FAILING, "no answer in time")


async def test_a_look_that_another_worker_took_over_is_thrown_away(database: Database):
    house = House(database)
    await house.until(-1)
    house.happen(join=GUS)
    house.pass_time(1)

    class Slow(Watcher):
        async def look(self, meeting: Meeting, *, since: datetime, now: datetime) -> Observation:
            house.pass_time(5)
            assert await observe_due(other) == 1
            return Observation(coverages=(coverage,))

    other = house.open("second")
    coverage = Coverage(source="meet", span=Span(start=at(0), end=at(90)))
    house.presences["meet"] = Slow()
    await observe_due(house.open("first"))
    assert coverage not in coverages(house)
    assert not house.run(lambda conn: looks.claim_due(conn, now=at(1), lease=timedelta(0), limit=9, worker="x"))
