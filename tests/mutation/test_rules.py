"""No rule of judging and of the gate can be taken away unnoticed: some test of the domain, or a story, fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from meta.source_tree import PACKAGE, ROOT
from mutation.hunt import EQUIVALENT
from mutation.mutants import mutants


def test_every_rule_has_a_name_of_its_own_and_those_without_effect_are_rules() -> None:
    names = [str(one) for one in mutants(PACKAGE / "domain")]
    assert len(names) == len(set(names))
    assert set(EQUIVALENT) <= set(names)


@pytest.mark.mutation
def test_every_rule_is_missed_when_it_is_gone(soak_rounds: int, soak_seed: int) -> None:
    command = [sys.executable, "-P", "-m", "mutation.hunt", "--count", str(soak_rounds), "--seed", str(soak_seed)]
    paths = os.pathsep.join(str(ROOT / name) for name in ("daemon", "tests"))
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
