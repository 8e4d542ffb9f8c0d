"""A meeting is found by what a person types for it, also where all keys begin alike."""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.store import meetings
from noshowd.store.database import Database
from noshowd.store.short_keys import called, short_key
from store.samples import NINE, at, meeting

#: As Exchange makes them, and a series of which every occurrence has the same UID.
REVIEW, PRICING = (f"040000008200e00074c5b7101a82e0080000000{tail}" for tail in ("0b96522fa", "05c1e326b"))
SERIES = "7f1ee17eb6d4@google.com"
FIRST, SECOND = (f"{SERIES}/2026030{day}T090000Z" for day in (2, 9))


def found(database: Database, given: str) -> list[str]:
    def work(conn: sa.Connection) -> list[str]:
        return [one.meeting.key for one in called(conn, given)]

    return database.run_sync(work)


def put(database: Database, *keys: str) -> None:
    def work(conn: sa.Connection) -> None:
        for minute, key in enumerate(keys):
            meetings.put(conn, meeting(key, start=at(minute)), now=NINE, next_look_at=NINE)

    database.run_sync(work)


def test_each_of_many_that_begin_alike_has_a_short_key_of_its_own(database: Database) -> None:
    keys = (REVIEW, PRICING, FIRST, SECOND)
    put(database, *keys)
    assert [found(database, short_key(key)) for key in keys] == [[key] for key in keys]
    assert [found(database, short_key(key)[:6]) for key in keys] == [[key] for key in keys]


def test_all_that_begin_alike_come_by_their_start(database: Database) -> None:
    put(database, REVIEW, PRICING, FIRST)
    assert found(database, "0400") == [REVIEW, PRICING]
    assert found(database, "nothing") == []


def test_a_whole_key_means_its_meeting_whatever_begins_like_it(database: Database) -> None:
    put(database, FIRST, SERIES)
    assert found(database, SERIES) == [SERIES]


def test_of_a_meeting_that_was_moved_the_latest_round_is_found_once(database: Database) -> None:
    put(database, REVIEW)
    again = meeting(REVIEW, round_=2, start=at(90))
    database.run_sync(lambda conn: meetings.put(conn, again, now=NINE, next_look_at=NINE))

    [one] = database.run_sync(lambda conn: called(conn, short_key(REVIEW)))

    assert one.meeting == again
