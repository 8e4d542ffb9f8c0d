"""The mission: no wrong accusation, and the misses that can be proved are found. See tests/mission/measure.py."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "daemon"), str(ROOT / "tests")]

from mission.measure import main  # noqa: E402  # the path is set first

if __name__ == "__main__":
    sys.argv[1:1] = ["--count", "1000", "--seeds", "1,2", "--scales", "1,3,10"]
    sys.exit(main())
