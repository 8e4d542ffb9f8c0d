"""Who uses which library: the domain none, a vendor's library only when that vendor is configured."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from typing import Any

from meta.source_tree import PACKAGE, ROOT, TESTS, imported_names, python_files, shown

_PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


#: Libraries of programs that run in an interpreter of their own (tests/real/environments.py).
_ELSEWHERE = {"proton"}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(*lists: list[Any]) -> set[str]:
    lines = [line for part in lists for line in part if isinstance(line, str)]
    return {_normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in lines}


@cache
def _distributions() -> dict[str, list[str]]:
    return {root: [_normal(name) for name in names] for root, names in packages_distributions().items()}


def _undeclared(files: list[Any], declared: set[str]) -> list[str]:
    own = {"noshowd"} | {path.stem for path in TESTS.iterdir()}
    found = []
    for path in files:
        for module in sorted(imported_names(path)):
            root = module.partition(".")[0]
            if root in sys.stdlib_module_names or root in own or root in _ELSEWHERE:
                continue
            root = "pydantic" if root == "pydantic_core" else root  # two halves of one library
            owners = set(_distributions().get(root, [f"{root} (not installed)"]))
            if not owners & declared:
                found.append(f"{shown(path)} imports {module}, which no dependency in pyproject.toml brings")
    return found


def _runtime() -> set[str]:
    project = _PYPROJECT["project"]
    return _declared(project["dependencies"], *project["optional-dependencies"].values())


def test_every_library_in_use_is_declared() -> None:
    found = _undeclared(python_files(PACKAGE), _runtime())
    assert not found, "\n".join(found)


def test_every_library_in_tests_is_declared() -> None:
    groups = _PYPROJECT["dependency-groups"].values()
    found = _undeclared(python_files(TESTS), _runtime() | _declared(*groups))
    assert not found, "\n".join(found)


def test_the_domain_uses_the_standard_library_only() -> None:
    found = [
        f"{shown(path)} imports {name}"
        for path in python_files(PACKAGE / "domain")
        for name in imported_names(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("noshowd.domain")
    ]
    assert not found, "\n".join(found)


def test_no_vendor_library_is_loaded_before_an_account_needs_it() -> None:
    rule = next(c for c in _PYPROJECT["tool"]["importlinter"]["contracts"] if "vendor's library" in c["name"])
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in python_files(PACKAGE)
        if path.relative_to(PACKAGE).parts[0] not in ("adapters", "demo", "__main__.py")
        and "migrations" not in path.parts
    ]
    program = "import importlib, sys\nfor m in sys.argv[1:]: importlib.import_module(m)\nprint(*sys.modules)"
    command = [sys.executable, "-W", "error", "-c", program, *modules]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert answer.returncode == 0, answer.stderr
    assert {name.partition(".")[0] for name in answer.stdout.split()} & set(rule["forbidden_modules"]) == set()
