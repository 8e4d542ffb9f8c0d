"""The diagrams and tables of the design page are those of the code."""

from __future__ import annotations

import subprocess
import sys

from meta.source_tree import ROOT


def test_the_design_page_is_fresh() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "diagrams", "--check"], check=False)
    assert done.returncode == 0, "run tools/diagrams and commit docs/design.md"
