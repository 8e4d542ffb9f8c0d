"""When very much is due at once other processes judge too: the same is found, nothing is lost with them, none stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog

from engine.house import ANNA, GUS, LINK, TEN, House, at
from noshowd.domain.evidence import Coverage, Identity, Observation, Sighting
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side
from noshowd.domain.spans import Span
from noshowd.engine.judging.judge import judge_due
from noshowd.runtime.judges import OtherCores
from noshowd.store import evidence, meetings, schema
from noshowd.store.database import Database

COUNT = 24


@pytest.fixture
def cores() -> Iterator[OtherCores]:
    cores = OtherCores(2)
    yield cores
    cores.close()


def crowd(database: Database, cores: OtherCores | None) -> House:
    """Meetings that all fall due at once, every other one without its guest; from eight on it is a crowd."""
    house = House(database, begins=16)
    pace = replace(house.parts.pace, batch=4, crowd=8, absences_before_stop=COUNT)
    house.parts = replace(house.parts, judges=cores, pace=pace)
    house.run(_put)
    return house


def _put(conn: sa.Connection) -> None:
    people = (Person(key=ANNA, side=Side.OURS, address=ANNA), Person(key=GUS, side=Side.THEIRS, address=GUS))
    coverage = Coverage(source="meet", span=Span(start=at(-15), end=at(16)))
    for number in range(COUNT):
        place = Place(kind=Kind.VIDEO, url=f"{LINK}{number}")
        one = Meeting(key=f"m{number}", start=TEN, end=at(60), place=place, people=people)
        meetings.put(conn, one, now=at(16), next_look_at=at(16))
        there = [ANNA, GUS] if number % 2 else [ANNA]
        sightings = [
            Sighting(source="meet", stay=who, identity=Identity(address=who, verified=True), began=TEN, until=at(16))
            for who in there
        ]
        evidence.append(conn, one.key, 1, Observation(sightings=tuple(sightings), coverages=(coverage,)), now=at(16))


async def all_of(house: House) -> tuple[int, list[object]]:
    """How many were judged until nothing was due any more, and everything that was written about them."""
    done = 0
    while judged := await judge_due(house.parts):
        done += judged
    return done, house.run(_written)


def _written(conn: sa.Connection) -> list[object]:
    tables = {
        schema.meeting: (
            "key",
            "phase",
            "outcome",
            "verdict",
            "judged_at",
            "next_look_at",
            "lease_token",
            "lease_until",
        ),
        schema.transition: ("meeting", "phase", "outcome", "reasons", "became_at", "noticed_at"),
        schema.outbox: ("key", "kind", "person", "followup", "state", "next_try_at", "shadow", "reason"),
    }
    return [
        sorted(map(str, conn.execute(sa.select(*(table.c[name] for name in names))))) for table, names in tables.items()
    ]


def calm(house: House) -> House:
    """The same meetings where even as many are no crowd."""
    house.parts = replace(house.parts, pace=replace(house.parts.pace, crowd=COUNT))
    return house


def again(house: House) -> House:
    """Nothing was judged yet."""
    house.run(lambda conn: [conn.execute(sa.delete(table)) for table in (schema.transition, schema.outbox)])
    house.run(
        lambda conn: conn.execute(sa.update(schema.meeting).values(next_look_at=at(16), phase=None, outcome=None))
    )
    return house


async def test_it_finds_what_would_be_found_alone(
    database: Database, cores: OtherCores, log: list[structlog.typing.EventDict]
):
    alone = await all_of(calm(crowd(database, None)))
    assert alone[0] == COUNT
    assert await all_of(again(crowd(database, cores))) == alone
    assert [one["event"] for one in log].count("judges_started") == 1
    assert not cores.pids


async def test_without_other_processes_a_crowd_is_judged_while_others_are_read_and_saved(database: Database):
    alone = await all_of(calm(crowd(database, None)))
    house = again(crowd(database, None))
    first = await judge_due(house.parts)
    assert first == COUNT  # one call, not one batch
    assert await all_of(house) == (0, alone[1])


async def test_what_it_cannot_do_is_done_here(
    database: Database, cores: OtherCores, log: list[structlog.typing.EventDict]
):
    house = crowd(database, cores)
    judge = house.parts.judges
    assert judge is not None
    begun = await judge_due(replace(house.parts, pace=replace(house.parts.pace, lease=timedelta(seconds=1))))
    assert begun == COUNT
    house.run(lambda conn: conn.execute(sa.update(schema.meeting).values(next_look_at=at(16))))
    for pid in cores.pids:
        os.kill(pid, signal.SIGKILL)
    assert (await all_of(house))[0] == COUNT
    assert "judges_lost" in [one["event"] for one in log]
    assert not cores.pids


async def test_little_is_judged_here(database: Database, cores: OtherCores):
    assert (await all_of(calm(crowd(database, cores))))[0] == COUNT
    assert not cores.pids


async def test_one_that_cannot_be_judged_holds_up_nobody(database: Database, log: list[structlog.typing.EventDict]):
    house = calm(crowd(database, None))
    bad = sa.and_(schema.evidence.c.meeting == "m5", schema.evidence.c.kind == "coverage")
    house.run(lambda conn: conn.execute(sa.update(schema.evidence).where(bad).values(payload='{"no": "coverage"}')))
    assert (await all_of(house))[0] == COUNT
    assert [one["meeting"] for one in log if one["event"] == "judge_failed"] == ["m5"]
    rows = house.run(lambda conn: conn.execute(sa.select(schema.meeting.c.key, schema.meeting.c.outcome)).all())
    assert [key for key, outcome in rows if outcome is None] == ["m5"]


def test_it_ends_when_nobody_is_left_to_ask_it():
    command = [sys.executable, "-P", "-m", "noshowd.runtime.judging"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.communicate(timeout=60) == (b"", None)
    assert process.returncode == 0
