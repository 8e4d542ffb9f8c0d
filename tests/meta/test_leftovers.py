"""Nothing unfinished and nothing of one particular machine is left in the repository."""

from __future__ import annotations

import re

from meta.source_tree import PACKAGE, TESTS, python_files, shown, text_files

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
THIS_MACHINE = re.compile(r"(?<![\w.~/-])/(work|root|opt/wheels|opt/pypi|tmp/\w|home/(?!user|noshowd)\w)")
REASONLESS = re.compile(r"# noqa(?!: [A-Z0-9, ]+ +[-#] \w)|# type: ignore(?!\[[\w, -]+\]  # \w)")


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{shown(path)}:{number} {line.strip()}"
        for path in (*python_files(PACKAGE), *python_files(TESTS))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if path.name != "test_leftovers.py" and UNFINISHED.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_path_of_one_particular_machine_is_named() -> None:
    found = [f"{shown(path)}: {match.group()}" for path, text in text_files() for match in THIS_MACHINE.finditer(text)]
    assert not found, "\n".join(found)


def test_a_silenced_linter_is_given_its_reason() -> None:
    found = [
        f"{shown(path)}:{number} {line.strip()}"
        for path in (*python_files(PACKAGE), *python_files(TESTS))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if path.name != "test_leftovers.py" and REASONLESS.search(line)
    ]
    assert not found, "\n".join(found)
