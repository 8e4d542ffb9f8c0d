"""The frame of the command line: versions, help, exit codes, and what it does not import."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from noshowd import __version__
from noshowd.cli.commands import COMMANDS, load
from noshowd.cli.exit_codes import ExitCode
from noshowd.cli.main import main


def _noshowd(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "noshowd", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_version_is_one_line() -> None:
    answer = _noshowd("--version")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"noshowd {__version__}\n", "")


def test_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert all(name in shown and command.help in " ".join(shown.split()) for name, command in COMMANDS.items())


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["--no-such-option"]])
def test_what_cannot_be_understood_is_a_usage_error(arguments: list[str]) -> None:
    answer = _noshowd(*arguments)
    assert answer.returncode == 2
    assert "usage: noshowd" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_starting_the_command_line_loads_the_standard_library_only() -> None:
    program = "import noshowd.cli.main, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    roots = {name.partition(".")[0] for name in loaded}
    foreign = {root for root in roots if root not in sys.stdlib_module_names and not root.startswith("_")}
    assert foreign <= {"noshowd", "sitecustomize", "usercustomize"}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: noshowd {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_a_module_with_the_two_functions(name: str) -> None:
    module = load(COMMANDS[name])
    assert importlib.import_module(COMMANDS[name].module) is module
    assert callable(module.add_arguments)
    assert callable(module.run)


def test_the_documented_exit_codes_are_the_real_ones() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    documented = {name: int(code) for code, name in re.findall(r"^\| (\d+) \| (\w+) \|", page, re.MULTILINE)}
    assert documented == {code.name: code.value for code in ExitCode}


def test_every_command_that_exists_is_listed() -> None:
    folder = Path(importlib.import_module("noshowd.cli").__path__[0])
    written = {
        f"noshowd.cli.{path.stem}"
        for path in folder.glob("*.py")
        if re.search(r"^def add_arguments\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert written == {command.module for command in COMMANDS.values()}
