"""The real daemon as a child process, with its journal in a file. It never outlives its parent's `with` block."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import noshowd
from noshowd.runtime.clock import ScaledClock

#: The daemon ends within seconds of SIGTERM; after this it is killed.
_STOPS_WITHIN = 8.0


class DaemonProcess:
    """`noshowd run` on the demo's configuration and clock. May be killed and started again from any thread."""

    def __init__(self, configuration: Path, clock: ScaledClock, journal: Path) -> None:
        self._configuration = configuration
        self._clock = clock
        self._journal = journal
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        command: Sequence[str] = (sys.executable, "-m", "noshowd", "run", "-c", str(self._configuration))
        source = str(Path(noshowd.__file__).parents[1])
        path = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH"))))
        with self._journal.open("ab") as journal:
            self._child = subprocess.Popen(  # noqa: S603 - our own program with our own file
                command,
                stdin=subprocess.DEVNULL,
                stdout=journal,
                stderr=journal,
                env={**os.environ, "PYTHONPATH": path, "NOSHOWD_SCALED_CLOCK": str(self._clock)},
            )

    @property
    def pid(self) -> int:
        """The number of the process that runs; raises `RuntimeError` while none does."""
        if self._child is None:
            raise RuntimeError("the daemon does not run")
        return self._child.pid

    @property
    def died(self) -> bool:
        """Whether it ended although nobody wanted it to."""
        return self._child is not None and self._child.poll() is not None

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL for one that does not end."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(timeout=_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
