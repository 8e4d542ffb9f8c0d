"""The daemon as a process, in the middle of something, ready to be told to stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.engine_judge import NOW, fill
from noshowd.demo.configuration import write_configuration
from noshowd.demo.process import free_port
from noshowd.demo.town import Town
from noshowd.runtime.clock import ScaledClock
from noshowd.store.database import open_database
from runtime.minimal import written

#: Nothing here takes so long on any machine, seconds.
PATIENCE = 60.0


Moment = Callable[["Stage"], AbstractContextManager["Running"]]


class Relay:
    """A wire on loopback between the daemon and a vendor. Once a word has gone through, nothing comes back any more."""

    def __init__(self, port: int, hold_at: bytes) -> None:
        self._target, self._word = port, hold_at
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.held = threading.Event()
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in [self._server, *self._open]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, outward: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if outward and self._word in piece:
                    self.held.set()
                if outward or not self.held.is_set():
                    sink.sendall(piece)


class Running:
    """A daemon, and its journal."""

    def __init__(self, file: Path, environ: dict[str, str] | None = None) -> None:
        self._journal = file.parent / "journal"
        with self._journal.open("ab") as out:
            self._from = out.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "noshowd", "run", "-c", str(file)],
                stdout=out,
                stderr=out,
                env={**os.environ, **(environ or {})},
            )

    def said(self) -> str:
        return self._journal.read_bytes()[self._from :].decode()

    def until(self, found: Callable[[], bool] | str) -> None:
        """Wait until this is so, or until the journal has this word."""
        ends = time.monotonic() + PATIENCE
        while not (found in self.said() if isinstance(found, str) else found()):
            if self.process.poll() is not None or time.monotonic() > ends:
                raise AssertionError(f"it never came to that:\n{self.said()}")
            time.sleep(0.01)

    def stop(self) -> float:
        """Seconds from SIGTERM to the end. Raises `AssertionError` when it ends badly or never."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end:\n{self.said()}") from None
        took = time.perf_counter() - began
        assert code in (0, -signal.SIGTERM), self.said()
        assert "Traceback" not in self.said(), self.said()
        return took

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Stage:
    """A folder with a configuration, and the simulated vendors."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder = town, folder
        folder.mkdir(exist_ok=True)

    def configured(self, **instead: int) -> Path:
        """The demo's configuration; `smtp` and `google` are ports that stand in place of the vendors'."""
        file = write_configuration(self.town, self.folder, free_port())
        text = file.read_text()
        for vendor, port in instead.items():
            text = text.replace(str(self.port_of(vendor)), str(port))
        file.write_text(text)
        return file

    def port_of(self, vendor: str) -> int:
        if vendor == "smtp":
            return self.town.mail.smtp_port
        return int(re.findall(r":(\d+)", self.town.google.url)[0])

    def states(self) -> list[tuple[str, str]]:
        """Kind and state of every message."""
        with closing(sqlite3.connect(self.folder / "noshowd.db")) as database:
            return database.execute("SELECT kind, state FROM outbox").fetchall()

    def workers(self) -> set[str]:
        """Who has not taken leave."""
        with closing(sqlite3.connect(self.folder / "noshowd.db")) as database:
            return {name for (name,) in database.execute("SELECT name FROM worker")}


@contextmanager
def sending(stage: Stage) -> Iterator[Running]:
    """The mail server has got a whole mail and says nothing."""
    with Relay(stage.port_of("smtp"), b"\r\n.\r\n") as relay:
        running = Running(stage.configured(smtp=relay.port))
        running.until(relay.held.is_set)
        yield running


@contextmanager
def listing(stage: Stage) -> Iterator[Running]:
    """Google has been asked for a calendar and says nothing."""
    with Relay(stage.port_of("google"), b"/events?") as relay:
        running = Running(stage.configured(google=relay.port))
        running.until(relay.held.is_set)
        yield running


@contextmanager
def locked(stage: Stage) -> Iterator[Running]:
    """Another program writes into the database and does not finish."""
    running = Running(stage.configured())
    running.until("started")
    with closing(sqlite3.connect(stage.folder / "noshowd.db", isolation_level=None, timeout=PATIENCE)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield running
        other.execute("ROLLBACK")


@contextmanager
def judging(stage: Stage, meetings: int = 6000) -> Iterator[Running]:
    """So many meetings are due at once that other processes judge them."""
    with open_database(f"sqlite:///{stage.folder}/noshowd.db") as database:
        fill(database, meetings)
    clock = ScaledClock.starting_now(origin=NOW, speed=1.0)
    environ = {"NOSHOWD_TEST_PASSWORD": "x", "NOSHOWD_SCALED_CLOCK": str(clock)}
    running = Running(written(stage.folder, mode="live"), environ)
    running.until("judges_started")
    yield running


@contextmanager
def reloading(stage: Stage) -> Iterator[Running]:
    """SIGHUP has just been sent."""
    running = Running(stage.configured())
    running.until("started")
    running.process.send_signal(signal.SIGHUP)
    yield running


@contextmanager
def listening(stage: Stage) -> Iterator[Running]:
    """Slack's Socket Mode is open, and everything else is at rest."""
    running = Running(stage.configured())
    running.until("started")
    yield running


def starting(after: float) -> Moment:
    """So many seconds after its start, ready or not."""

    @contextmanager
    def begun(stage: Stage) -> Iterator[Running]:
        running = Running(stage.configured())
        time.sleep(after)
        yield running

    return begun


#: What it may be in the middle of, by the words for it.
MOMENTS: dict[str, Moment] = {
    "a send at which the mail server hangs": sending,
    "a listing that Google does not answer": listing,
    "a database that is locked": locked,
    "6,000 meetings that are judged": judging,
    "a reload": reloading,
    "rest, with Socket Mode open": listening,
    "its start, after 0.1 s": starting(0.1),
    "its start, after 0.5 s": starting(0.5),
    "its start, after 1 s": starting(1.0),
}
