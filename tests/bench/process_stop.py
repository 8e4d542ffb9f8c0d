"""How soon the daemon is ready with three accounts, and how soon it stops, at whatever moment it is told to.

    python tests/bench/process_stop.py [--rounds 5]

Google, Microsoft 365 and Slack are answered by simulations on loopback.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from noshowd.demo.configuration import write_configuration
from noshowd.demo.process import free_port
from noshowd.demo.town import Town
from noshowd.runtime.clock import SystemClock
from runtime.stopping import MOMENTS, Stage


def start(file: Path, journal: Path) -> subprocess.Popen[bytes]:
    with journal.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", "noshowd", "run", "-c", str(file)], stdout=out, stderr=out)


def ready(file: Path, journal: Path) -> tuple[float, float]:
    """Seconds until every account was tried, by the clock and of processor time."""
    began = time.perf_counter()
    process = start(file, journal)
    while b'"started"' not in journal.read_bytes():
        if process.poll() is not None:
            sys.exit(journal.read_text())
        time.sleep(0.005)
    wall = time.perf_counter() - began
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    process.terminate()
    process.wait()
    return wall, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name, Town(SystemClock().now, Path(name)) as town:
        file, journal = write_configuration(town, Path(name), free_port()), Path(name, "journal")
        starts = [ready(file, journal) for _ in range(max(3, rounds))]
        wall, used = (statistics.median(one) for one in zip(*starts, strict=True))
        print(f"  ready after {wall:6.2f} s   ({used:.2f} s of processor time)")
        print(f"  seconds from SIGTERM to the end, in {rounds} rounds: median, worst; in the middle of")
        for words, moment in MOMENTS.items():
            took = []
            for turn in range(rounds):
                with moment(Stage(town, Path(name, f"{words[:12]} {turn}"))) as running:
                    took.append(running.stop())
            print(f"  {statistics.median(took):6.2f} {max(took):6.2f}   {words}")


if __name__ == "__main__":
    main()
