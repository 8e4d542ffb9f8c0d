"""The watchdog is fed only while every loop comes round."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.channel_clock import SteppingClock
from noshowd.runtime.pulse import Pulse
from noshowd.runtime.systemd import Notifier


class _Clock(SteppingClock):
    speed = 1.0


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket on which systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.setblocking(False)
        yield sock


async def test_a_loop_that_hangs_stops_the_feeding(heard: socket.socket) -> None:
    clock = _Clock()
    pulse = Pulse(clock, Notifier({"NOTIFY_SOCKET": heard.getsockname(), "WATCHDOG_USEC": "60000000"}))
    pulse.beat("sync")
    feeding = asyncio.create_task(pulse.run())
    await clock.wait_for_sleeps(8)  # of half a minute each
    feeding.cancel()
    words = [heard.recv(100) for _ in range(4)]
    with pytest.raises(BlockingIOError):
        heard.recv(100)
    assert words == [b"WATCHDOG=1"] * 4, "at 0, 30, 60 and 90 s; then the loop counts as hanging"
    assert pulse.hanging() == ["sync"]
