"""Commands that the running service does for a shell which has none of its secrets."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from noshowd.runtime.admin import AdminSocket
from noshowd.runtime.handing_over import RELOAD, SOCKET, hand_over, hand_to_each
from noshowd.store.database import open_database
from runtime.minimal import written


@asynccontextmanager
async def _served(config: Path, folder: Path, reload: Callable[[], list[str]] = list) -> AsyncIterator[None]:
    """The socket of a service that has the secret of the configuration, and a database."""
    with open_database(f"sqlite:///{config.parent}/noshowd.db"):
        pass
    has = {**os.environ, "RUNTIME_DIRECTORY": str(folder), "NOSHOWD_TEST_PASSWORD": "only-the-service-has-it"}
    task = asyncio.create_task(AdminSocket(config, reload=reload, environ=has).run())
    await asyncio.wait([task], timeout=0)  # it has begun, and listens
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _type(folder: Path, *words: str) -> tuple[int, str, str]:
    """What a shell gets to see that knows where the socket is, and no secret."""
    knows = {k: v for k, v in os.environ.items() if k != "NOSHOWD_TEST_PASSWORD"}
    shell = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "noshowd", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**knows, "NOSHOWD_ADMIN_SOCKET": str(folder / SOCKET)},
    )
    out, err = await shell.communicate()
    assert shell.returncode is not None
    return shell.returncode, out.decode(), err.decode()


async def test_a_command_has_the_secrets_of_the_service_and_the_shell_of_its_caller(tmp_path: Path) -> None:
    config = written(tmp_path)
    alone, _, why = await _type(tmp_path, "status", "-c", str(config), "--json")
    assert alone == 2
    assert "NOSHOWD_TEST_PASSWORD" in why
    async with _served(config, tmp_path):
        code, out, err = await _type(tmp_path, "status", "-c", str(config), "--json")
        assert (code, err) == (1, ""), "its exit code too: no worker runs"
        assert json.loads(out)["mode"] == "shadow"


async def test_what_the_service_does_is_in_its_journal_with_who_asked(tmp_path: Path) -> None:
    config = written(tmp_path)
    with structlog.testing.capture_logs() as journal:
        async with _served(config, tmp_path):
            await _type(tmp_path, "meetings", "-c", str(config), "--reveal")
    record = next(one for one in journal if one["event"] == "command")
    assert (record["command"], record["reveal"]) == ("meetings", True)
    assert record["by"]


async def test_a_command_about_another_configuration_is_not_the_services(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    config, other = written(tmp_path), written(tmp_path / "other")
    async with _served(config, tmp_path):
        assert (await _type(tmp_path, "status", "-c", str(other)))[0] == 2


async def test_a_command_that_writes_a_file_stays_in_the_shell(tmp_path: Path) -> None:
    config = written(tmp_path)
    async with _served(config, tmp_path):
        code, _, err = await _type(tmp_path, "db", "-c", str(config), "backup", str(tmp_path / "copy.db"))
    assert code == 2
    assert "NOSHOWD_TEST_PASSWORD" in err


async def test_whoever_has_a_changed_configuration_taken_over_learns_what_came_of_it(tmp_path: Path) -> None:
    config = written(tmp_path)
    async with _served(config, tmp_path):
        assert await _type(tmp_path, "reload", "-c", str(config)) == (
            0,
            "The changed configuration is in effect.\n",
            "",
        )
    async with _served(config, tmp_path, lambda: ["needs a restart: account"]):
        refused = (2, "The old configuration stays.\n", "needs a restart: account\n")
        assert await _type(tmp_path, "reload", "-c", str(config)) == refused
        assert await _type(tmp_path, "reload", "-c", str(config), "--quiet") == (2, "", "")
    code, _, err = await _type(tmp_path, "reload", "-c", str(config))
    assert (code, "no running service" in err) == (3, True)


def test_what_systemd_starts_beside_a_worker_means_that_worker_alone(tmp_path: Path) -> None:
    """Not the first of /run/noshowd*, which may be another worker of the same configuration."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as own:
        own.bind(str(tmp_path / SOCKET))
        own.listen()
        own.settimeout(20)
        with ThreadPoolExecutor() as beside:
            answered = beside.submit(_hang_up_on_the_first, own)
            hand_to_each([RELOAD], tmp_path, environ={"RUNTIME_DIRECTORY": str(tmp_path)})
    assert answered.exception() is None, "it was this one that was asked"


def _hang_up_on_the_first(listening: socket.socket) -> None:
    listening.accept()[0].close()


async def test_nonsense_does_no_harm(tmp_path: Path) -> None:
    config = written(tmp_path)
    async with _served(config, tmp_path):
        for nonsense in (b"", b"{", b"[]", b'{"config": 7}', b'{"words": []}'):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
                stranger.connect(str(tmp_path / SOCKET))
                stranger.send(nonsense)
        assert (await _type(tmp_path, "status", "-c", str(config)))[0] == 1


def test_without_a_service_nothing_is_handed_over(tmp_path: Path) -> None:
    assert hand_over(["status"], tmp_path, environ={"NOSHOWD_ADMIN_SOCKET": str(tmp_path / "none")}) is None


@pytest.mark.parametrize("asked_by", ["root"])
def test_the_service_does_not_ask_itself(tmp_path: Path, asked_by: str) -> None:
    assert hand_over(["status"], tmp_path, environ={"NOSHOWD_ASKED_BY": asked_by}) is None
