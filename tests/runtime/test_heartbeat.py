"""The sign of life goes out while all is alive, and not otherwise."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import structlog

from noshowd.config.model import Config
from noshowd.config.service import Run
from noshowd.runtime.heartbeat import keep_beating


class CountedClock:
    """Ends the loop after some rounds."""

    speed = 1.0

    def __init__(self, rounds: int) -> None:
        self._left = rounds

    async def sleep(self, seconds: float) -> None:
        assert seconds == 60
        self._left -= 1
        if not self._left:
            raise asyncio.CancelledError


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """Address of a service that listens for signs of life, and the paths it was called with."""
    paths: list[str] = []

    class Listens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(500 if "broken" in self.path else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listens)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


async def _beat(url: str | None, *, rounds: int = 2, alive: bool = True) -> list[str]:
    config = Config(run=Run(heartbeat_url=url))

    async def is_alive() -> bool:
        return alive

    with structlog.testing.capture_logs() as journal, pytest.raises(asyncio.CancelledError):
        await keep_beating(lambda: config, CountedClock(rounds), alive=is_alive)  # type: ignore[arg-type]  # only sleeps
    return [str(record["event"]) for record in journal]


async def test_it_beats_while_all_is_alive(heard: tuple[str, list[str]]) -> None:
    url, paths = heard
    assert await _beat(f"{url}/ping") == []
    assert paths == ["/ping", "/ping"]


async def test_it_is_silent_when_something_hangs(heard: tuple[str, list[str]]) -> None:
    url, paths = heard
    await _beat(url, alive=False)
    assert paths == []


async def test_a_failure_is_noted_once(heard: tuple[str, list[str]]) -> None:
    url, _ = heard
    assert await _beat(f"{url}/broken", rounds=3) == ["heartbeat_failed"]
    assert await _beat("http://127.0.0.1:9/nobody-listens") == ["heartbeat_failed"]


async def test_without_an_address_nothing_happens() -> None:
    assert await _beat(None) == []
