"""CalDAV tasks against a real Radicale, in this process, behind a door that can misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

import httpx2
import pytest
from icalendar import Calendar
from radicale import Application, config

from contract.channel_clock import NINE, SteppingClock
from contract.channel_suite import ChannelSuite, ChannelWorld, Delivered
from noshowd.adapters.caldav.check import check
from noshowd.adapters.caldav.settings import CaldavSettings
from noshowd.adapters.caldav.tasks import CaldavTasks
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.check import Grade

ANNA = "anna@ours.example"
SIGN_IN = ("anna", "secret")
_LIST = """<mkcalendar xmlns="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop>
<supported-calendar-component-set><comp name="VTODO"/></supported-calendar-component-set>
</d:prop></d:set></mkcalendar>"""
Answer = Callable[..., Any]


class _Silent(ServerHandler):
    def log_exception(self, exc_info: object) -> None:
        """The line was cut on purpose."""


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"test.connection": self.connection}

    def log_message(self, *_: object) -> None:
        """Not in the output of a test."""

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if self.parse_request():
            reading: Any = self.rfile
            writing: Any = self.wfile
            handler = _Silent(reading, writing, self.get_stderr(), self.get_environ(), multithread=False)
            handler.request_handler = self  # type: ignore[attr-defined]  # as wsgiref itself does
            handler.run(self.server.get_app())  # type: ignore[attr-defined]  # a WSGIServer


class Door:
    """A WSGI application in front of Radicale: each lever works once, on the next PUT."""

    def __init__(self, inner: Answer) -> None:
        self._inner = inner
        self.lose = False
        self.later: int | None = None

    def __call__(self, environ: dict[str, Any], start: Answer) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "PUT":
            return self._inner(environ, start)
        if self.later is not None:
            seconds, self.later = self.later, None
            start("503 Service Unavailable", [("Retry-After", str(seconds)), ("Content-Length", "0")])
            return [b""]
        if self.lose:
            self.lose = False
            self._inner(environ, lambda *_: None)
            environ["test.connection"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        return self._inner(environ, start)


class CaldavWorld(ChannelWorld):
    """Anna's list on a Radicale of her own."""

    channel: CaldavTasks
    rejects_recipients = False

    def __init__(self, url: str, door: Door, folder: Path) -> None:
        self.clock = SteppingClock()
        self._door = door
        self._folder = folder
        self.list = f"{url}/anna/tasks/"
        self.channel = self.connect(self.list)

    def connect(self, task_list: str, password: str = SIGN_IN[1]) -> CaldavTasks:
        self.settings = CaldavSettings(name="tasks", lists={ANNA: task_list}, username=SIGN_IN[0], password=password)
        return CaldavTasks(self.settings, self.clock)

    def parcel(self, key: str = "parcel-1") -> Parcel:
        return Parcel(
            key=key,
            carries=Carries.TASKS,
            recipient=Recipient(address="Anna@ours.example"),
            subject="Call about the appointment at 10:00",
            text="Number: +49 171 2345678",
            due=NINE,
            zone="Europe/Berlin",
        )

    def delivered(self) -> list[Delivered]:
        found = []
        for file in kept_in(self._folder):
            [task] = Calendar.from_ical(file.read_bytes()).walk("VTODO")
            found.append(Delivered(to=frozenset({ANNA}), title=str(task["SUMMARY"]), body=str(task["DESCRIPTION"])))
        return found

    def addressee(self, parcel: Parcel) -> str:
        return (parcel.recipient.address or "").casefold()

    def lose_answer(self) -> None:
        self._door.lose = True

    def throttle(self, seconds: int) -> None:
        self._door.later = seconds

    def reject_recipient(self) -> None:
        """Every task is in one's own list."""

    def revoke(self) -> None:
        self.channel = self.connect(self.list, password="changed")

    def unplug(self) -> None:
        self.channel = self.connect("http://127.0.0.1:1/anna/tasks/")


def kept_in(folder: Path) -> list[Path]:
    """The files of Anna's list, as Radicale lays them down."""
    return sorted((folder / "collection-root" / "anna" / "tasks").glob("*.ics"))


@contextmanager
def radicale(folder: Path) -> Iterator[tuple[str, Door]]:
    """A real server that keeps its files in `folder`; Anna may sign in and has an empty task list."""
    users = folder / "users"
    users.write_text(":".join(SIGN_IN))
    settings = config.load()
    chosen = {
        "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain", "delay": "0"},
        "storage": {"filesystem_folder": str(folder / "data")},
        "logging": {"level": "error"},
    }
    settings.update(chosen, "this test")
    door = Door(Application(settings))
    server = WSGIServer(("127.0.0.1", 0), _Handler)
    server.set_app(door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        httpx2.request("MKCALENDAR", f"{url}/anna/tasks/", content=_LIST, auth=SIGN_IN).raise_for_status()
        yield url, door
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CaldavWorld]:
    with radicale(tmp_path) as (url, door):
        yield CaldavWorld(url, door, tmp_path / "data")


class TestCaldavTasks(ChannelSuite):
    pass


async def test_a_task_is_due_and_found_again_by_our_key(world: CaldavWorld, tmp_path: Path) -> None:
    receipt = await world.channel.send(world.parcel("f00d"))
    assert receipt.ref == f"{world.list}noshowd-f00d.ics"
    [file] = kept_in(tmp_path / "data")
    [task] = Calendar.from_ical(file.read_bytes()).walk("VTODO")
    assert task["UID"] == "noshowd-f00d"
    assert task.decoded("DUE") == NINE


async def test_what_our_person_ticked_off_is_not_put_back(world: CaldavWorld, tmp_path: Path) -> None:
    await world.channel.send(world.parcel())
    [file] = kept_in(tmp_path / "data")
    file.write_text(file.read_text().replace("NEEDS-ACTION", "COMPLETED"))
    await world.channel.send(world.parcel())
    assert "COMPLETED" in file.read_text()


async def test_doctor_tries_the_list(world: CaldavWorld) -> None:
    [good] = await check(world.channel, world.settings)
    assert good.grade is Grade.GOOD
    gone = world.connect(f"{world.list}not-there/")
    [bad] = await check(gone, world.settings)
    assert bad.grade is not Grade.GOOD
