"""The stopwatch: minutes from nothing to the first verdict of a trial, one Google user and a Microsoft 365 firm.

    python tests/bench/first_verdict.py [--wheels DIR]

Each step is what a person types: a virtual environment filled from wheels (only with --wheels, as docs/installing.md
makes them), `noshowd init`, `check-config`, `install-service` into a folder, `noshowd run`, and a first call that both
sides join. Time is real, vendors are simulated on loopback; what the vendors themselves take (consent, delegation, the
writing of an attendance report) is not in it.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from noshowd.demo.cast import ANNA, BEN, KIM
from noshowd.demo.town import APPLICATION, SECRET, TENANT, Town
from noshowd.demo.vendors.google.meetings import Visitor
from noshowd.demo.vendors.microsoft.appointments import Invited
from noshowd.demo.vendors.microsoft.rooms import Participant
from noshowd.runtime.clock import SystemClock

#: The first appointment begins so long after the start of the daemon, and lasts so long.
HEAD_START, LENGTH = timedelta(seconds=30), timedelta(minutes=2)
PATIENCE = timedelta(minutes=6)


@contextmanager
def step(name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"    {name:<44} {time.perf_counter() - began:7.1f} s", flush=True)


def noshowd(folder: Path, *words: str) -> None:
    environ = {**os.environ, "NOSHOWD_CONFIG": str(folder / "noshowd.toml")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "noshowd", *words], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(done.stdout + done.stderr)


def install(wheels: Path) -> None:
    """As in docs/installing.md, into a folder that goes again."""
    with tempfile.TemporaryDirectory() as name, step("virtual environment and wheels"):
        subprocess.run([sys.executable, "-m", "venv", name], check=True)
        pip = (f"{name}/bin/pip", "install", "-q", "--no-index", "-f", str(wheels))
        subprocess.run([*pip, "--require-hashes", "-r", str(wheels / "runtime.txt")], check=True)
        subprocess.run([*pip, "--no-deps", *map(str, wheels.glob("noshowd-*.whl"))], check=True)


def google(town: Town, start: datetime) -> tuple[Callable[[], None], Callable[[], None]]:
    people = [
        {"email": one.address, "displayName": one.name, "responseStatus": "accepted", "organizer": one is ANNA}
        for one in (ANNA, KIM)
    ]
    event = town.google.agenda.add_event(ANNA.address, "First call", start, start + LENGTH, attendees=people)
    room = event["conferenceData"]["conferenceId"]

    def join() -> None:
        for one in (ANNA, KIM):
            town.google.enter(room, Visitor(name=one.name, address=one.address))

    def leave() -> None:
        for one in (ANNA, KIM):
            town.google.leave(room, one.address)

    return join, leave


def microsoft(town: Town, start: datetime) -> tuple[Callable[[], None], Callable[[], None]]:
    booked = town.microsoft.calendars.book(
        organizer=Invited(address=BEN.address, name=BEN.name, response="none"),
        attendees=[Invited(address=KIM.address, name=KIM.name, response="accepted")],
        start=start,
        end=start + LENGTH,
        subject="First call",
        teams=True,
    )
    town.microsoft.teams.report_delay = timedelta(0)
    room, both = booked.join_url or "", [Participant(name=one.name, address=one.address) for one in (BEN, KIM)]

    def join() -> None:
        for one in both:
            town.microsoft.teams.join(room, one)

    def leave() -> None:
        for one in both:
            town.microsoft.teams.leave(room, one)

    return join, leave


def configure(kind: str, town: Town, folder: Path) -> None:
    """`noshowd init`, and the addresses of the simulated vendors in the place of the real ones."""
    config = folder / "noshowd.toml"
    address = (ANNA if kind == "google" else BEN).address
    rest = {"google": [], "microsoft": ["--tenant", TENANT, "--client-id", APPLICATION]}[kind]
    channel = ["--channel", "slack", "--slack-name", address.partition("@")[0]]
    with step("noshowd init, with every answer"):
        common = ("--yes", "--address", address, "--zone", "Europe/Berlin", "--calendar", kind)
        noshowd(folder, "init", *common, *rest, *channel)
    tables = {
        '"google-key"': [f'{key}_url = "{town.google.url}"' for key in ("meet", "tasks", "gmail", "directory")]
        + [f'calendar_url = "{town.google.url}/calendar/v3"'],
        '"microsoft-secret"': [
            f'authority = "{town.microsoft_url}"',
            f'graph_url = "{town.microsoft_url}/v1.0"',
            "instance_discovery = false",
            f'ca_file = "{town.ca_file}"',
        ],
        '"slack-app"': [f'url = "{town.slack.url.rstrip("/")}"'],
    }
    lines = [
        line + "".join(f"\n{x}" for k, v in tables.items() if k in line for x in v)
        for line in config.read_text().splitlines()
    ]
    config.write_text("\n".join([*lines, "[store]", f'url = "sqlite:///{folder}/noshowd.db"', ""]))
    secrets = {
        "google-key": town.google.access.service_account(),
        "microsoft-secret": SECRET,
        "slack-bot": town.slack.workspace.bot_token,
        "slack-app": town.slack.workspace.app_token,
    }
    for name, secret in secrets.items():
        (folder / name).write_text(secret)
    os.environ["CREDENTIALS_DIRECTORY"] = str(folder)
    with step("noshowd check-config and install-service"):
        noshowd(folder, "check-config")
        noshowd(folder, "install-service", "--root", str(folder / "machine"))


def outcome(folder: Path) -> str | None:
    with closing(sqlite3.connect(f"file:{folder}/noshowd.db?mode=ro", uri=True, timeout=30)) as database:
        asked = "SELECT outcome FROM meeting WHERE outcome IS NOT NULL AND outcome NOT IN ('waiting', 'unknown')"
        row = database.execute(asked).fetchone()
    return row[0] if row else None


def measure(kind: str, book: Callable[[Town, datetime], tuple[Callable[[], None], Callable[[], None]]]) -> None:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name, Town(clock.now, Path(name)) as town:
        folder = Path(name)
        configure(kind, town, folder)
        journal, start = folder / "journal", clock.now() + HEAD_START
        join, leave = book(town, start)
        deeds = [(start, join), (start + LENGTH, leave)]
        with journal.open("wb") as out:
            environ = {**os.environ, "NOSHOWD_CONFIG": str(folder / "noshowd.toml")}
            daemon = subprocess.Popen(
                [sys.executable, "-P", "-m", "noshowd", "run"], stdout=out, stderr=out, env=environ
            )
        try:
            with step("start until every account was tried"):
                while b'"started"' not in journal.read_bytes():
                    if daemon.poll() is not None:
                        sys.exit(journal.read_text())
                    time.sleep(0.05)
            with step(f"until the verdict of a call of {LENGTH.seconds} s"):
                while (found := outcome(folder)) is None and clock.now() < start + PATIENCE:
                    while deeds and deeds[0][0] <= clock.now():
                        deeds.pop(0)[1]()
                    time.sleep(0.1)
            print(f"    verdict: {found}")
            if found is None:
                sys.exit("\n".join(journal.read_text().splitlines()[-20:]))
        finally:
            daemon.terminate()
            daemon.wait()


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--wheels", type=Path)
    wheels = arguments.parse_args().wheels
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if wheels is not None:
        install(wheels)
    for kind, book in (("google", google), ("microsoft", microsoft)):
        print(f"  {kind}")
        measure(kind, book)


if __name__ == "__main__":
    main()
