"""A real process is killed, or held past its lease, at each step of a send: the outbox tells the truth afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from noshowd.domain.followup import Happening, State
from noshowd.store import leases
from noshowd.store.database import Database, open_database
from store.samples import LEASE, NINE, followup
from store.sender import STEPS
from store.test_outbox import KEY, PARCEL, claim, mark_sending, queue, record, stored

TESTS = Path(__file__).parent.parent
#: How the row lies there when the process died at that step.
LEFT = {
    "claiming": State.QUEUED,
    "claimed": State.QUEUED,
    "marking": State.QUEUED,
    "marked": State.SENDING,
    "recording": State.SENDING,
    "recorded": State.SENT,
}
AFTER = NINE + LEASE


@contextmanager
def sender(url: str, step: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has reached that step and waits there."""
    paths = os.pathsep.join((str(TESTS.parent / "daemon"), str(TESTS)))
    command = [sys.executable, str(TESTS / "store" / "sender.py"), url, step]
    environment = {**os.environ, "PYTHONPATH": paths}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n"
            yield process
        finally:
            process.kill()


def settle(database: Database) -> None:
    """Wait until the server has noticed that the process is gone and has undone what it had not committed."""
    if database.shared:
        database.run_sync(lambda conn: conn.exec_driver_sql("LOCK TABLE outbox").close())


def begin(url: str) -> None:
    with open_database(url) as database:
        queue(database, followup())


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(database_url: str, step: str):
    begin(database_url)
    with sender(database_url, step) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with open_database(database_url) as database:
        settle(database)
        assert stored(database).state is LEFT[step]
        found = claim(database, now=AFTER, worker="second")
        assert [row.state for row in found] == [LEFT[step]] * (step != "recorded")
        if LEFT[step] is State.SENDING:
            assert found[0].parcel == PARCEL


@pytest.mark.parametrize("step", STEPS)
def test_work_goes_on_at_once_when_the_one_process_starts_again(tmp_path: Path, step: str):
    url = f"sqlite:///{tmp_path}/noshowd.db"
    begin(url)
    with sender(url, step) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with open_database(url) as database:
        database.run_sync(lambda conn: leases.release_all(conn, now=NINE))
        assert len(claim(database)) == (step != "recorded")


@pytest.mark.parametrize("step", ["claimed", "marked"])
def test_held_past_its_lease_while_another_worker_takes_over(database_url: str, step: str):
    begin(database_url)
    with sender(database_url, step) as process:
        process.send_signal(signal.SIGSTOP)
        with open_database(database_url) as database:
            [found] = claim(database, now=AFTER, worker="second")
            assert found.token is not None
            if step == "claimed":
                mark_sending(database, found.token, now=AFTER)
            record(database, Happening.DELIVERED, now=AFTER, token=found.token)
            process.send_signal(signal.SIGCONT)
            said, _ = process.communicate("go on\n")
            assert said == "lost\n"
            row = stored(database)
            assert (row.key, row.state, row.sent_at, row.attempts) == (KEY, State.SENT, AFTER, 1)


def test_undisturbed(database_url: str):
    begin(database_url)
    with sender(database_url, "claimed") as process:
        said, _ = process.communicate("go on\n")
    assert said == "sent\n"
    with open_database(database_url) as database:
        assert stored(database).state is State.SENT
