"""docs/installing.md carried out on each system that it names: every command of the page, as it stands there.

The wheels are fetched with the network, everything else is done in a booted machine that has none. Google and Slack are
simulated on its loopback, so that what the page promises to be well is well.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from docs.blocks import Block, blocks
from real.booted import Machine, booted
from real.systems import BUILD, PACKAGES, ROOT, SYSTEMS, bare_tree, check_out, with_network

PAGE = blocks(ROOT / "docs" / "installing.md")
#: Commands of the page that are not carried out here.
LEFT_OUT = {
    "noshowd init": "it asks: tests/cli/test_init.py types the answers; here the options answer",
    "docker build -t noshowd .": "tests/real/test_container.py builds it",
}
CONFIG = "/etc/noshowd/noshowd.toml"

pytestmark = pytest.mark.install


class Walk:
    """Goes down the page and keeps what was done."""

    def __init__(self, machine: Machine, wheels: Block) -> None:
        self.machine = machine
        self.done = [wheels]

    def does(self, heading: str, number: int = 0, *, ends: int = 0) -> str:
        """Carry a piece of the page out; it ends with that exit code. What it said."""
        block = piece(heading, number)
        self.done.append(block)
        said = self.machine("sh", "-exc", f"cd /srv/noshowd\n{block.text}")
        assert said.returncode == ends, f"{heading}: {said.stdout}{said.stderr}"
        return said.stdout

    def status(self) -> dict[str, list[str]]:
        return dict(json.loads(self.machine("noshowd", "status", "--json").stdout))

    def sh(self, script: str) -> str:
        """Something that the page leaves to its reader."""
        return self.machine.tell("sh", "-ec", script)


def piece(heading: str, number: int = 0) -> Block:
    return [one for one in PAGE if one.heading == heading and one.language == ""][number]


@contextmanager
def machine_with_wheels(suite: str) -> Iterator[Walk]:
    """A booted machine with the checkout and the wheels beside it, without network."""
    for program in ("mmdebstrap", "systemd-nspawn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    tree = bare_tree(suite, f"{PACKAGES},postgresql")
    check_out(tree)
    wheels, kept = tree / "srv/noshowd/dist/wheels", BUILD / f"wheels-{suite}"
    if kept.exists():
        shutil.copytree(kept, wheels)
    fetching = piece("1. Wheels")
    fetched = with_network(tree, fetching.text)
    if "Network is unreachable" in fetched.stderr or "name resolution" in fetched.stderr:
        pytest.skip(f"wheels cannot be fetched: {fetched.stderr[-300:]}")
    assert fetched.returncode == 0, fetched.stderr[-2000:]
    shutil.copytree(wheels, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("noshowd-*"))
    with booted(tree) as machine:
        yield Walk(machine, fetching)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_command_of_the_page(system: str) -> None:
    with machine_with_wheels(SYSTEMS[system]) as walk:
        began = time.monotonic()
        installed(walk)
        print(f"{system}: from the wheels to the running service {time.monotonic() - began:.0f} s")
        several_workers(walk)
        upgraded_and_rolled_back(walk)
        uninstalled(walk)
        forgotten = [one for one in PAGE if one.language == "" and one not in walk.done]
        assert {one.text.strip() for one in forgotten} == set(LEFT_OUT)


def installed(walk: Walk) -> None:
    walk.does("2. The program")
    walk.does("3. The configuration", 1)
    assert "no problems" in walk.sh("noshowd check-config")
    in_a_small_town(walk)
    assert "MISSING" not in walk.does("4. The service", 0)
    assert "1 watched" in walk.does("4. The service", 1)
    assert walk.status()["troubles"] == []
    assert ", 0 BAD, 0 not reached" in walk.sh("noshowd doctor")
    walk.sh("echo unused > /etc/noshowd/database-password")
    assert "1 watched" in walk.does("5. Commands")


def in_a_small_town(walk: Walk) -> None:
    """Simulated vendors, and the configuration that leads to them. Secrets lie where the page says."""
    town = f"/opt/noshowd-0.1.0/bin/python /srv/noshowd/tests/real/small_town.py /etc/noshowd {CONFIG}"
    walk.sh(
        f"systemd-run -q --unit=town -p StandardOutput=file:/srv/town {town};"
        " until grep -q open /srv/town; do sleep 0.1; done; noshowd check-config"
    )


def several_workers(walk: Walk) -> None:
    """On PostgreSQL, and back: what follows on the page is said of one service."""
    walk.sh(f"cp {CONFIG} /srv/before.toml")
    walk.does("Several workers", 0)
    [told] = [one for one in PAGE if one.heading == "Several workers" and one.language == "toml"]
    walk.sh(f"cat >> {CONFIG} <<'END'\n\n{told.text}END")
    walk.does("Several workers", 1)
    assert len(walk.status()["workers"]) == 2
    walk.sh("systemctl kill -s KILL --kill-who=main noshowd@1; until systemctl is-active noshowd@1; do sleep 0.1; done")
    walk.sh("systemctl disable --now noshowd@1 noshowd@2")
    walk.sh(f"cp /srv/before.toml {CONFIG}; noshowd install-service; systemctl enable --now noshowd")


def upgraded_and_rolled_back(walk: Walk) -> None:
    walk.sh(
        "cd /srv/noshowd; sed -i s/0.1.0/0.2.0/ daemon/noshowd/__init__.py;"
        " build/wheels-venv/bin/pip wheel -q --no-deps --no-build-isolation -w dist/wheels ."
    )
    walk.does("Upgrading")
    assert "0.2.0" in walk.status()["workers"][0]
    walk.sh("noshowd pause")  # something that happens after the backup
    walk.does("Rolling back", ends=1)
    assert "0.1.0" in walk.status()["workers"][0]
    assert walk.status()["paused"] is False
    assert walk.status()["troubles"] == ["sending to guests is held: this database was restored from a backup"]
    walk.sh("noshowd resume --guests")
    assert walk.status()["troubles"] == []


def uninstalled(walk: Walk) -> None:
    walk.does("Uninstalling")
    elsewhere = "-path /srv -prune -o -path /var/backups -prune -o -path /proc -prune -o -path /sys -prune"
    assert walk.sh(f"find / {elsewhere} -o -name '*noshowd*' -print 2>/dev/null || true").split() == []
    assert walk.machine("systemctl", "cat", "noshowd").returncode != 0
