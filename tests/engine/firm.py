"""A real process that runs the engine's loops and can be held at any step of judging or sending.

Three of ours are expected by three guests who are in their rooms already; each has to be nudged, once. The wire is a
file: one line for each parcel that left.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from noshowd.config.model import Config
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.turn import next_due
from noshowd.ports.channel import Carries, Channel, Parcel, Receipt, Recovery
from noshowd.ports.errors import Permanent
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Adapters
from noshowd.runtime.clock import ScaledClock
from noshowd.runtime.loops import Worker
from noshowd.store import outbox
from noshowd.store.backend import backend_for
from noshowd.store.database import Database
from noshowd.store.errors import StoreError
from noshowd.story.format import ACCOUNT, Story
from noshowd.story.happening import Event
from noshowd.story.scripted import ScriptedRoom
from noshowd.story.setting import traits
from noshowd.story.stage import Stage

T = TypeVar("T")

OURS = ("anna", "ben", "cara")
STORY = Story.model_validate(
    {
        "story": "Three guests wait, and nobody of ours is there",
        "us": {"domains": ["us.example"], "zone": "Europe/Berlin", "language": "en"},
        "person": [{"address": f"{name}@us.example"} for name in OURS],
        "source": [{"name": "meet"}],
        "meeting": [
            {
                "id": name,
                "at": "10:00",
                "link": f"https://meet.google.com/aaa-{name.ljust(4, 'x')[:4]}-ccc",
                "organizer": f"{name}@us.example",
                "people": [{"address": f"{name}@us.example"}, {"address": f"guest-of-{name}@them.example"}],
            }
            for name in OURS
        ],
    }
)
#: Long enough for a send, short enough to be waited for.
LEASE = timedelta(seconds=1)
#: The steps at which a process can be held, in the order in which one message passes them. "-ing": inside the
#: transaction, all of its statements done; "-ed": committed.
STEPS = (
    "judging",
    "judged",
    "claiming",
    "claimed",
    "marking",
    "marked",
    "before the wire",
    "after the wire",
    "recording",
    "recorded",
)
#: Those that all three messages pass together.
BATCHED = frozenset({"judging", "judged", "claiming", "claimed"})
#: Which transaction it is, told by what it writes.
_MARKS = (
    ("claim", re.compile(r"WITH picked.*UPDATE outbox", re.DOTALL)),
    ("judg", re.compile(r"INSERT INTO outbox")),
    ("mark", re.compile(r"UPDATE outbox SET .*parcel=")),
    ("record", re.compile(r"UPDATE outbox SET .*receipt=")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a process is to do."""

    url: str
    wire: Path
    clock: str
    recovery: Recovery
    #: Hold when this step is reached for the nth time; None: work to the end.
    hold: tuple[str, int] | None = None
    worker: str = "first"
    #: Makes another channel in the place of the file; a function that a new process can import.
    channel: Callable[[Orders, ScaledClock, Holder], Channel] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How things stood when a process had worked to the end."""

    #: Seconds until something could be claimed again, when the process began.
    idle: float
    nudges: dict[str, State]
    #: Keys of messages that a person was asked about.
    asked: frozenset[str]


class Holder:
    """Tells the parent when the step has been reached, and waits for its word."""

    def __init__(self, pipe: Connection, hold: tuple[str, int] | None) -> None:
        self._pipe, self._hold = pipe, hold
        self._seen = 0
        self._lock = threading.Lock()

    def reached(self, step: str) -> None:
        if self._hold is None or step != self._hold[0]:
            return
        with self._lock:
            self._seen += 1
            held = self._seen == self._hold[1]
        if held:
            self._pipe.send(step)
            self._pipe.recv()


class Watched(Database):
    """A database that tells which of the steps a transaction is."""

    def __init__(self, url: str, holder: Holder) -> None:
        backend = backend_for(url)
        engine = backend.engine()
        super().__init__(backend, engine)
        self._holder = holder
        self._written = threading.local()
        sa.event.listen(engine, "before_cursor_execute", self._note)
        if backend.shared:
            sa.event.listen(engine, "connect", _shorten)

    def _note(self, _conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self._written.text = getattr(self._written, "text", "") + statement

    def _transact(self, work: Callable[[sa.Connection], T], **how: bool) -> T:
        self._written.text = ""
        step = ""

        def watched(conn: sa.Connection) -> T:
            nonlocal step
            result = work(conn)
            step = next((name for name, mark in _MARKS if mark.search(self._written.text)), "")
            if step == "claim" and not result:
                step = ""  # nothing was due
            self._holder.reached(f"{step}ing")
            return result

        result = super()._transact(watched, **how)
        self._holder.reached(f"{step}ed")
        return result


def _shorten(connection: Any, _record: object) -> None:
    """The server lets go of a worker that stands still in a transaction as soon as its lease is over."""
    for setting in ("idle_in_transaction_session_timeout", "transaction_timeout"):
        connection.execute(f"SET {setting} = {LEASE // timedelta(milliseconds=1)}")
    connection.commit()


class Wire:
    """A channel to our side whose far end is a file."""

    name = "wire"
    carries = frozenset({Carries.TO_OUR_SIDE})
    edits = False
    timeout = 0.5

    def __init__(self, orders: Orders, clock: ScaledClock, holder: Holder) -> None:
        self.recovery = orders.recovery
        self._path, self._clock, self._holder = orders.wire, clock, holder

    async def send(self, parcel: Parcel) -> Receipt:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._holder.reached, "before the wire")
        line = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(line, f"{parcel.key}\n".encode())
        os.fsync(line)
        os.close(line)
        await loop.run_in_executor(None, self._holder.reached, "after the wire")
        return Receipt(channel=self.name, ref=parcel.key, at=self._clock.now())

    async def verify(self, parcel: Parcel) -> Receipt | None:
        if parcel.key not in lines(self._path):
            return None
        return Receipt(channel=self.name, ref=parcel.key, at=self._clock.now())

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        raise Permanent("what has left a wire stays as it is")

    async def retract(self, receipt: Receipt) -> None:
        raise Permanent("what has left a wire stays as it is")


def lines(wire: Path) -> list[str]:
    """The key of each parcel that left, in order."""
    return wire.read_text().split() if wire.exists() else []


def work(orders: Orders, pipe: Connection) -> None:
    """Run the loops until every nudge has ended as it should; send an `Ending`. The target of a process."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda *_: ""])
    pipe.send(asyncio.run(_work(orders, Holder(pipe, orders.hold))))


async def _work(orders: Orders, holder: Holder) -> Ending:
    clock = ScaledClock.parse(orders.clock)
    with Watched(orders.url, holder) as database:
        stage = Stage(STORY)
        for name in OURS:
            stage.happen(
                Event.model_validate({"at": "10:00", "meeting": name, "join": f"guest-of-{name}@them.example"}),
                clock.now(),
            )
        for stay in stage.world.stays:
            stay.began -= timedelta(minutes=5)
        adapters = Adapters(
            calendars={ACCOUNT: stage.calendar},
            watched=[(ACCOUNT, f"{name}@us.example") for name in OURS],
            presences={"meet": ScriptedRoom(traits(STORY.source[0]), stage.world, stage.moods, ())},
            channels=[(orders.channel or Wire)(orders, clock, holder)],
        )
        config = Config(mode=STORY.mode, us=STORY.us, person=STORY.person)
        parts = assemble(config, database=database, clock=clock, adapters=adapters, worker=orders.worker, key=b"crash")
        pace = replace(parts.pace, lease=LEASE, margin=timedelta(seconds=0.2), backoff=timedelta(seconds=0.1))
        parts = replace(parts, pace=pace)
        due = await next_due(parts, "deliver")
        idle = 0.0 if due is None else max(0.0, (due - clock.now()).total_seconds())
        worker = asyncio.create_task(Worker(parts, box=AnswerDesk(parts)).run())
        ending = None
        while ending is None:
            await clock.sleep(0.02)
            with suppress(StoreError):  # the server may have ended a session that stood still
                ending = await database.read(partial(_ending, idle=idle))
        worker.cancel()
        return ending


def _ending(conn: sa.Connection, *, idle: float) -> Ending | None:
    """How it ended; None while something is still on its way."""
    rows = outbox.in_state(conn)
    nudges = {row.key: row.state for row in rows if row.followup.kind is FollowUpKind.NUDGE}
    notices = [row for row in rows if row.followup.kind is FollowUpKind.NOTICE]
    ended = {State.SENT, State.UNCERTAIN}
    if len(nudges) < len(OURS) or not {*nudges.values(), *(row.state for row in notices)} <= ended:
        return None
    asked = frozenset(row.followup.concerns or "" for row in notices)
    return Ending(idle=idle, nudges=nudges, asked=asked)
