"""`noshowd db check`, `noshowd db backup` and what lifts the hold of a restored database."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from noshowd.cli.main import main
from noshowd.store import switches
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
        assert database.run_sync(switches.read) == {}


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
