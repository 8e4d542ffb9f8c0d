"""However a command ends, the exit code says so, and only our own errors show a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from noshowd.cli.commands import COMMANDS, Command
from noshowd.cli.main import main


@pytest.fixture(autouse=True)
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "probe", Command(module="cli.probe", help="Ends as it is told to."))


@pytest.mark.parametrize(
    ("ending", "code"),
    [("well", 0), ("finding", 1), ("unreachable", 3), ("disk full", 3), ("no folder", 3), ("bug", 70), ("ctrl-c", 130)],
)
def test_each_ending_has_its_exit_code(ending: str, code: int) -> None:
    assert main(["probe", ending]) == code


def test_a_user_error_is_one_line_that_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    main(["probe", "unreachable"])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "noshowd probe: no database at sqlite:///x.db: start it, or correct [store]\n"


def test_a_database_that_does_not_do_its_part_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["probe", "disk full"])
    assert capsys.readouterr().err == "noshowd probe: the database /x.db cannot grow: the disk is full\n"


def test_a_path_that_cannot_be_used_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["probe", "no folder"])
    shown = capsys.readouterr().err
    assert shown.startswith("noshowd probe: /proc/nowhere: No such file or directory; correct the path")
    assert shown.count("\n") == 1


def test_our_own_error_shows_where_and_asks_for_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    main(["probe", "bug"])
    shown = capsys.readouterr().err
    assert "LookupError: something nobody thought of" in shown
    assert "please report it" in shown.splitlines()[-1]


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "noshowd", "classify"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write("no event\n" * 10)
        process.stdin.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_a_full_disk_behind_the_output_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text("no event\n")
    with Path("/dev/full").open("w") as full:
        done = noshowd("classify", str(tmp_path / "e.jsonl"), stdout=full)
    assert done.returncode == 3
    assert done.stderr.startswith("noshowd classify: the output: No space left on device; ")
    assert done.stderr.count("\n") == 1


def test_a_title_that_the_terminal_cannot_show_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        'story = "Vorstellungsgespräch"\n[us]\ndomains = ["beratung.example"]\nzone = "Europe/Berlin"\n'
    )
    done = noshowd("simulate", str(tmp_path / "s.toml"), stdout=subprocess.PIPE, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Vorstellungsgespr?ch" in done.stdout


def noshowd(*arguments: str, stdout: IO[str] | int, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "noshowd", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, **environ},
    )
