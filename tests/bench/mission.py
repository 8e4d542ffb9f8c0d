"""The mission: no wrong accusation, and the misses that can be proved are found. See tests/mission/measure.py."""

from __future__ import annotations

import sys

from mission.measure import main

if __name__ == "__main__":
    sys.argv[1:1] = ["--count", "1000", "--seeds", "1,2", "--scales", "1,3,10"]
    sys.exit(main())
