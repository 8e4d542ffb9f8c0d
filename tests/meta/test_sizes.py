"""Files and functions stay small enough to be read in one go, and names say what is inside."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from meta.source_tree import PACKAGE, parsed, python_files, shown

LONGEST_FILE = 320
LONGEST_FUNCTION = 60
#: Names that say nothing about what is inside.
EMPTY_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}


@pytest.mark.parametrize("path", python_files(PACKAGE), ids=shown)
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in EMPTY_NAMES
    assert path.parent.name not in EMPTY_NAMES


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{shown(path)}:{node.lineno} {node.name}: {length} lines"
        for path in python_files(PACKAGE)
        if path.parent.name != "versions"  # a migration is one list of steps
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not too_long, "\n".join(too_long)
