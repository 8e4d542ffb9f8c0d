"""Whatever dies, hangs or is refused, somebody is told: each line of the table in docs/operations.md by a test here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.house import ANNA, House, at
from noshowd.domain.spans import Span
from noshowd.engine.alerts import LASTING, miss_posts
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.offers import openings
from noshowd.ports.answers import AnswerBox
from noshowd.ports.calendar import Busy
from noshowd.ports.errors import CredentialsLost, Temporary, VendorError
from noshowd.runtime import loops
from noshowd.runtime.clock import ScaledClock
from noshowd.runtime.conditions import Conditions
from noshowd.runtime.listening import NotListening, in_turn
from noshowd.runtime.loops import Worker
from noshowd.runtime.people import ConfiguredDirectory
from noshowd.store import health, outages
from noshowd.store.database import Database, open_database
from noshowd.store.errors import StoreUnavailable
from noshowd.store.health import Condition
from runtime.turning import TurningClock, comes_true, state_of, told


@pytest.fixture
def database() -> Iterator[Database]:
    with open_database("sqlite://") as opened:
        yield opened


#: An owner whom nobody watches.
BOSS = "boss@us.example"


@asynccontextmanager
async def kept(house: House, run: Callable[[], Awaitable[object]], *, turns: int) -> AsyncIterator[None]:
    """Run as the daemon runs it, through so many of its pauses."""
    clock = TurningClock(house, turns)
    running = asyncio.create_task(Conditions(house.database, clock).keep_up("source:box", run))
    async with asyncio.timeout(10):
        await clock.asleep.wait()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def raising(error: Exception) -> Callable[[], Awaitable[object]]:
    async def run() -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "state", "word"),
    [
        (raising(CredentialsLost("refused")), Condition.STOPPED, "refused"),
        (raising(Temporary("down")), Condition.FAILING, "down"),
        (
            raising(ExceptionGroup("several", [KeyError("x")])),
            Condition.FAILING,
            "an error in noshowd itself (KeyError, see journalctl -u noshowd)",
        ),
        (lambda: asyncio.sleep(0), Condition.STOPPED, "it ended by itself"),
    ],
)
async def test_what_should_run_for_ever_and_ends_is_told(
    database: Database, run: Callable[[], Awaitable[object]], state: Condition, word: str
):
    house = House(database, meeting=[])
    async with kept(house, run, turns=0):
        assert state_of(house, "source:box") == (state, word)
        house.pass_time(0 if state is Condition.STOPPED else 60)
        assert house.keep_house() == 1


async def test_what_runs_again_for_a_minute_is_well_again(database: Database):
    house = House(database, meeting=[])
    tries = 0

    async def second_time_lucky() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise Temporary("down")
        await asyncio.Event().wait()

    keeping = asyncio.create_task(
        Conditions(house.database, TurningClock(house, 2)).keep_up("source:box", second_time_lucky)
    )
    await comes_true(lambda: state_of(house, "source:box") == (Condition.WELL, "down"))
    keeping.cancel()
    assert tries == 2


async def test_the_address_of_the_pages_that_cannot_be_had_ends_the_start(database: Database):
    house = House(database, meeting=[])
    with pytest.raises(NotListening):
        await Conditions(house.database, house.clock).keep_up("pages:here", raising(NotListening("taken")))


async def test_pages_that_a_stranger_keeps_from_several_workers_are_told(database: Database):
    heard_of: list[VendorError | None] = []

    async def heard(error: VendorError | None) -> None:
        heard_of.append(error)

    with socket.create_server(("127.0.0.1", 0)) as stranger:
        listen = f"127.0.0.1:{stranger.getsockname()[1]}"
        clock = ScaledClock.starting_now(origin=at(0), speed=1000)
        stranger.settimeout(10)
        waiting = asyncio.create_task(in_turn(listen, clock, alone=False, heard=heard))
        asked, _ = await asyncio.to_thread(stranger.accept)
        asked.sendall(b"220 mail.example ESMTP\r\n")
        asked.close()
        await comes_true(lambda: bool(heard_of))
        waiting.cancel()
    assert isinstance(heard_of[0], Temporary)
    assert f"cannot be served at {listen}" in heard_of[0].reason


@asynccontextmanager
async def working(house: House, owners: Sequence[str] = (ANNA,), *, turns: int) -> AsyncIterator[None]:
    """A worker of this house, through so many pauses of its housekeeping."""
    clock = TurningClock(house, turns)
    worker = Worker(replace(house.parts, clock=clock), owners=tuple(owners), box=AnswerDesk(house.parts))
    running = asyncio.create_task(worker._keep_house())
    async with asyncio.timeout(10):
        await clock.asleep.wait()
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_loop_that_fails_each_time_is_told(database: Database, monkeypatch: pytest.MonkeyPatch):
    house = House(database, meeting=[])

    async def broken(_: object) -> int:
        raise KeyError("nobody foresaw that")

    monkeypatch.setitem(loops.VERBS, "judge", broken)
    clock = TurningClock(house, 1)
    worker = Worker(replace(house.parts, clock=clock), box=AnswerDesk(house.parts))
    looping = asyncio.create_task(worker._loop("judge"))
    await clock.asleep.wait()
    looping.cancel()
    state = state_of(house, "loop:judge")
    assert state is not None
    assert state[0] is Condition.FAILING
    assert "KeyError" in str(state[1])
    house.pass_time(60)
    assert house.keep_house() == 1


async def test_a_worker_that_took_no_leave_is_told_of_once_a_day(tmp_path):
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        house = House(database, meeting=[], begins=0)

        def dead(name: str, minute: float) -> None:
            house.run(lambda conn: health.beat(conn, name, version="1", started_at=at(-60), now=at(minute)))

        dead("box-17-ab", -4)
        async with working(house, turns=0):
            pass
        await house.until(1)
        [text] = told(house)
        assert "9:56" in text, "when it was last heard of"
        assert [(one.began, one.ended) for one in house.run(lambda conn: outages.between(conn, at(-9), at(9)))] == [
            (at(-4), at(0))
        ], "and the digest says from when to when"
        dead("box-18-ab", 2)
        async with working(house, turns=0):
            pass
        await house.until(5)
        assert len(told(house)) == 1, "a service that is started again and again is told of once"
        assert [one.name for one in house.run(health.workers)] == [house.parts.worker]


async def test_a_database_that_cannot_be_written_is_told_directly(tmp_path, monkeypatch: pytest.MonkeyPatch):
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        house = House(database, meeting=[], begins=0)
        works, broken = health.beat, True

        def beat(*args: object, **more: object) -> None:
            if broken:
                raise StoreUnavailable("the disk is full")
            works(*args, **more)  # type: ignore[arg-type]  # handed on as it came

        monkeypatch.setattr(health, "beat", beat)
        clock = TurningClock(house, 60)
        worker = Worker(replace(house.parts, clock=clock), owners=(BOSS,), box=AnswerDesk(house.parts))
        running = asyncio.create_task(worker._keep_house())
        await comes_true(lambda: house.clock.now() >= at(0) + LASTING - timedelta(minutes=1))
        assert not house.posts, "what passes is nobody's concern"
        assert not worker.can_write, "and it is not ready meanwhile"
        await comes_true(lambda: house.clock.now() >= at(20))
        [post] = house.posts
        assert "the disk is full" in post.parcel.text
        assert post.parcel.recipient.address == BOSS
        broken = False
        await clock.asleep.wait()
        running.cancel()
        assert worker.can_write
        [spell] = house.run(lambda conn: outages.between(conn, at(-9), at(90)))
        assert (spell.part, spell.began) == ("database", at(0))
        house.pass_time(61)
        await house.until(62)
        assert "works again" in told(house)[-1]


async def test_a_trouble_with_the_end_of_the_day_keeps_no_alert_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    house = House(database, meeting=[])
    house.run(lambda conn: health.record(conn, "source:meet", Condition.STOPPED, now=at(-6), error="refused"))

    def broken(*_: object, **__: object) -> int:
        raise KeyError("nobody foresaw that")

    monkeypatch.setattr(loops.digest, "queue", broken)
    async with working(house, turns=0):
        pass
    house.pass_time(0)
    await house.until(1)
    assert len(told(house)) == 1
    assert state_of(house, "loop:housekeeping") is not None


async def test_posts_that_stop_coming_are_told(database: Database):
    house = House(database, meeting=[])
    directory = ConfiguredDirectory(house.config)

    def looked_at(hours: float) -> Condition:
        def look(conn: sa.Connection) -> None:
            miss_posts(conn, directory, [ANNA], now=at(hours * 60))

        house.run(look)
        found = state_of(house, "posts:sipgate")
        assert found is not None
        return found[0]

    # a Monday, ten o'clock
    house.run(lambda conn: health.record(conn, "posts:sipgate", Condition.WELL, now=at(0)))
    assert looked_at(24) is Condition.WELL
    assert looked_at(72) is Condition.STOPPED
    house.run(lambda conn: health.record(conn, "posts:sipgate", Condition.WELL, now=at(100 * 60)))
    # from Friday on, over a weekend
    assert looked_at(100 + 66) is Condition.WELL


async def test_a_calendar_in_which_nothing_changes_may_be_silent(database: Database):
    house = House(database, meeting=[])
    directory = ConfiguredDirectory(house.config)
    house.run(lambda conn: health.record(conn, "posts:google", Condition.WELL, now=at(0)))
    house.run(lambda conn: health.record(conn, "push:google", Condition.WELL, now=at(0)))
    house.run(lambda conn: miss_posts(conn, directory, [ANNA], now=at(72 * 60)))
    assert state_of(house, "posts:google") == (Condition.WELL, None)


class Closed:
    """Free/busy that nobody may read."""

    account = "work"

    async def busy(self, addresses: tuple[str, ...], window: Span) -> tuple[Busy, ...]:
        raise CredentialsLost("refused")


async def test_free_busy_that_cannot_be_read_is_told(database: Database):
    house = House(database)
    await house.until(-5)
    parts = replace(house.parts, free_busy={"work": Closed()})
    found = await openings.look(parts, house.meeting.meeting, house.meeting.meeting.people[1])
    assert not found.known
    assert state_of(house, "free_busy:work") == (Condition.STOPPED, "refused")


async def test_a_source_of_answers_that_breaks_in_our_own_code_is_told(database: Database):
    class Broken:
        name = "chat"

        async def run(self, box: AnswerBox) -> None:
            raise KeyError("nobody foresaw that")

    house = House(database, meeting=[])
    clock = TurningClock(house, 0)
    worker = Worker(replace(house.parts, clock=clock), box=AnswerDesk(house.parts), sources=[Broken()])
    running = asyncio.create_task(worker.run())
    await comes_true(lambda: state_of(house, "answers:chat") is not None)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert state_of(house, "answers:chat")[0] is Condition.FAILING  # type: ignore[index]  # looked at above
