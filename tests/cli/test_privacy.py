"""`noshowd export` and `noshowd forget` from a shell beside the daemon."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from noshowd.cli.main import main
from noshowd.cli.tell import tell
from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef
from noshowd.runtime.state import signing_key
from noshowd.store import entries
from noshowd.store.database import open_database
from runtime.minimal import written
from store.samples import NINE, at

GUEST = "guest@theirs.example"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The configuration of an installation that ran and has mirrored one event with the guest."""
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    file = written(tmp_path)
    signing_key(tmp_path)
    ref = EntryRef(account="exchange", calendar="anna@example.org", entry_id="e1")
    event = CalendarEntry(ref=ref, start=NINE, end=at(30), attendees=(Attendee(address=GUEST),))
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(lambda conn: entries.put(conn, [event]))
    return str(file)


def test_exported_and_forgotten(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "-c", config, GUEST]) == 0
    assert len(json.loads(capsys.readouterr().out)["entries"]) == 1
    assert main(["forget", "-c", config, GUEST]) == 0
    assert "backups and copies" in capsys.readouterr().out
    assert main(["export", "-c", config, GUEST]) == 1


@pytest.mark.parametrize(("who", "why"), [("anna@example.org", "still a [[person]]"), ("Gus", "is no address")])
def test_who_cannot_be_forgotten(config: str, capsys: pytest.CaptureFixture[str], who: str, why: str) -> None:
    assert main(["forget", "-c", config, who]) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize("sly", ["\x1b[2J", "\r\n", "\u202e", "\x9b1A", "\x07"])
def test_strangers_words_do_nothing_to_a_terminal(capsys: pytest.CaptureFixture[str], sly: str) -> None:
    tell(f"Gespräch {sly} mit Gus")
    assert capsys.readouterr().out.rstrip("\n").isprintable()


def test_export_knows_what_is_no_address(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "-c", config, "Gus"]) == 2
    assert "is no address" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["meetings"], ["db", "check"], ["status"], ["pause"], ["explain", "abc"]])
def test_no_command_makes_an_empty_database_and_answers_from_it(
    config: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "noshowd.db").unlink()
    assert main([*words, "-c", config]) == 3
    assert "there is no database" in capsys.readouterr().err
    assert not (tmp_path / "noshowd.db").exists()


def test_nobody_is_forgotten_under_a_key_that_the_daemon_does_not_have(
    config: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "signing-key").unlink()
    assert main(["forget", "-c", config, GUEST]) == 2
    assert "STATE_DIRECTORY" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["meetings", "--reveal"], ["explain", "--reveal", "abc"], ["report", "--mine", GUEST]]
)
def test_with_pseudonyms_nobody_sees_names(config: str, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    file = Path(config)
    file.write_text("privacy.pseudonymous = true\n" + file.read_text())
    command, *more = words
    assert main([command, "-c", config, *more]) == 2
    assert "pseudonymous" in capsys.readouterr().err
