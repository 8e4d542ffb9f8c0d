"""A small Debian with noshowd installed as docs/installing.md says, booted with its own systemd in a container.

Tree and wheels are kept in build/systemd, so that only the first run needs the network; `make clean` removes them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from noshowd import __version__
from real.systems import PACKAGES, ROOT, answer, or_skip

BUILD = ROOT / "build" / "systemd"
TREE = BUILD / "tree"
_PATIENCE = 60.0

# /run on a disk is refused, so the container gets one of its own; the network is loopback only.
_BOOT = """
mount --make-rprivate / && mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/systemd/nspawn
exec systemd-nspawn -D "$0" --register=no --keep-unit --private-network --resolv-conf=off --console=pipe \\
    --kill-signal=SIGRTMIN+3 -b
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """The booted machine, by the process id of its systemd."""

    systemd: int

    def __call__(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root, whatever it answers."""
        return answer("nsenter", "-t", str(self.systemd), "-a", "--", *command)

    def tell(self, *command: str) -> str:
        """What a command that must succeed printed."""
        answer = self(*command)
        assert answer.returncode == 0, f"{' '.join(command)}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def show(self, key: str) -> str:
        """A property of our service."""
        return self.tell("systemctl", "show", "--value", "-p", key, "noshowd").strip()

    def journal(self) -> list[str]:
        """What noshowd wrote itself."""
        return self.tell("journalctl", "-b", "-o", "cat", "--no-pager", "_SYSTEMD_UNIT=noshowd.service").splitlines()

    def wait_for(self, key: str, wanted: str) -> None:
        """Until a property of our service has that value."""
        end = time.monotonic() + _PATIENCE
        while (found := self.show(key)) != wanted:
            assert time.monotonic() < end, f"{key} is {found}, not {wanted}"
            time.sleep(0.1)


def installed_tree() -> Path:
    """The tree with noshowd as it is in this checkout. Skips where that cannot be had."""
    BUILD.mkdir(parents=True, exist_ok=True)
    if not (TREE / "etc" / "os-release").exists():
        or_skip("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(TREE))
    wheels = BUILD / "wheels"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    if not (wheels / "complete").exists():
        locked = str(ROOT / "requirements" / "runtime.txt")
        or_skip(*pip, "download", "--require-hashes", "-r", locked, "-d", str(wheels))
        (wheels / "complete").touch()
    own = BUILD / "own"
    shutil.rmtree(own, ignore_errors=True)
    or_skip(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(own), str(ROOT))
    _install(wheels, own)
    return TREE


def _install(wheels: Path, own: Path) -> None:
    inside = TREE / "srv"
    for folder in (wheels, own):
        shutil.copytree(folder, inside / folder.name, dirs_exist_ok=True)
    version = f"/opt/noshowd-{__version__}"
    chroot = ("chroot", str(TREE), "sh", "-c")
    if not (TREE / version[1:] / "bin/pip").exists():
        or_skip(*chroot, f"python3 -m venv {version}")
        or_skip(*chroot, f"{version}/bin/pip install -q --no-index --no-deps /srv/wheels/*.whl")
    or_skip(*chroot, f"{version}/bin/pip install -q --no-index --no-deps --force-reinstall /srv/own/*.whl")
    or_skip(*chroot, f"ln -sfn {version[5:]} /opt/noshowd")


@contextmanager
def booted(tree: Path) -> Iterator[Machine]:
    """The tree's systemd, running and idle. Skips where containers cannot be booted."""
    said = tree.with_name(f"{tree.name}.boot.log")
    log = said.open("w", encoding="utf-8")
    nspawn = subprocess.Popen(
        ["unshare", "-m", "bash", "-c", _BOOT, str(tree)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )
    try:
        yield Machine(_first_process(nspawn, said))
    finally:
        nspawn.terminate()
        try:
            nspawn.wait(30)
        except subprocess.TimeoutExpired:
            nspawn.kill()
            nspawn.wait()
        log.close()


def _first_process(nspawn: subprocess.Popen[bytes], said: Path) -> int:
    """The process id of the booted systemd once it runs."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and nspawn.poll() is None:
        children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children")
        for child in children.read_text().split() if children.exists() else ():
            machine = Machine(int(child))
            # "degraded": something that Debian starts has no place in a container
            if machine("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"):
                return machine.systemd
        time.sleep(0.2)
    pytest.skip(f"no container can be booted here: {said.read_text()[-300:]}")
