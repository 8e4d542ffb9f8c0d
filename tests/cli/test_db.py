"""`noshowd db check`, `noshowd db backup` and what lifts the hold of a restored database."""

from __future__ import annotations

import resource
import signal
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from noshowd.cli.main import main
from noshowd.store import sqlite, switches
from noshowd.store.database import open_database
from runtime.minimal import written
from store.samples import NINE


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    file = written(tmp_path)
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(lambda conn: switches.turn(conn, switches.PAUSED, "yes", by="me", now=NINE))
    return str(file)


def test_a_backup_is_whole_and_holds_guests_until_lifted(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backup.db"
    assert main(["db", "-c", config, "backup", str(backup)]) == 0
    assert backup.stat().st_mode & 0o777 == 0o600
    backup.replace(tmp_path / "noshowd.db")
    assert main(["db", "check", "-c", config]) == 0
    assert main(["resume", "-c", config]) == 0
    assert "noshowd resume --guests" in capsys.readouterr().out
    assert main(["resume", "-c", config, "--guests"]) == 0
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        assert not database.run_sync(switches.read).keys() & {switches.SENDING_HELD, switches.PAUSED}


def test_a_backup_overwrites_nothing(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "backup.db").write_text("mine")
    assert main(["db", "-c", config, "backup", str(tmp_path / "backup.db")]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["db", "-c", config, "backup", str(tmp_path / "absent" / "backup.db")]) == 2
    assert "no folder" in capsys.readouterr().err
    assert (tmp_path / "backup.db").read_text() == "mine"


def test_damage_is_found(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(
            lambda conn: conn.execute(
                sa.text("INSERT INTO answer (answer_id, payload, stored_at) VALUES ('a', 'no answer', 1)")
            )
        )
    assert main(["db", "-c", config, "check"]) == 1
    assert "answer: " in capsys.readouterr().out


def test_a_backup_onto_a_full_disk_names_the_copy_and_leaves_nothing(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    target = tmp_path / "backup.db"
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        assert main(["db", "-c", config, "backup", str(target)]) == 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    said = capsys.readouterr().err
    assert f"{target} cannot be written" in said
    assert "noshowd.db " not in said
    assert [one.name for one in tmp_path.glob("*backup*")] == []


def test_while_another_program_writes_status_says_so_at_once(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 3600.0)  # whoever waits here, waits for ever
    other = sqlite3.connect(tmp_path / "noshowd.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert main(["status", "-c", config]) == 1
    assert "is locked by another program" in capsys.readouterr().out
    assert main(["meetings", "-c", config]) == 1
    assert "no meeting on" in capsys.readouterr().out
    assert main(["db", "-c", config, "check"]) == 0
    other.close()
