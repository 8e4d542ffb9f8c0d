"""Every command in the documentation is carried out as it stands there, beside simulated vendors."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from docs.blocks import blocks
from meta.source_tree import ROOT
from noshowd.cli.main import main
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.state import signing_key
from noshowd.store import health, meetings
from noshowd.store.database import open_database
from real.small_town import ANNA, led_to, small_town
from store import samples

PAGES = sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("[!r]*/*.md"), ROOT / "README.md"])
_CALL = re.compile(r"(?:^|&& |; |-- )(?:/\S*/)?noshowd (?!<)(?P<words>[a-z][^>&|\n]*)", re.MULTILINE)
#: Begins as the key in the tutorial, so that `noshowd explain 3f9c` finds it.
KEY = "3f9c0123456789abcdef"
#: What stands on a page for something of the reader's.
MEANT = {
    "MEETING": "3f9c",
    "[DAY]": "",
    "ADDRESS": "guest@example.com",
    "STORY.toml": str(ROOT / "tests/stories/a_colleague_hosts_instead.toml"),
    "[FILE]": "events.jsonl",
    "UNIT": "noshowd.service",
}
#: Named in a sentence, without what has to follow.
BARE = {
    "report --mine": f"report --mine {ANNA}",
    "explain": "explain 3f9c",
    "simulate": f"simulate {MEANT['STORY.toml']}",
}
#: Not carried out here, and where instead.
ELSEWHERE = {
    "reload": "asks a running service: tests/runtime/test_admin.py, tests/real/test_systemd.py",
    "run": "every test of the daemon; tests/real/test_systemd.py as a service",
    "demo": "tests/demo",
    "init": "asks: tests/cli/test_init.py types the answers",
    "auth google": "sends a browser to Google: tests/adapters/google",
    "auth microsoft": "waits for a code to be typed: tests/adapters/microsoft",
    "templates check": "tests/cli/test_templates.py",
    "templates preview": "tests/cli/test_templates.py",
}
#: Where the answer is no, or where this installation has a reason to say so.
ENDS = {"report": 1, "export": 1, "forget": 1, "pause": 0, "resume": 1}


def _commands() -> Iterator[str]:
    """Every call of noshowd in a block, in a line of prose and in the table of all commands."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        scripts = [one.text for one in blocks(page) if one.language in ("", "sh", "bash", "console")]
        prose = re.findall(r"`(noshowd [a-z][^`]*)`", text)
        table = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", text, re.MULTILINE) if page.name == "commands.md" else []
        named = [f"noshowd {one}" for row in table for one in re.findall(r"`([^`]+)`", row)]
        for script in (*scripts, *prose, *named):
            for found in _CALL.finditer(script.replace("\\\n", " ")):
                yield " ".join(found["words"].partition("  #")[0].split())


def _left_to_others(words: str) -> bool:
    return any(words == one or words.startswith(f"{one} -") for one in ELSEWHERE) and "--yes" not in words


COMMANDS = sorted({words for words in _commands() if not words.startswith("COMMAND") and not _left_to_others(words)})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, list[str]]]]:
    secrets = tmp_path_factory.mktemp("secrets")
    with small_town(secrets) as keys:
        yield secrets, keys


@pytest.fixture
def installed(
    town: tuple[Path, dict[str, list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """What `noshowd init` of docs/installing.md leaves, with a day that has begun."""
    secrets, keys = town
    file = tmp_path / "noshowd.toml"
    monkeypatch.setenv("NOSHOWD_CONFIG", str(file))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))
    [init] = [words for words in COMMANDS if words.startswith("init --yes")]
    assert main(shlex.split(init)) == 0
    url = f"sqlite:///{tmp_path}/noshowd.db"
    file.write_text(led_to(file.read_text(), keys) + f'[store]\nurl = "{url}"\n')
    signing_key(tmp_path)
    now = SystemClock().now()
    with open_database(url) as database:
        today = samples.meeting(KEY, start=now)
        database.run_sync(lambda conn: meetings.put(conn, today, now=now, next_look_at=now + timedelta(days=1)))
        database.run_sync(lambda conn: health.beat(conn, "here", version="0", started_at=now, now=now))
    event = {"id": "1", "summary": "Call", "start": {"dateTime": "2026-03-02T10:00:00Z"}}
    event["end"] = {"dateTime": "2026-03-02T11:00:00Z"}
    (tmp_path / "events.jsonl").write_text(json.dumps({"provider": "google", "event": event}) + "\n")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    structlog.reset_defaults()


def _machine(installed: Path, *, workers: bool) -> str:
    """A tree in which the secrets lie where they belong; for several workers with what they share."""
    etc = installed / "machine/etc/noshowd"
    etc.mkdir(parents=True)
    for secret in ("google-key", "slack-bot", "slack-app", "signing-key", "database-password"):
        (etc / secret).write_text("secret")
    if workers:
        [shared] = [one.text for one in blocks(ROOT / "docs/installing.md") if one.language == "toml"]
        file = installed / "noshowd.toml"
        file.write_text(file.read_text().partition("[store]")[0] + shared)
    return str(installed / "machine")


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_is_carried_out(installed: Path, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = shlex.split(BARE.get(words) or " ".join(MEANT.get(word, word) for word in words.split()))
    command = given[0]
    if command == "init":
        given += ["--config", str(installed / "another.toml")]
    elif command == "install-service":
        given += ["--root", _machine(installed, workers="--workers" in words)]
    elif given[:2] == ["db", "backup"]:
        given[2:] = [str(installed / "backup.db")]
    try:
        code = main(given)
    except SystemExit as asked_for_help:
        code = int(str(asked_for_help.code))
    said = capsys.readouterr()
    assert code == ENDS.get(command, 0), f"noshowd {words}: {said.out}{said.err}"
    assert said.out, "it says something"


def test_there_is_enough_to_be_tried() -> None:
    assert {words.split()[0] for words in COMMANDS} >= {"status", "doctor", "explain", "install-service", "simulate"}
    assert len(COMMANDS) >= 30
