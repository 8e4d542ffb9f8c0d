"""The daemon as a process: how fast it starts, and what it takes while nothing happens.

    python tests/bench/engine_process.py [--rounds 5] [--idle 15]

Google, Microsoft 365 and Slack are configured, and answered by simulations on loopback.
"""

from __future__ import annotations

import argparse
import os
import resource
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

NOSHOWD = (sys.executable, "-m", "noshowd")
LISTING = "calendar.events.list"
#: Seconds of processor time in four seconds.
QUIET = 0.1


#: What the demo configures beyond those three.
BEYOND = ('kind     = "smtp"', 'kind     = "sipgate"', "[channel.replies]", "[web]")


def configure(town: Town, folder: Path) -> Path:
    """The demo's configuration without what is beyond the three vendors."""
    configuration = write_configuration(town, folder, free_port())
    tables = configuration.read_text().split("\n\n")
    configuration.write_text("\n\n".join(t for t in tables if not any(mark in t for mark in BEYOND)))
    return configuration


def version() -> tuple[float, float]:
    """Seconds for `noshowd --version`, by the clock and of processor time."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*NOSHOWD, "--version"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def started(configuration: Path, journal: Path) -> subprocess.Popen[bytes]:
    with journal.open("ab") as out:
        return subprocess.Popen([*NOSHOWD, "run", "-c", str(configuration)], stdout=out, stderr=out)


def first_poll(town: Town, configuration: Path, journal: Path) -> tuple[float, float]:
    """Seconds from the start of `noshowd run` to its first calendar listing at Google, by the clock and of its own."""
    before = listings(town)
    began = time.perf_counter()
    process = started(configuration, journal)
    try:
        while listings(town) == before:
            if process.poll() is not None:
                sys.exit(journal.read_text())
            time.sleep(0.005)
        return time.perf_counter() - began, busy(process.pid)
    finally:
        process.terminate()
        process.wait()


def listings(town: Town) -> int:
    return sum(1 for asked in town.google.asked if asked.method == LISTING)


def idle(configuration: Path, journal: Path, seconds: float) -> tuple[float, float, float]:
    """Resident and private memory in MB, and processor time in thousandths of a core, once all is quiet."""
    process = started(configuration, journal)
    try:
        settle(process.pid)
        before = busy(process.pid)
        time.sleep(seconds)
        used = (busy(process.pid) - before) / seconds
        rollup = dict(
            line.split(":") for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
        )
        resident, private = (int(rollup[name].split()[0]) / 1024 for name in ("Rss", "Private_Dirty"))
        return resident, private, used * 1000
    finally:
        process.terminate()
        process.wait()


def settle(pid: int) -> None:
    """Wait until a process has begun to do next to nothing."""
    last = -1.0
    while busy(pid) - last > QUIET:
        last = busy(pid)
        time.sleep(4)


def busy(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def say(what: str, rounds: list[tuple[float, float]]) -> None:
    wall, used = (statistics.median(figures) for figures in zip(*rounds, strict=True))
    print(f"  {what:<28} {wall:>8.3f} s   ({used:.3f} s of processor time)")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--idle", type=float, default=15)
    asked = arguments.parse_args()
    print(f"the process; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    say("noshowd --version", [version() for _ in range(asked.rounds)])
    with tempfile.TemporaryDirectory() as name, Town(SystemClock().now, Path(name)) as town:
        folder = Path(name)
        configuration = configure(town, folder)
        journal = folder / "journal"
        say("run to the first listing", [first_poll(town, configuration, journal) for _ in range(asked.rounds)])
        resident, private, used = idle(configuration, journal, asked.idle)
        print(f"  {'idle memory, resident':<28} {resident:>8.0f} MB  ({private:.0f} MB of it its own)")
        print(f"  {'idle processor':<28} {used:>8.1f} thousandths of a core")


if __name__ == "__main__":
    main()
