"""No rule of judging and of the gate can be taken away unnoticed: a test of the domain or a story fails."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meta.source_tree import PACKAGE, ROOT
from mutation.mutants import Mutant, mutants

#: Tried one after the other until one notices; the quick ones first.
_NOTICING = (
    ("tests/domain", "--ignore=tests/domain/test_properties.py"),
    ("tests/domain/test_properties.py",),
    ("tests/stories",),
)


def noticed(mutant: Mutant, folder: Path) -> bool:
    """Whether some test fails when this rule is gone."""
    source = folder / "daemon"
    shutil.copytree(PACKAGE.parent, source, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    target = source / "noshowd" / "domain" / f"{mutant.module}.py"
    target.write_text(mutant.source, encoding="utf-8")
    for tests in _NOTICING:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        paths = f"pythonpath={source} {ROOT / 'tests'}"
        done = subprocess.run([*command, "-o", paths], cwd=ROOT, check=False, capture_output=True, timeout=600)
        if done.returncode == 1:
            return True
    return False


@pytest.mark.mutation
def test_every_rule_is_missed_when_it_is_gone(soak_rounds: int, soak_seed: int, tmp_path: Path) -> None:
    every = list(mutants(PACKAGE / "domain"))
    chosen = random.Random(soak_seed).sample(every, min(soak_rounds, len(every)))
    survivors = [str(one) for one in chosen if not noticed(one, tmp_path)]
    assert not survivors, f"{len(survivors)} of {len(chosen)} rules can be taken away unnoticed"
