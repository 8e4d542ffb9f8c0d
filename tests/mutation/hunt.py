"""Takes each rule away once and looks whether a test notices.

    PYTHONPATH=daemon:tests python -P -m mutation.hunt [--count N --seed S] [--match TEXT] [--jobs J] [--tests PATH ...]

The tests are collected once, those of the domain first; the others try what these did not notice. One run of them all
records which lines of the domain each one passes and how long it takes. Then every mutant gets a forked process of its
own, several at a time, in which only those tests run that pass the rule: first those that noticed something in the same
function, then the quickest. Exits with 1 when a rule can be taken away unnoticed, unless `equivalent.toml` says why
that changes nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from meta.source_tree import PACKAGE, ROOT
from mutation.mutants import RULED, Mutant, mutants
from mutation.transplant import transplant

DOMAIN = PACKAGE / "domain"
#: What must notice: the tables and properties of the domain; what they miss, the stories and a share of the mission.
TESTS = (("tests/domain",), ("tests/mission/test_measure.py", "tests/stories/test_stories.py"))
EQUIVALENT: dict[str, str] = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8"))
_NOTICED, _SURVIVED = 1, 0
_MOST_MEMORY = 6 << 30


@dataclass(slots=True)
class Passed:
    """What the run without a mutant showed of one test."""

    seconds: float = 0.0
    lines: dict[str, list[int]] = field(default_factory=dict)


def _scrap() -> Path:
    return Path(tempfile.mkstemp(prefix="hunt-")[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One mutant before its tests, in a process of its own."""

    mutant: Mutant
    names: list[str]
    #: Where the process writes the test that it is in.
    told: Path = field(default_factory=_scrap)


class Hunt:
    """A pytest plugin that runs the collected tests not once but once for each mutant."""

    def __init__(self, chosen: list[Mutant], *, jobs: int, say: Callable[[str], None]) -> None:
        self._chosen = chosen
        self._jobs = jobs
        self._say = say
        #: Everything, until some test notices.
        self.unnoticed = list(chosen)
        self.broken: list[str] = []
        self.noticed_by: Counter[str] = Counter()
        self._heard = 0
        self._lately: dict[str, list[str]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from hypothesis import Phase, settings  # pytest wants to rewrite it, so it comes after pytest

        settings.register_profile("hunt", settings.default, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("hunt")
        passed = self._rehearse(session)
        if self.broken:
            return True
        running: dict[int, Trial] = {}
        for mutant in self._chosen:
            if len(running) == self._jobs:
                self._hear(*_first_to_end(running))
            trial = Trial(mutant=mutant, names=self._tests_of(mutant, passed))
            running[_fork(partial(_run, session, trial, passed))] = trial
        while running:
            self._hear(*_first_to_end(running))
        return True

    def _hear(self, trial: Trial, ending: int) -> None:
        """What became of one mutant."""
        self._heard += 1
        # killed for running on and on: the test it was in has noticed
        by = trial.told.read_text(encoding="utf-8") if ending != _SURVIVED else None
        trial.told.unlink()
        if by is None:
            of = f"{self._heard}/{len(self._chosen)}"
            self._say(f"{of} unnoticed by {len(trial.names)} tests: {trial.mutant}")
            return
        self.unnoticed.remove(trial.mutant)
        self.noticed_by[by.split("::")[0]] += 1
        lately = self._lately.setdefault(f"{trial.mutant.module}.{trial.mutant.place}", [])
        lately[:] = [by, *(name for name in lately if name != by)][:8]

    def _rehearse(self, session: pytest.Session) -> dict[str, Passed]:
        """Everything once, unchanged, in a process of its own: lines and seconds of each test."""
        with tempfile.NamedTemporaryFile() as file:
            child = _fork(lambda: _record(session, Path(file.name)))
            if os.waitpid(child, 0)[1] != 0:
                raise RuntimeError("the run without a mutant broke off")
            told = json.loads(Path(file.name).read_text(encoding="utf-8"))
        self.broken = told["failed"]
        return {name: Passed(seconds=one["seconds"], lines=one["lines"]) for name, one in told["passed"].items()}

    def _tests_of(self, mutant: Mutant, passed: dict[str, Passed]) -> list[str]:
        lately = self._lately.get(f"{mutant.module}.{mutant.place}", [])
        able = [
            name
            for name, one in passed.items()
            # a table is read by everybody
            if mutant.place.isupper() or any(line in mutant.lines for line in one.lines.get(mutant.module, ()))
        ]
        return sorted(able, key=lambda n: (lately.index(n) if n in lately else len(lately), passed[n].seconds))


def _first_to_end(running: dict[int, Trial]) -> tuple[Trial, int]:
    """The first trial to end, taken out, and the exit code of its process; negative when a signal ended it."""
    child, status = os.wait()
    return running.pop(child), os.waitstatus_to_exitcode(status)


def _fork(work: Callable[[], int]) -> int:
    """Do `work` in a child of this process, whose id is returned and whose exit code it gives."""
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            os._exit(work())
        except BaseException:  # noqa: BLE001  # whatever breaks in the child was noticed
            os._exit(3)
    return child


def _one(session: pytest.Session, item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run one test; whether it passed."""
    before = session.testsfailed
    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
    return session.testsfailed == before


def _run(session: pytest.Session, trial: Trial, passed: dict[str, Passed]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    transplant(importlib.import_module(f"noshowd.domain.{trial.mutant.module}"), trial.mutant.source)
    items, names = {item.nodeid: item for item in session.items}, trial.names
    for i, name in enumerate(names):
        trial.told.write_text(name, encoding="utf-8")
        signal.setitimer(signal.ITIMER_PROF, 10 + 20 * passed[name].seconds)
        following = items[names[i + 1]] if i + 1 < len(names) else None
        if not _one(session, items[name], following):
            return _NOTICED
    return _SURVIVED


def _record(session: pytest.Session, file: Path) -> int:
    files = {str(DOMAIN / f"{module}.py"): module for module in RULED}
    lines: dict[str, set[int]] = {module: set() for module in RULED}

    def line(frame: FrameType, event: str, _arg: Any) -> Any:
        lines[files[frame.f_code.co_filename]].add(frame.f_lineno)
        return line

    def entered(frame: FrameType, event: str, _arg: Any) -> Any:
        return line(frame, event, None) if frame.f_code.co_filename in files else None

    told: dict[str, Any] = {"passed": {}, "failed": []}
    for i, item in enumerate(session.items):
        following = session.items[i + 1] if i + 1 < len(session.items) else None
        for seen in lines.values():
            seen.clear()
        began = time.process_time()
        sys.settrace(entered)
        good = _one(session, item, following)
        sys.settrace(None)
        if not good:
            told["failed"].append(item.nodeid)
        passed = {module: sorted(seen) for module, seen in lines.items() if seen}
        told["passed"][item.nodeid] = {"seconds": time.process_time() - began, "lines": passed}
    file.write_text(json.dumps(told), encoding="utf-8")
    return 0


def _chosen(wanted: argparse.Namespace) -> list[Mutant]:
    """The mutants that are meant, those left out whose removal changes nothing."""
    parts = [one for one in mutants(DOMAIN) if any(text in str(one) for text in wanted.match.split(","))]
    chosen = [one for one in parts if str(one) not in EQUIVALENT]
    if wanted.count is not None and wanted.count < len(chosen):
        chosen = random.Random(wanted.seed).sample(chosen, wanted.count)
    return chosen


def _hunt(chosen: list[Mutant], tests: Sequence[str], *, jobs: int, say: Callable[[str], None]) -> Hunt:
    """Collect these tests and let them look for every mutant."""
    hunt = Hunt(chosen, jobs=jobs, say=say)
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--capture=no"]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*quiet, *tests], plugins=[hunt])
    for test in hunt.broken:
        say(f"fails without any mutant: {test}")
    say(f"{tests}: {hunt.noticed_by.total()} of {len(chosen)} noticed, by {dict(hunt.noticed_by)}")
    return hunt


def main() -> int:
    parser = argparse.ArgumentParser(description="Take each rule away once.")
    parser.add_argument("--count", type=int, default=None, help="so many, drawn by chance; all without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--match", default="", help="only rules whose name contains one of these, with commas between")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at a time")
    parser.add_argument("--tests", nargs="+", action="append", help="instead of the usual ones")
    wanted = parser.parse_args()
    os.chdir(ROOT)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    chosen = left = _chosen(wanted)
    broken = False
    for tests in wanted.tests or TESTS:
        if left:
            hunt = _hunt(left, tests, jobs=wanted.jobs, say=lambda text: print(text, file=out))
            left, broken = hunt.unnoticed, broken or bool(hunt.broken)
    gone = sorted(EQUIVALENT.keys() - {str(one) for one in mutants(DOMAIN)})
    for name in gone:
        print(f"equivalent.toml speaks of a rule that is no more: {name}", file=out)
    for survivor in left:
        print(f"unnoticed: {survivor.module}.py:{survivor.lines.start} {survivor}", file=out)
    print(f"{len(chosen)} rules taken away, {len(left)} unnoticed", file=out)
    out.close()
    return 1 if left or gone or broken else 0


if __name__ == "__main__":
    sys.exit(main())
