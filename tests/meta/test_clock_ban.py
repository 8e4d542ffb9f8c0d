"""Nothing reads the clock or sleeps but daemon/noshowd/runtime/clock.py; tests state their instants."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from meta.source_tree import ROOT, TESTS, imported_names, parsed, python_files, shown

BANNED_CALLS = {
    "import datetime; datetime.datetime.now(datetime.UTC)",
    "import datetime; datetime.date.today()",
    "from datetime import datetime as d; d.now()",
    "from datetime import datetime; datetime.utcnow()",
    "import time; time.time()",
    "import time; time.time_ns()",
    "from time import monotonic; monotonic()",
    "import time; time.perf_counter()",
    "from time import sleep as rest; rest(1)",
    "import asyncio; asyncio.sleep(1)",
    "from asyncio import sleep; sleep(1)",
}


def _banned(code: str, file: str) -> bool:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", "pyproject.toml"]
    command += ["--select", "TID251", "--stdin-filename", file, "-"]
    answer = subprocess.run(command, input=code, capture_output=True, text=True, cwd=ROOT, check=False)
    assert answer.returncode in (0, 1), answer.stderr
    return "TID251" in answer.stdout


@pytest.mark.parametrize("code", sorted(BANNED_CALLS))
def test_reading_the_clock_is_a_lint_error(code: str) -> None:
    assert _banned(code, "daemon/noshowd/engine/any.py")
    assert _banned(code, "daemon/noshowd/demo/vendors/any.py")


def test_one_file_may_read_the_clock() -> None:
    assert not _banned("\n".join(sorted(BANNED_CALLS)), "daemon/noshowd/runtime/clock.py")


def test_tests_know_no_today_and_replace_nothing_of_ours() -> None:
    found = [
        f"{shown(path)}:{node.lineno} {ast.unparse(node.func)}()"
        for path in python_files(TESTS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith(("datetime.now", "datetime.today", "utcnow", "date.today"))
    ]
    found += [
        f"{shown(path)} imports {name}"
        for path in python_files(TESTS)
        for name in imported_names(path) & {"unittest.mock", "freezegun", "time_machine"}
    ]
    assert not found, "\n".join(found)
