"""The locks: complete, hashed, consistent, and free of any place to download from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from meta.source_tree import ROOT, shown

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
_PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _pins(lock: str) -> dict[str, str]:
    """Distribution name -> pinned version."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS, ids=shown)
def test_a_lock_names_no_place_to_download_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    # a pin, its hashes, remarks, and nothing else: no option of pip, no address
    allowed = r"[\w.-]+==[^\s;]+(?: ; .+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?|\s*(?:#.*)?"
    assert [line for line in text.splitlines() if not re.fullmatch(allowed, line)] == []
    assert "://" not in text
    assert re.findall(r"(?:^|\s)/\w+/\S*", text) == []


@pytest.mark.parametrize("lock", LOCKS, ids=shown)
def test_every_line_of_a_lock_is_pinned_and_hashed(lock: Path) -> None:
    text = re.sub(r"^\s*#.*$", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert lines
    assert [
        line for line in lines if not re.match(r"[\w.-]+==\S+( ; .*?)?( +--hash=sha256:[0-9a-f]{64})+\s*$", line)
    ] == []


def test_the_locks_agree_with_each_other() -> None:
    every = _pins("dev.txt").items()
    assert _pins("runtime.txt").items() <= every
    assert _pins("build.txt").items() <= every


def test_the_locks_satisfy_pyproject() -> None:
    project, groups = _PYPROJECT["project"], _PYPROJECT["dependency-groups"]
    wanted = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    for lock, requirements in (
        ("runtime.txt", wanted),
        (
            "dev.txt",
            [*wanted, *(line for group in groups.values() for line in group if isinstance(line, str))],
        ),
    ):
        pins = _pins(lock)
        for requirement in map(Requirement, requirements):
            version = pins.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement} is missing in {lock}: make lock"
            assert requirement.specifier.contains(version), f"{lock} has {version} for {requirement}: make lock"
