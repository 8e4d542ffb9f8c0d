"""`noshowd install-service`: units with the paths and secrets of this machine, written into a tree."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from noshowd.cli.main import main

WRITTEN = """
[[person]]
address = "anna@example.org"
[[account]]
kind = "google"
calendars = ["anna@example.org"]
key = { credential = "google-key" }
[[channel]]
kind = "slack"
bot = { credential = "slack-bot" }
app = { credential = "google-key" }
"""
SHARED = """
store.url = "postgresql://noshowd@db.example.org/noshowd"
store.password = { credential = "database-password" }
web.signing_key = { credential = "signing-key" }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "draft.toml"
    file.write_text(WRITTEN)
    return file


def _install(config: Path, root: Path, *more: str) -> int:
    return main(["install-service", "-c", str(config), "--root", str(root), *more])


def test_everything_is_in_its_place(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    (root / "etc/noshowd").mkdir(parents=True)
    (root / "etc/noshowd/google-key").write_text("x")
    (root / "etc/noshowd/slack-bot.cred").write_text("x")
    assert _install(config, root) == 0
    system = root / "etc/systemd/system"
    unit = (system / "noshowd.service").read_text()
    assert f"ExecStart={sys.prefix}/bin/noshowd run" in unit
    assert "OnFailure=noshowd-failed@%N.service" in unit
    for name in ("noshowd.service", "noshowd-failed@.service"):
        lines = (system / f"{name}.d/installation.conf").read_text().splitlines()
        assert lines[2:] == [
            "LoadCredential=google-key:/etc/noshowd/google-key",
            "LoadCredentialEncrypted=slack-bot:/etc/noshowd/slack-bot.cred",
        ]
    assert (root / "etc/noshowd/noshowd.toml").read_text() == WRITTEN
    assert (root / "etc/noshowd/google-key").stat().st_mode & 0o777 == 0o600
    assert "enable --now noshowd" in capsys.readouterr().out
    assert _install(root / "etc/noshowd/noshowd.toml", root) == 0, "again changes nothing"


def test_missing_secrets_are_named(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _install(config, tmp_path / "root") == 1
    assert "etc/noshowd/slack-bot: put the secret" in capsys.readouterr().out


def test_another_configuration_is_not_replaced(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "root/etc/noshowd/noshowd.toml"
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    assert _install(config, tmp_path / "root") == 2
    assert "another configuration" in capsys.readouterr().err
    assert place.read_text() == "mine"


def test_several_workers_need_what_they_share(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _install(config, tmp_path / "root", "--workers", "2") == 2
    assert "PostgreSQL" in capsys.readouterr().err
    config.write_text(SHARED.replace("web.signing_key", "# web.signing_key") + WRITTEN)
    assert _install(config, tmp_path / "root", "--workers", "2") == 2
    assert "signing_key" in capsys.readouterr().err
    config.write_text(SHARED + WRITTEN)
    assert _install(config, tmp_path / "root", "--workers", "2") == 1
    assert "enable --now noshowd@1 noshowd@2" in capsys.readouterr().out
    assert (tmp_path / "root/etc/systemd/system/noshowd@.service").exists()


def test_a_dry_run_writes_nothing(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _install(config, tmp_path / "root", "--dry-run") == 0
    assert "LoadCredential=google-key" in capsys.readouterr().out
    assert not (tmp_path / "root").exists()
