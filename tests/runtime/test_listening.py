"""The address of the pages is taken: one daemon says so and ends, one of several workers waits for its turn."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from noshowd.runtime.clock import ScaledClock
from noshowd.runtime.listening import in_turn, listening
from runtime.minimal import written


def test_one_daemon_says_who_is_in_the_way_and_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        file = written(tmp_path, more=f'[web]\nlisten = "{listen}"\n')
        command = [sys.executable, "-m", "noshowd", "run", "-c", str(file)]
        environ = {**os.environ, "NOSHOWD_TEST_PASSWORD": "x"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=60)
    assert done.returncode == 3
    assert f"the pages cannot be served at {listen}: Address already in use." in done.stderr
    assert "Traceback" not in done.stderr


async def test_of_several_workers_another_one_takes_over() -> None:
    clock = ScaledClock.starting_now(origin=datetime(2026, 3, 2, 9, tzinfo=UTC), speed=1000)
    serving = listening("127.0.0.1:0")
    listen = f"127.0.0.1:{serving.getsockname()[1]}"
    with serving:
        waiting = asyncio.create_task(in_turn(listen, clock, alone=False))
        await clock.sleep(50)
        assert not waiting.done()
    with await waiting as taken:
        assert taken.getsockname() == ("127.0.0.1", int(listen.rpartition(":")[2]))
