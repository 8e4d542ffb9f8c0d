"""The image: built by buildah from a Debian of our own, run by podman as docs/compose.yml would run it.

The base is not python:3.13-slim, which cannot be had without a registry, but a Debian 12 with its Python 3.11 under the
same name of a build argument. Wheels and base are kept in build/container.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from real.test_systemd import CONFIG

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "container"
STORE = ("--root", str(BUILD / "store"), "--runroot", str(BUILD / "run"), "--storage-driver", "vfs")
IMAGE = "localhost/noshowd:test"
BASE = "localhost/python:slim"
LOCKED = ("requirements/runtime.txt", "requirements/build.txt")
#: This machine's container has neither control groups of its own nor the right to raise limits.
HERE = ("--cgroup-manager", "cgroupfs", "--runtime", "/usr/sbin/runc")
RUN = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--network=none")

pytestmark = pytest.mark.image


def _answer(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, cwd=ROOT)


def _or_skip(*command: str) -> str:
    answer = _answer(*command)
    if answer.returncode:
        pytest.skip(f"{' '.join(command[:6])} ... failed: {answer.stderr.strip()[-300:]}")
    return answer.stdout


@pytest.fixture(scope="module")
def image() -> str:
    """The image of this checkout."""
    for name in ("buildah", "podman", "mmdebstrap"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
    BUILD.mkdir(parents=True, exist_ok=True)
    buildah = ("buildah", *STORE)
    if _answer(*buildah, "inspect", "--type", "image", BASE).returncode:
        packages = "python3,python3-venv,ca-certificates"
        base = str(BUILD / "base.tar")
        _or_skip("mmdebstrap", "--variant=minbase", f"--include={packages}", "--format=tar", "bookworm", base)
        made = _or_skip(*buildah, "from", "scratch").strip()
        _or_skip(*buildah, "add", made, base, "/")
        _or_skip(*buildah, "commit", "-q", "--rm", made, BASE)
    for locked in LOCKED:
        wheels = ("-d", str(BUILD / "wheels"), "-r", locked)
        _or_skip(sys.executable, "-m", "pip", "download", "-q", "--require-hashes", *wheels)
    offline = (
        "--build-arg",
        "PIP_NO_INDEX=1",
        "--build-arg",
        "PIP_FIND_LINKS=/wheels",
        "-v",
        f"{BUILD}/wheels:/wheels:ro",
    )
    built = (
        "--layers",
        "--isolation",
        "chroot",
        "--pull-never",
        "--format",
        "docker",
        "--build-arg",
        f"BASE={BASE}",
        "-t",
        IMAGE,
    )
    answer = _answer(*buildah, "bud", *built, *offline, ".")
    assert answer.returncode == 0, answer.stderr[-2000:]
    return IMAGE


@pytest.fixture
def podman(image: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    return lambda *words: _answer("podman", *STORE, *HERE, *words)


@pytest.fixture
def running(podman: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> Iterator[str]:
    """A container as the documentation starts it: no rights, nothing writable but its state."""
    (tmp_path / "noshowd.toml").write_text(
        CONFIG.replace("credential =", "file =").replace('"exchange-p', '"/run/secrets/exchange-p')
    )
    (tmp_path / "secret").write_text("as-root-knows-it")
    (tmp_path / "state").mkdir(mode=0o777)
    (tmp_path / "state").chmod(0o777)
    mounts = [f"{tmp_path}/noshowd.toml:/etc/noshowd/noshowd.toml:ro", f"{tmp_path}/state:/var/lib/noshowd"]
    mounts.append(f"{tmp_path}/secret:/run/secrets/exchange-password:ro")
    volumes = [word for mount in mounts for word in ("-v", mount)]
    hardened = ("--read-only", "--cap-drop=all", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp")
    started = podman("run", "-d", "--no-healthcheck", *hardened, *RUN, *volumes, IMAGE)
    assert started.returncode == 0, started.stderr
    name = started.stdout.strip()
    try:
        _until(lambda: '"event": "started"' in _said(podman, name))
        yield name
    finally:
        podman("rm", "-f", "-t", "0", name)


def _said(podman: Callable[..., subprocess.CompletedProcess[str]], name: str) -> str:
    logs = podman("logs", name)
    return logs.stdout + logs.stderr


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(120):
        if holds():
            return
        time.sleep(0.5)
    pytest.fail("it did not happen within a minute")


def test_it_runs_without_rights_and_says_that_it_is_alive(
    running: str, podman: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    assert podman("exec", running, "id", "-u").stdout.strip() == "10001"
    assert podman("exec", running, "touch", "/opt/x").returncode != 0
    assert podman("exec", running, "touch", "/var/lib/noshowd/x").returncode == 0
    alive = podman("exec", running, "noshowd", "status", "--alive")
    assert (alive.returncode, alive.stdout.count("heard of")) == (0, 1), alive.stderr
    status = json.loads(podman("exec", running, "noshowd", "status", "--json").stdout)
    assert any("a calendar of exchange" in trouble for trouble in status["troubles"])
    assert "as-root-knows-it" not in _said(podman, running)


def test_signals_arrive(running: str, podman: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    podman("kill", "-s", "HUP", running)
    _until(lambda: "reloaded" in _said(podman, running))
    began = time.monotonic()
    podman("stop", "-t", "10", running)
    assert time.monotonic() - began < 9, "it was not killed"
    assert json.loads(_said(podman, running).strip().splitlines()[-1])["event"] == "stopped"
    assert podman("inspect", "-f", "{{.State.ExitCode}}", running).stdout.strip() == "0"


def test_the_image_says_what_it_is(image: str, podman: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    [told] = json.loads(podman("image", "inspect", image).stdout)
    settings = told["Config"]
    assert settings["User"] == "10001"
    assert settings["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert settings["StopSignal"] == "SIGTERM"
    assert told["Healthcheck"]["Test"] == ["CMD", "noshowd", "status", "--alive"]


#: Fails with the name of the first that is not there.
EACH_IS_THERE = """
import re
from importlib.metadata import requires, version
for one in requires("noshowd"):
    version(re.match("[A-Za-z0-9_.-]+", one)[0])
"""


def test_the_libraries_of_all_extras_are_in_it(
    image: str, podman: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    asked = podman("run", "--rm", "--no-healthcheck", *RUN, "--entrypoint", "python", image, "-c", EACH_IS_THERE)
    assert (asked.returncode, asked.stderr) == (0, "")


def test_compose_uses_what_the_image_promises() -> None:
    compose = yaml.safe_load((ROOT / "docs" / "compose.yml").read_text(encoding="utf-8"))
    service = compose["services"]["noshowd"]
    assert service["read_only"] is True
    assert set(service["secrets"]) <= set(compose["secrets"])
    assert {mount.partition(":")[0] for mount in service["volumes"]} - {"./noshowd.toml"} <= set(compose["volumes"])
