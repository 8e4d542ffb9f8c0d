"""`noshowd check-config` for a person and for a script."""

from __future__ import annotations

import json

import pytest

from noshowd.cli.main import main


@pytest.fixture(autouse=True)
def _command(monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def test_problems_as_text(tmp_path, capsys):
    path = tmp_path / "noshowd.toml"
    path.write_text('mode = "loud"\n[us]\nzonne = 1\n')

    assert main(["check-config", str(path)]) == 2
    out = capsys.readouterr().out
    assert f"{path}:1: mode:" in out
    assert "did you mean zone?" in out
    assert out.endswith("2 problems\n")


def test_problems_as_json(tmp_path, capsys):
    path = tmp_path / "noshowd.toml"
    path.write_text('mode = "loud"\n')

    assert main(["check-config", "--json", str(path)]) == 2
    [problem] = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["key"], problem["line"], problem["found"]) == ("mode", 1, '"loud"')


def test_a_good_file(capsys):
    assert main(["check-config", "config/noshowd.example.toml"]) == 0
    assert "no problems" in capsys.readouterr().out
