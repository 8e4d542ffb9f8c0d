"""Many absences from one source at once stop what goes to guests on its word, and are counted only where they may
have become too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from engine.house import ANNA, GUS, LINK, MINUTE, TEN, House, at
from noshowd.domain.evidence import Coverage, Identity, Observation, Sighting
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side
from noshowd.domain.spans import Span
from noshowd.engine.judging.breaker import Breaker, lift
from noshowd.engine.judging.judge import judge_due
from noshowd.engine.standing import read_standing
from noshowd.store import evidence, health, meetings
from noshowd.store.database import Database
from noshowd.store.health import Condition


async def after(database: Database, *, held: int, missed: int) -> House:
    """A house in which so many meetings were held and missed at ten, as judged a quarter of an hour later."""
    house = House(database, begins=16)
    house.run(lambda conn: _put(conn, held, missed))
    assert await judge_due(house.parts) == held + missed
    return house


def _put(conn: sa.Connection, held: int, missed: int) -> None:
    for number in range(held + missed):
        people = (Person(key=ANNA, side=Side.OURS, address=ANNA), Person(key=GUS, side=Side.THEIRS, address=GUS))
        one = Meeting(
            key=f"m{number}", start=TEN, end=at(60), place=Place(kind=Kind.VIDEO, url=f"{LINK}{number}"), people=people
        )
        meetings.put(conn, one, now=at(16), next_look_at=at(16))
        evidence.append(conn, one.key, 1, seen(ANNA, GUS) if number < held else seen(ANNA), now=at(16))


def seen(*there: str) -> Observation:
    """These were in the room all the time."""
    sightings = [
        Sighting(source="meet", stay=one, identity=Identity(address=one, verified=True), began=TEN, until=at(16))
        for one in there
    ]
    coverage = Coverage(source="meet", span=Span(start=at(-15), end=at(16)))
    return Observation(sightings=tuple(sightings), coverages=(coverage,))


def stopped(house: House) -> frozenset[str]:
    return house.run(lambda conn: read_standing(conn, shadow=False).broken_sources)


async def test_five_absences_that_are_most_of_an_hour_stop_the_source_and_show_in_its_health(database: Database):
    house = await after(database, held=4, missed=5)
    assert stopped(house) == {"meet"}
    known = {one.part: one for one in house.run(health.read)}
    assert known["breaker:meet"].state is Condition.STOPPED
    assert "5 of 9 meetings" in (known["breaker:meet"].last_error or "")


async def test_absences_that_are_not_most_of_an_hour_stop_nothing(database: Database):
    assert stopped(await after(database, held=5, missed=5)) == frozenset()


async def test_four_absences_are_too_few_to_tell(database: Database):
    assert stopped(await after(database, held=0, missed=4)) == frozenset()


async def test_a_person_who_has_looked_lets_it_go_on(database: Database):
    house = await after(database, held=0, missed=5)
    assert house.run(lambda conn: lift(conn, now=house.clock.now())) == ["meet"]
    assert stopped(house) == frozenset()


async def test_the_hour_is_read_only_when_new_absences_may_be_too_many(database: Database):
    house = await after(database, held=5, missed=2)
    breaker = Breaker()

    def counted(absences: int, minutes: float) -> bool:
        with statements(database) as asked:
            house.run(lambda conn: breaker.watch(conn, {"meet": absences}, at_most=5, now=at(minutes)))
        return any("evidence" in statement for statement in asked)

    assert counted(1, 16), "nothing was counted yet"
    assert not counted(3, 16), "two and three more of ten would not be most"
    assert counted(1, 16), "two and four more of eleven would"
    assert not counted(3, 16.5), "they were not among the verdicts of the hour"
    assert counted(1, 16.5 + 1), "what was counted a minute ago may have changed"
    assert not counted(0, 16.5 + 1)


async def test_a_source_that_is_stopped_is_not_counted_again(database: Database):
    house = await after(database, held=0, missed=5)
    with statements(database) as asked:
        house.run(lambda conn: Breaker().watch(conn, {"meet": 1}, at_most=5, now=house.clock.now() + MINUTE))
    assert not any("evidence" in statement for statement in asked)


async def test_absences_of_an_hour_ago_do_not_count(database: Database):
    house = await after(database, held=0, missed=4)
    later = house.clock.now() + timedelta(hours=1, minutes=1)
    assert house.run(lambda conn: Breaker().watch(conn, {"meet": 1}, at_most=4, now=later)) == set()
    assert house.run(lambda conn: Breaker().watch(conn, {"meet": 1}, at_most=4, now=house.clock.now())) == {"meet"}


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = database._engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
