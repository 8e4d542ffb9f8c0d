"""However a command ends, the exit code says so, and only our own errors show a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from noshowd.cli.commands import COMMANDS, Command
from noshowd.cli.main import main


@pytest.fixture(autouse=True)
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "probe", Command(module="cli.probe", help="Ends as it is told to."))


@pytest.mark.parametrize(
    ("ending", "code"),
    [("well", 0), ("finding", 1), ("unreachable", 3), ("disk full", 3), ("bug", 70), ("ctrl-c", 130)],
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
