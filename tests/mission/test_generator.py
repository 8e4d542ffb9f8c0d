"""The simulated world is the same on every machine, knows nothing of noshowd, and its sensors do not lie."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path

import pytest

from mission.beside import COLLEAGUE, SHORTEST_MEETING
from mission.claims import UNKNOWABLE, came_by, met_by, only_they_know, was_ever_told
from mission.generator import cases
from mission.provable import is_theirs, provable_from, true_miss, wait
from mission.seen import FULLY_SEEN, NOT_SEEN, left_open
from mission.sensor import look
from mission.telephone import SWITCHBOARD

HERE = Path(__file__).parent
INDEPENDENT = ("generator", "people", "room", "telephone", "beside", "sensor", "provable", "seen", "claims")


@pytest.mark.parametrize("module", INDEPENDENT)
def test_it_imports_nothing_of_noshowd(module):
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.split(".")[0] == "noshowd"]


def test_the_same_seed_gives_the_same_meetings():
    assert list(cases(3, 50)) == list(cases(3, 50))
    assert list(cases(3, 50)) != list(cases(4, 50))


def test_a_part_of_a_run_is_the_run():
    assert list(cases(3, 20))[12:] == list(cases(3, 8, first=12))


def test_everything_is_plain_json():
    for case in cases(5, 100, 10):
        assert json.loads(json.dumps(case)) == case


def test_the_mix_is_roughly_that_of_the_file():
    plans = Counter(case["truth"]["plan"] for case in cases(1, 2000))
    assert 0.55 < plans["held"] / 2000 < 0.65
    assert 0.07 < plans["theirs_missing"] / 2000 < 0.13
    assert len(plans) == 9


def test_more_noise_leaves_less_to_prove():
    quiet, loud = (list(cases(2, 3000, scale)) for scale in (1, 10))
    assert sum(provable_from(c) is not None for c in loud) < sum(provable_from(c) is not None for c in quiet)


@pytest.mark.parametrize("scale", [1, 10])
def test_what_is_called_provable_is_true(scale):
    for case in cases(6, 1500, scale):
        proved = provable_from(case)
        if proved is None:
            continue
        missing = true_miss(case)
        assert missing in ("ours", "theirs")
        assert proved >= case["start"] + wait(case)
        assert not came_by(case, missing, proved)


def test_of_a_miss_that_is_fully_seen_every_call_was_recorded_as_it_was():
    causes = set()
    for case in cases(9, 2500, 10, only="phone"):
        if true_miss(case) is None:
            continue
        causes.add(cause := left_open(case))
        if cause != FULLY_SEEN:
            continue
        for call in (c for c in case["truth"]["calls"] if c["related"]):
            records = [c for source in case["sources"] for c in source["calls"] if c["call"] == call["call"]]
            assert records
            assert all((r["result"] == "answered") == r["human"] and r["number"] is not None for r in records)
    assert len(causes) == 8
    assert causes >= NOT_SEEN


def test_a_meeting_that_was_held_by_telephone_is_no_miss_and_is_told_in_many_ways():
    lines: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    told: Counter[bool] = Counter()
    for case in cases(4, 900, 10, only="video"):
        call = case["truth"]["instead"]
        if call is None:
            continue
        assert true_miss(case) is None
        assert provable_from(case) is None
        assert call["human"]
        assert call["ended"] - call["answered"] >= SHORTEST_MEETING
        assert not met_by(case, call["answered"])
        assert met_by(case, call["answered"] + UNKNOWABLE)
        assert only_they_know(case, call["ended"] + 3 * 3600) != was_ever_told(case)
        lines[{None: "unseen", SWITCHBOARD: "main number", COLLEAGUE: "colleague"}.get(call["line"], "own")] += 1
        numbers["hidden" if call["number"] is None else "theirs" if is_theirs(case, call["number"]) else "unknown"] += 1
        told[was_ever_told(case)] += 1
    assert (len(lines), len(numbers), len(told)) == (4, 3, 2)


def test_around_a_missed_meeting_nobody_talks_for_long_with_who_was_missed():
    results = set()
    for case in cases(4, 900, 10, only="video"):
        for call in case["truth"]["calls"] if true_miss(case) is not None else ():
            results.add(call["result"])
            talked = call["ended"] - call["answered"] if call["answered"] is not None else 0
            guests = {p["lines"][0] for p in case["people"] if p["side"] == "theirs"}
            assert talked < SHORTEST_MEETING or call["number"] not in guests
    assert results == {"no_answer", "busy", "voicemail", "answered"}


def test_a_sensor_never_covers_what_it_has_not_seen():
    """Whoever is recorded as there at the edge of the coverage is among the sightings."""
    for case in cases(7, 400, 3):
        for source in case["sources"]:
            for now in range(case["start"], case["end"], 300):
                answer = look(source, case["start"] - 900, now)
                covered = answer.get("coverages") or []
                if not covered or source["kind"] != "history":
                    continue
                edge = covered[-1][1]
                there = {s["stay"] for s in source["stays"] if s["began"] <= edge and (s["ended"] or now) > edge}
                assert there <= {s["stay"] for s in answer["sightings"]}


def test_a_source_that_is_down_covers_nothing():
    for case in cases(8, 400, 10):
        for source in case["sources"]:
            for since, _ in source["outages"]:
                assert "coverages" not in look(source, case["start"] - 900, since)
