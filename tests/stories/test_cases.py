"""Every line of the list of cases is accounted for once, and what is named tells it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LIST = ROOT.parent / "shared" / "facts" / "cases.md"
LINES: list[dict[str, Any]] = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))["line"]
QUOTED = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")).get("case")
    for path in HERE.glob("*.toml")
    if path.name != "cases.toml"
}


def test_each_line_is_accounted_for_exactly_once() -> None:
    if not LIST.exists():
        pytest.skip("the list of cases is not beside this checkout")
    wanted = [line[2:] for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    assert Counter(line["case"] for line in LINES) == Counter(wanted)


def test_each_line_names_stories_or_tests_or_the_reason_why_not_yet() -> None:
    for line in LINES:
        assert len(line.keys() & {"stories", "tests", "not_yet"}) == 1, line["case"]
        assert all(line.values()), line["case"]


def test_each_story_quotes_the_line_that_names_it() -> None:
    named = {name: line["case"] for line in LINES for name in line.get("stories", ())}
    assert named == {name: case for name, case in QUOTED.items() if case is not None}


@pytest.mark.parametrize("name", sorted({name for line in LINES for name in line.get("tests", ())}))
def test_each_test_that_is_named_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert re.search(rf"^\s*(async )?def {function}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
