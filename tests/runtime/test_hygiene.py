"""Secrets are planted everywhere, people and titles in the database; no output of anything shows them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef
from noshowd.runtime.clock import SystemClock
from noshowd.store import entries
from noshowd.store.database import open_database

#: What every planted secret contains.
MARK = "PLANTED9f3a"
GUEST, TITLE, LINK = "planted.guest@theirs.example", "Planted title", "https://meet.google.com/pla-nted-abc"
ACCOUNTS = """
store.url = "sqlite:///{folder}/noshowd.db"
[us]
domains = ["example.org"]
zone = "Europe/Berlin"
[[person]]
address = "anna@example.org"
slack = "anna"
lines = ["+49 89 23714480"]
[[account]]
kind = "exchange"
endpoint = "https://127.0.0.1:9/EWS/Exchange.asmx"
username = "noshowd"
password = {{ env = "PLANTED_1" }}
auth_type = "basic"
mailboxes = ["anna@example.org"]
[[account]]
kind = "microsoft"
tenant = "example.org"
client_id = "11111111-2222-3333-4444-555555555555"
secret = {{ file = "secret.txt" }}
mailboxes = ["ben@example.org"]
authority = "https://127.0.0.1:9"
graph_url = "https://127.0.0.1:9/v1.0"
instance_discovery = false
[[presence]]
kind = "sipgate"
token_id = "token-1"
token = {{ env = "PLANTED_2" }}
url = "https://127.0.0.1:9/v2"
[[presence]]
kind = "asterisk"
host = "127.0.0.1"
port = 9
username = "noshowd"
secret = {{ env = "PLANTED_3" }}
lines = ["+49 89 23714480"]
[[channel]]
kind = "slack"
bot = {{ env = "PLANTED_4" }}
app = {{ env = "PLANTED_5" }}
url = "https://127.0.0.1:9/api"
[[channel]]
kind = "smtp"
host = "127.0.0.1"
port = 9
username = "noshowd"
password = {{ env = "PLANTED_6" }}
sender = "noshowd@example.org"
replies = {{ host = "127.0.0.1", port = 9, username = "noshowd", password = {{ env = "PLANTED_7" }} }}
"""
#: Secrets written where only their place belongs.
MISPLACED = [
    f'store.url = "postgresql://noshowd:{MARK}@db.example/noshowd"',
    f'store.password = "{MARK}"',
    f'web.signing_key = {{ env = "{MARK} with a blank" }}',
    f'web.public_url = "https://user:{MARK}@example.org"',
    f'network.proxy = "http://user:{MARK}@proxy.example:3128"',
    f'[[account]]\nkind = "google"\ncalendars = ["a@example.org"]\nkey = \'{{"private_key": "{MARK}"}}\'',
    f'[[channel]]\nkind = "slack"\nbot = "xoxb-{MARK}"',
    f'[[channel]]\nkind = "slack"\nbot = {{ credential = "x", value = "{MARK}" }}',
]


def _environ(folder: Path) -> dict[str, str]:
    planted = {f"PLANTED_{number}": f"xoxb-{MARK}-{number}" for number in range(1, 8)}
    return {**os.environ, **planted, "HOME": str(folder)}


def _noshowd(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "noshowd", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environ(folder), timeout=120)
    return done.stdout + done.stderr


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation whose next appointment is in two minutes."""
    (tmp_path / "secret.txt").write_text(f"{MARK}-file")
    file = tmp_path / "noshowd.toml"
    file.write_text('logging.format = "json"\n' + ACCOUNTS.format(folder=tmp_path))
    start = SystemClock().now() + timedelta(minutes=2)
    event = CalendarEntry(
        ref=EntryRef(account="exchange", calendar="anna@example.org", entry_id="e1"),
        start=start,
        end=start + timedelta(minutes=30),
        title=TITLE,
        location=LINK,
        attendees=(Attendee(address="anna@example.org"), Attendee(address=GUEST)),
    )
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(lambda conn: entries.put(conn, [event]))
    return file


def _clean(said: str) -> None:
    found = [line for line in said.splitlines() if MARK in line]
    assert found == []


@pytest.mark.parametrize("words", [("check-config",), ("check-config", "--json"), ("doctor",), ("status", "--json")])
def test_commands_show_no_secret(config: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    said = _noshowd(tmp_path, words[0], "-c", str(config), *words[1:])
    assert said
    _clean(said)


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    for number, text in enumerate(MISPLACED):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        said = _noshowd(tmp_path, "check-config", str(file))
        assert re.search(r"[1-9]\d* problem", said), text
        _clean(said)


def test_the_journal_of_the_daemon_has_no_secret_no_address_no_title_and_no_link(config: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "noshowd", "run", "-c", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=_environ(tmp_path)) as daemon:
        assert daemon.stderr is not None
        said = []
        for line in daemon.stderr:
            said.append(line)
            if '"event": "started"' in line:
                daemon.send_signal(signal.SIGTERM)
        assert daemon.wait() == 0, "".join(said)
    journal = "".join(said)
    assert '"event": "sync_failed"' in journal
    _clean(journal)
    for planted in (GUEST, TITLE, LINK, "anna@example.org", "Traceback"):
        assert planted not in journal
    stored = [
        path for path in tmp_path.rglob("*") if path.is_file() and path.name not in ("secret.txt", "noshowd.toml")
    ]
    assert not [path for path in stored if MARK.encode() in path.read_bytes()], "nor is one kept"
