"""The files of the repository as the tests about the repository see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "daemon" / "noshowd"
TESTS = ROOT / "tests"

_NOT_OURS = {".git", ".venv", "build", "dist", "__pycache__", ".hypothesis"}


def python_files(folder: Path) -> list[Path]:
    """All Python files below `folder`, sorted."""
    return sorted(folder.rglob("*.py"))


def text_files() -> Iterator[tuple[Path, str]]:
    """Each file of the repository that is text, with its content; caches and the environment left out."""
    for path in sorted(ROOT.rglob("*")):
        inner = path.relative_to(ROOT).parts
        if not path.is_file() or any(part in _NOT_OURS or part.endswith("_cache") for part in inner):
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """A path as a reader of a failure finds it."""
    return str(path.relative_to(ROOT))


def imported_names(path: Path) -> set[str]:
    """Full names of the modules that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names
