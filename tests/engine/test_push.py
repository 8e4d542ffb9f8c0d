"""Of calls only those are kept that have to do with a watched meeting, and of strangers no number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from engine.house import ANNA, GUS, House, at
from noshowd.domain.evidence import (
    SOMEBODY_ELSE,
    CallRecord,
    CallResult,
    Coverage,
    Direction,
    Observation,
    SourceTraits,
)
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Reason
from noshowd.engine.calendars.push import hurry, take
from noshowd.ports.presence import Stir
from noshowd.store import evidence, schema
from noshowd.store.database import Database
from noshowd.store.tables import metadata

LINE = "+498923714480"
GUEST = "+491713920050"
STRANGER = "+494066964012"
OTHER_GUEST = "+4915123456789"
OFFICE, EXTENSION = "+498999998120", "+498999998345"
APPOINTMENT = {
    "id": "m",
    "at": "10:00",
    "title": "Call",
    "location": f"Telefon: {GUEST}",
    "description": "Wir rufen Sie an.",
    "organizer": ANNA,
    "people": [{"address": ANNA, "name": "Anna Berger"}, {"address": GUS, "name": "Gus Kunde"}],
}


class Telephone:
    """A live source that has seen the calls of its list."""

    traits = SourceTraits(name="line", keeps_history=True, telephone=True)

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def sees(self, _: Meeting) -> bool:
        return True

    async def look(self, meeting: Meeting, *, since: Any, now: Any) -> Observation:
        covered = Coverage(source="line", span=Span(start=since, end=now), lines=frozenset({LINE}))
        return Observation(calls=tuple(self.calls), coverages=(covered,))


def open_house(database: Database, meeting: dict[str, Any] = APPOINTMENT) -> tuple[House, Telephone]:
    house = House(
        database,
        person=[{"address": ANNA, "name": "Anna Berger", "lines": [LINE], "all_lines_seen": True}],
        contact=[
            {"match": GUS, "lines": [GUEST, OFFICE]},
            {"match": "other@elsewhere.example", "lines": [OTHER_GUEST]},
        ],
        meeting=[meeting],
    )
    telephone = Telephone()
    house.presences.clear()
    house.presences["line"] = telephone
    house.parts = house.open("first")
    return house, telephone


def call(number: str | None, minute: float = 1, key: str = "c1") -> CallRecord:
    began = at(minute)
    return CallRecord(
        source="line",
        call=key,
        direction=Direction.IN,
        our_line=LINE,
        their_number=number,
        began=began,
        answered=began,
        ended=began + timedelta(minutes=3),
        result=CallResult.ANSWERED,
    )


def kept(house: House) -> list[str | None]:
    round_id = house.meeting.id
    known = house.run(lambda conn: evidence.load(conn, [round_id]))
    return [call.their_number for call in known[round_id].calls]


def everything(house: House) -> str:
    """All that the database holds."""
    return str(house.run(lambda conn: [conn.execute(sa.select(table)).all() for table in metadata.sorted_tables]))


async def test_a_look_keeps_the_guests_number_and_no_strangers(database: Database, log: list[Any]):
    house, telephone = open_house(database)
    telephone.calls = [call(GUEST, key="a"), call(STRANGER, key="b"), call(None, key="c"), call(OTHER_GUEST, key="d")]
    await house.until(5)
    assert sorted(map(str, kept(house))) == sorted([GUEST, SOMEBODY_ELSE, "None"])
    held = everything(house)
    assert GUEST in held
    assert STRANGER not in held + str(log)
    # the contact's own line in the configuration is all there is of it
    assert OTHER_GUEST not in held + str(log)


async def test_beside_a_room_only_calls_with_the_guest_and_the_guests_firm_are_kept(database: Database):
    video = {**APPOINTMENT, "link": "https://meet.google.com/abc-defg-hij", "location": "", "description": ""}
    house, telephone = open_house(database, video)
    telephone.calls = [call(GUEST, key="a"), call(STRANGER, key="b"), call(None, key="c"), call(OTHER_GUEST, key="d")]
    telephone.calls += [call(OFFICE, key="e"), call(EXTENSION, key="f")]
    await house.until(5)
    assert sorted(map(str, kept(house))) == sorted([GUEST, OFFICE, EXTENSION])
    assert STRANGER not in everything(house)
    round_id = house.meeting.id
    known = house.run(lambda conn: evidence.load(conn, [round_id]))
    assert not known[round_id].coverages, "that nobody rang says nothing of a room"


async def test_a_stranger_still_leaves_the_doubt_that_it_may_have_been_the_guest(database: Database):
    house, telephone = open_house(database)
    telephone.calls = [call(STRANGER)]
    await house.until(45)
    verdict = house.meeting.verdict
    assert verdict is not None
    assert Reason.OTHER_NUMBER in verdict.reasons


async def test_a_push_is_laid_down_with_the_meeting_it_may_belong_to(database: Database):
    house, _ = open_house(database)
    await house.until(2)
    assert await take(house.parts, Observation(calls=(call(GUEST),))) == 1
    assert kept(house) == [GUEST]
    assert await take(house.parts, Observation(calls=(call(GUEST),))) == 1
    assert kept(house) == [GUEST]


async def test_a_push_that_matches_no_watched_meeting_leaves_no_trace(database: Database, log: list[Any]):
    house, _ = open_house(database)
    await house.until(2)
    elsewhere = replace(call(STRANGER), our_line="+498923714499")
    assert await take(house.parts, Observation(calls=(elsewhere,))) == 0
    house.pass_time(600)
    assert await take(house.parts, Observation(calls=(call(GUEST, 600),))) == 0
    assert kept(house) == []
    assert STRANGER not in everything(house) + str(log)


async def test_a_stir_has_the_source_look_at_what_is_watched_now_in_those_rooms(database: Database):
    house = House(database, begins=-2)
    await house.until(-2)

    def due() -> list[Any]:
        return house.run(lambda conn: list(conn.scalars(sa.select(schema.look.c.next_look_at))))

    [before] = due()
    assert before > house.clock.now() + timedelta(seconds=2)
    for stir in (
        Stir(source="meet", organizers=frozenset({GUS})),
        Stir(source="another", organizers=frozenset({ANNA})),
    ):
        assert await hurry(house.parts, stir) == 0
    assert await hurry(house.parts, Stir(source="meet", organizers=frozenset({ANNA}))) == 1
    assert due() == [house.clock.now() + timedelta(seconds=2)]
    assert await hurry(house.parts, Stir(source="meet", organizers=frozenset({ANNA}))) == 0


async def test_nobody_looks_into_a_room_outside_its_window(database: Database):
    house = House(database, begins=-60 * 5)
    await house.until(-60 * 5)
    assert await hurry(house.parts, Stir(source="meet", organizers=frozenset({ANNA}))) == 0
