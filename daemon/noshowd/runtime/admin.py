"""Commands typed in a root shell, done by the running service: only it sees its secrets and its private state.

A local socket in the service's runtime directory. The shell hands over its own standard input, output and error, so
that the command, started inside the service's sandbox, speaks to the person directly; only a changed configuration is
taken over by the service itself. Who asks is told by the kernel (SO_PEERCRED): root or the service's own user, nobody
else.
"""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from noshowd.runtime.handing_over import ASKED_BY, QUIETLY, REFUSED, RELOAD, RUNTIME_DIRECTORY, SOCKET

log = structlog.get_logger()

_LONGEST = 65536
#: Commands side by side; more wait.
_AT_ONCE = 4


class AdminSocket:
    """Does commands for whoever may ask, until cancelled."""

    def __init__(
        self, config: Path, *, reload: Callable[[], Sequence[str]], environ: Mapping[str, str] = os.environ
    ) -> None:
        """`reload` takes the changed configuration over and returns what is in the way."""
        folder = environ.get(RUNTIME_DIRECTORY, "").partition(":")[0]
        #: None where there is no runtime directory, hence no socket.
        self.path = Path(folder, SOCKET) if folder else None
        self._config = config.resolve()
        self._reload = reload
        self._environ = environ
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Raises `OSError`: without the socket, commands do what they can by themselves."""
        if self.path is None:
            await asyncio.Event().wait()  # no folder, no socket, and nothing to be told of
        else:
            await self._listen(self.path)

    async def _listen(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        with _bound(path) as server:
            async with asyncio.TaskGroup() as group:
                while True:
                    asking, _ = await loop.sock_accept(server)
                    group.create_task(self._attend(asking))

    async def _attend(self, asking: socket.socket) -> None:
        with asking:
            try:
                answer = await self._answer(asking)
                asking.send(struct.pack("i", answer))
            except (OSError, ValueError, KeyError, TypeError) as error:  # whoever asked has gone, or spoke nonsense
                log.warning("admin_failed", action="admin", error=type(error).__name__)

    async def _answer(self, asking: socket.socket) -> int:
        _, user, _ = struct.unpack(
            "3i", asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        )
        if user not in (0, os.geteuid()):
            log.warning("admin_refused", action="admin", user=user)
            return REFUSED
        await _readable(asking)
        message, handles, _, _ = socket.recv_fds(asking, _LONGEST, 3)
        try:
            asked = json.loads(message)
            if Path(asked["config"]) != self._config or len(handles) != 3:
                return REFUSED
            async with self._turn:
                return await self._do([str(word) for word in asked["words"]], handles, asking, _name_of(user))
        finally:
            for handle in handles:
                os.close(handle)

    async def _do(self, words: Sequence[str], handles: Sequence[int], asking: socket.socket, user: str) -> int:
        """Run the command; it ends when whoever asked goes away."""
        revealed = "--reveal" in words
        log.info("command", action="admin", command=words[0], by=user, reveal=revealed)
        if words[0] == RELOAD:
            return await self._take_over(None if QUIETLY in words else handles[2])
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "noshowd", *words),
            stdin=handles[0],
            stdout=handles[1],
            stderr=handles[2],
            env={**self._environ, ASKED_BY: user, "NOSHOWD_CONFIG": str(self._config)},
        )
        ended = asyncio.create_task(child.wait())
        gone = asyncio.create_task(_readable(asking))  # nothing more is said: readable means closed
        try:
            await asyncio.wait([ended, gone], return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            with suppress(ProcessLookupError):
                if child.returncode is None:
                    child.terminate()
        return await ended

    async def _take_over(self, out: int | None) -> int:
        problems = self._reload()
        if problems and out is not None:
            text = "".join(f"{problem}\n" for problem in problems).encode()
            await asyncio.to_thread(_say, out, text)  # whoever does not read keeps nobody waiting
        return 2 if problems else 0


def _say(out: int, text: bytes) -> None:
    with os.fdopen(os.dup(out), "wb") as stream:
        stream.write(text)


def _bound(path: Path) -> socket.socket:
    """A socket that only its owner and root can reach. Raises `OSError`."""
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
    server.bind(str(path))
    path.chmod(0o600)
    server.listen()
    server.setblocking(False)  # noqa: FBT003 - positional only
    return server


async def _readable(asking: socket.socket) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(asking, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(asking)


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
