"""The systems on which docs/installing.md says that noshowd runs, each as a small tree made by mmdebstrap.

Trees and wheels are kept below build/, so that only the first run needs the network; `make clean` removes them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "systems"
#: As docs/installing.md names them -> the suite.
SYSTEMS = {"Debian 12": "bookworm", "Debian 13": "trixie", "Ubuntu 24.04": "noble"}
#: What an installed Ubuntu has, too: its universe, where python3-venv is, and apt, which no other package there needs.
_UBUNTU = ("--components=main,universe", "--include=apt")
#: Without the keys nobody can tell whether a package is Ubuntu's. They are in its own package ubuntu-keyring.
_UBUNTUS_KEYS = Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg")
PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv,ca-certificates"
#: With the network of this machine, its resolver and its certificates; the rest is the tree's.
_INSIDE = """
mount --make-rprivate / && mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev"
mount --bind /etc/ssl/certs "$0/etc/ssl/certs"
for file in resolv.conf hosts; do rm -f "$0/etc/$file"; cp -L "/etc/$file" "$0/etc/$file"; done
exec chroot "$0" sh -exc "cd /srv/noshowd; $1"
"""


def bare_tree(suite: str, packages: str = PACKAGES) -> Path:
    """A new tree of that suite, without noshowd. Skips where it cannot be had."""
    if suite == "noble" and not _UBUNTUS_KEYS.exists():
        pytest.skip(f"the keys of Ubuntu's archive are not installed here ({_UBUNTUS_KEYS})")
    BUILD.mkdir(parents=True, exist_ok=True)
    kept = BUILD / f"{suite}-{hashlib.sha256(packages.encode()).hexdigest()[:8]}.tar"
    if not kept.exists():
        fresh = kept.with_suffix(".new.tar")
        how = ("--variant=minbase", *(_UBUNTU if suite == "noble" else ()), f"--include={packages}")
        or_skip("mmdebstrap", *how, suite, str(fresh))
        fresh.replace(kept)
    tree = BUILD / suite
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    or_skip("tar", "-C", str(tree), "--exclude=./dev/*", "-xf", str(kept))
    return tree


def check_out(tree: Path) -> None:
    """This checkout, as it is, in /srv/noshowd of a tree."""
    listed = answer("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            target = tree / "srv" / "noshowd" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)


def with_network(tree: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run commands in the checkout of a tree, which is not booted."""
    return answer("unshare", "-m", "bash", "-ec", _INSIDE, str(tree), script)


def or_skip(*command: str) -> str:
    """What it printed; skips the test, with its words, where it cannot be done here."""
    done = answer(*command)
    if done.returncode:
        pytest.skip(f"{' '.join(command[:4])} ... failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def answer(*command: str) -> subprocess.CompletedProcess[str]:
    """Run it, whatever it answers."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, env=environ)
