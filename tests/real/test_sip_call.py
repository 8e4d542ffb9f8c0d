"""A real call over SIP: kamailio passes it on and writes its record, sipp is both telephones, the source reads it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from contract.call_suite import GUEST, OUR_LINE, phone_meeting
from noshowd.adapters.cdr.presence import CdrSource
from noshowd.adapters.cdr.settings import CdrSettings, Columns, Times
from noshowd.domain.evidence import CallRecord, CallResult, Observation
from noshowd.runtime.clock import SystemClock

SIP = Path(__file__).parent / "sip"
MINUTE = timedelta(minutes=1)
COLUMNS = Columns(
    began="start_time",
    caller="src",
    called="dst",
    call="callid",
    duration=None,
    ended="end_time",
    talk="duration",
    result="code",
    application=None,
    peer=None,
)
RESULTS = {"200": CallResult.ANSWERED, "408": CallResult.NO_ANSWER, "486": CallResult.BUSY}

pytestmark = pytest.mark.real


class House:
    """kamailio between two telephones; every call is `OUR_LINE` to `GUEST`."""

    def __init__(self, folder: Path, program: Callable[[str], str]) -> None:
        self._folder = folder
        self._kamailio, self._sipp = program("kamailio"), program("sipp")
        self._port, self._telephone = free_port(), free_port()
        self.database = folder / "cdr.db"
        with closing(sqlite3.connect(self.database)) as database, database:
            database.executescript((SIP / "tables.sql").read_text(encoding="utf-8"))

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        place = self._written(
            "kamailio.cfg", PORT=str(self._port), TELEPHONE=str(self._telephone), DATABASE=str(self.database)
        )
        folder = str(self._folder)
        server = await asyncio.create_subprocess_exec(
            *(self._kamailio, "-f", str(place), "-DD", "-E", "-Y", folder, "-P", f"{folder}/pid", "-w", folder),
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            server.terminate()
            await server.wait()

    async def call(self, theirs: str, code: str | None = None) -> None:
        """One call to a telephone that behaves like the scenario `theirs`; back when its record is written."""
        before = self.records()
        if code is None:
            ours = self._written("rings.xml", FROM=OUR_LINE, TO=GUEST)
        else:
            ours = self._written("rings_in_vain.xml", FROM=OUR_LINE, TO=GUEST, CODE=code)
        async with asyncio.timeout(30):
            other = await self._telephoned(SIP / f"{theirs}.xml", "-p", str(self._telephone))
            try:
                caller = await self._telephoned(ours, "-p", str(free_port()), f"127.0.0.1:{self._port}")
                assert await caller.wait() == 0
                while self.records() == before:
                    await SystemClock().sleep(0.1)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    other.kill()
                await other.wait()

    def records(self) -> int:
        with closing(sqlite3.connect(self.database)) as database:
            return int(database.execute("SELECT count(*) FROM cdrs").fetchone()[0])

    async def _telephoned(self, scenario: Path, *options: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(self._sipp, "-sf", str(scenario), "-i", "127.0.0.1", "-m", "1", "-nostdin", *options),
            cwd=self._folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    def _written(self, name: str, **words: str) -> Path:
        text = (SIP / name).read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(word, value)
        place = self._folder / name
        place.write_text(text, encoding="utf-8")
        return place


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest_asyncio.fixture
async def house(tmp_path: Path, program: Callable[[str], str]) -> AsyncIterator[House]:
    house = House(tmp_path, program)
    async with house.open():
        yield house


async def read(house: House) -> Observation:
    now = SystemClock().now()
    meeting = replace(phone_meeting(), start=now - MINUTE, end=now + 29 * MINUTE)
    settings = CdrSettings(
        database=f"sqlite:///{house.database}",
        table="cdrs",
        columns=COLUMNS,
        times=Times.JULIAN_DAY,
        lines=frozenset({OUR_LINE}),
        results=RESULTS,
        lag=timedelta(0),
    )
    source = CdrSource(settings, lambda written: written if written.startswith("+") else None)
    try:
        return await source.look(meeting, since=now - 15 * MINUTE, now=now)
    finally:
        await source.close()


async def the_call(house: House) -> CallRecord:
    seen = await read(house)
    (call,) = seen.calls
    assert (call.our_line, call.their_number) == (OUR_LINE, GUEST)
    assert abs(SystemClock().now() - call.began) < MINUTE
    assert [coverage.ended_only for coverage in seen.coverages] == [True]
    return call


async def test_an_answered_call_is_a_talk_of_three_seconds(house: House) -> None:
    await house.call("picks_up")
    call = await the_call(house)
    assert call.result is CallResult.ANSWERED
    assert timedelta(seconds=2) < call.talked(SystemClock().now()) < timedelta(seconds=6)


@pytest.mark.parametrize(
    ("theirs", "code", "result"),
    [("does_not_pick_up", "408", CallResult.NO_ANSWER), ("is_busy", "486", CallResult.BUSY)],
)
async def test_a_call_in_vain_leaves_a_row_of_nothing(house: House, theirs: str, code: str, result: CallResult) -> None:
    await house.call(theirs, code)
    call = await the_call(house)
    assert call.result is result
    assert call.talked(SystemClock().now()) == timedelta(0)


async def test_a_failed_call_does_not_hide_the_one_that_came_about(house: House) -> None:
    await house.call("is_busy", "486")
    await house.call("picks_up")
    assert {call.result for call in (await read(house)).calls} == {CallResult.BUSY, CallResult.ANSWERED}
