"""The floors of docs/design.md hold, and the contracts that say so bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meta.source_tree import PACKAGE, ROOT, python_files, shown

_LINT_IMPORTS = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from importlinter.cli import lint_imports_command
lint_imports_command()
"""


def _lint_imports(source_root: Path) -> subprocess.CompletedProcess[str]:
    """Check the package that lies in `source_root` against the contracts of pyproject.toml."""
    command = [sys.executable, "-c", _LINT_IMPORTS, str(source_root), "--no-cache", "--no-logo"]
    command += ["--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=source_root)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A source root with a copy of the package that a test may spoil."""
    shutil.copytree(PACKAGE, tmp_path / "noshowd", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_contract_is_kept() -> None:
    answer = _lint_imports(PACKAGE.parent)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_folder_with_code_is_a_package() -> None:
    # import-linter does not see a folder without __init__.py, so it would hold no contract there.
    # Alembic loads a migration by its path, and none imports anything of ours.
    folders = {path.parent for path in python_files(PACKAGE) if path.parent.name != "versions"}
    assert [shown(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_file_lies_directly_in_the_source_root() -> None:
    assert [path.name for path in PACKAGE.parent.iterdir() if path.is_file()] == []


def test_a_new_folder_without_a_floor_is_refused(copy: Path) -> None:
    (copy / "noshowd" / "attic").mkdir()
    (copy / "noshowd" / "attic" / "__init__.py").touch()
    answer = _lint_imports(copy)
    assert answer.returncode == 1
    assert "attic" in answer.stdout


@pytest.mark.parametrize(
    ("spoilt", "imported"),
    [
        ("domain", "noshowd.ports"),
        ("ports", "noshowd.store"),
        ("reading", "noshowd.wording"),
        ("adapters", "noshowd.engine"),
        ("adapters", "noshowd.reading"),
        ("adapters/google", "noshowd.adapters.slack"),
        ("engine", "noshowd.config"),
        ("runtime", "noshowd.cli"),
        ("story", "noshowd.demo"),
        ("domain", "logging"),
        ("engine", "httpx2"),
    ],
)
def test_an_import_up_or_sideways_is_refused(copy: Path, spoilt: str, imported: str) -> None:
    for name in (spoilt.replace("/", "."), imported.removeprefix("noshowd.")):
        if imported.startswith("noshowd.") or name == spoilt.replace("/", "."):
            folder = copy / "noshowd" / name.replace(".", "/")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").touch()
    (copy / "noshowd" / spoilt / "spoilt.py").write_text(f"import {imported}\n", encoding="utf-8")
    answer = _lint_imports(copy)
    assert answer.returncode == 1
    assert f"{spoilt.replace('/', '.')}.spoilt -> {imported}" in answer.stdout
