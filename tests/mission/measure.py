"""The measurement of the mission: random meetings through judge, plan and gate, counted against the truth.

    python -m mission.measure --count 2000 --seeds 1,2 --scales 1,3,10 [--kind phone] [--json FILE] [--show 5]

Seeds are a list (1,2,5) or a range (1-20). A year of 20,000 telephone appointments is `--kind phone --count 20000
--seeds 1`: ten people of ours with eight a day on 250 days. Every figure is simulated. Exits with 1 when a message
claimed a wrong absence.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import quantiles
from typing import Any

from mission.claims import was_ever_told
from mission.day import Day
from mission.generator import NOISE, case
from mission.provable import provable_from, true_miss
from mission.seen import FULLY_SEEN, NOT_SEEN, is_live, left_open
from noshowd.domain.followup import TO_GUESTS, FollowUpKind
from noshowd.domain.verdict import Outcome, Verdict

CHUNK = 250
_RIGHT = {"ours": Outcome.WE_ARE_MISSING, "theirs": Outcome.THEY_ARE_MISSING, "both": Outcome.MISSED_EACH_OTHER}
#: What only describes; the other reasons say why nothing could be proved.
_NOT_A_CAUSE = frozenset(
    {"we_rang", "they_rang", "nobody_rang", "caller_unknown", "came_late", "left_early", "never_seen", "bot_instead"}
)
_ASKS = frozenset({FollowUpKind.QUESTION, FollowUpKind.APPROVAL, FollowUpKind.SUGGEST_CALL, FollowUpKind.NUDGE})

#: Claims that nobody but the two could know to be wrong.
_ONLY_THEY_KNOW = ("met elsewhere", "talked untold")

#: Appointments of one person of ours on one day, to tell interruptions by.
A_DAY = 8

Tally = dict[str, Any]
_COUNTERS = ("counts", "unknown", "open", "open found")


def empty() -> Tally:
    counters: Tally = {name: Counter() for name in _COUNTERS}
    return {**counters, "minutes": {"live": [], "ended": [], "first": []}, "wrong": []}


def watch(seed: int, first: int, count: int, scale: float, kind: str | None) -> dict[str, Tally]:
    """Watch `count` meetings from number `first` on and count them by medium."""
    settings = tomllib.loads(NOISE.read_text(encoding="utf-8"))
    tallies = {"video": empty(), "phone": empty()}
    for number in range(first, first + count):
        day = Day(case=case(seed, number, scale, settings, only=kind))
        day.run()
        if day.verdict is not None:
            _count(tallies[day.case["kind"]], day, day.verdict)
    return tallies


def _count(tally: Tally, day: Day, verdict: Verdict) -> None:
    counts: Counter[str] = tally["counts"]
    made = day.case
    counts["meetings"] += 1
    counts["looks"] += day.turns
    counts["sent to guests"] += sum(s.kind in TO_GUESTS for s in day.sent)
    # a nudge that comes again is the same message, edited
    counts["asked our side"] += len({(s.kind, s.to) for s in day.sent if s.kind in _ASKS})
    counts["nudged again"] += sum(s.kind is FollowUpKind.NUDGE for s in day.sent) - len(
        {s.to for s in day.sent if s.kind is FollowUpKind.NUDGE}
    )
    for sent in day.sent:
        if sent.wrong:
            to = "guests" if sent.kind in TO_GUESTS else "our side"
            counts[sent.wrong if sent.wrong in _ONLY_THEY_KNOW else f"wrong to {to}"] += 1
            line = f"{made['key']} {sent.kind}: {sent.wrong}"
            if line not in tally["wrong"]:
                tally["wrong"].append(line)
    if was_ever_told(made):
        counts["held by telephone"] += 1
        counts["held by telephone, found"] += verdict.outcome is Outcome.HELD
    missing = true_miss(made)
    if missing is not None:
        counts["true misses"] += 1
        counts["true misses found"] += verdict.outcome is _RIGHT[missing]
        if made["kind"] == "phone":
            _count_missed_call(tally, day, verdict, missing)
    if verdict.outcome in (Outcome.UNKNOWN, Outcome.NOBODY_CAME):
        counts["unknown"] += verdict.outcome is Outcome.UNKNOWN
        causes = {reason.value for reason in verdict.reasons} - _NOT_A_CAUSE
        if verdict.outcome is Outcome.UNKNOWN:
            tally["unknown"].update(causes or {"none"})
    _count_provable(tally, day, verdict, missing)


def _count_missed_call(tally: Tally, day: Day, verdict: Verdict, missing: str) -> None:
    """A true miss by what the sources leave open of it, and whether it was found, in the slot where it has to be."""
    right = _RIGHT[missing]
    what, found = left_open(day.case), verdict.outcome is right
    tally["open"][what] += 1
    tally["open found"][what] += found
    if what == FULLY_SEEN:
        sort = "live" if is_live(day.case) else "ended"
        in_time = sort == "ended" or day.first_said.get(right, day.case["end"]) < day.case["end"]
        tally["counts"][f"fully seen, {sort}"] += 1
        tally["counts"][f"fully seen, {sort}, found"] += found and in_time


def _count_provable(tally: Tally, day: Day, verdict: Verdict, missing: str | None) -> None:
    proved = provable_from(day.case)
    if proved is None or missing is None:
        return
    late = all(source["kind"].startswith("ended") for source in day.case["sources"] if not source["beside"])
    sort = "ended" if late else "live"
    tally["counts"][f"provable, {sort}"] += 1
    tasks = [s.at for s in day.sent if s.kind is FollowUpKind.RECALL_TASK and s.cause == _RIGHT[missing].value]
    # a later call may raise a doubt again; what was said in time counts
    if verdict.outcome is _RIGHT[missing] or tasks:
        tally["counts"][f"found, {sort}"] += 1
    else:
        tally["wrong"].append(f"{day.case['key']} provable {missing}, said {verdict.outcome}")
    if tasks:
        tally["minutes"][sort].append((min(tasks) - proved) / 60)
    acts = [s.at for s in day.sent if s.cause == _RIGHT[missing].value]
    if acts:
        tally["minutes"]["first"].append((min(acts) - proved) / 60)


def merge(tallies: list[Tally]) -> Tally:
    total = empty()
    for tally in tallies:
        for name in _COUNTERS:
            total[name] += tally[name]
        total["wrong"] += tally["wrong"]
        for sort, minutes in tally["minutes"].items():
            total["minutes"][sort] += minutes
    return total


def report(scale: float, total: Tally) -> dict[str, Any]:
    """The figures of one scale, shares in percent."""
    counts: Counter[str] = total["counts"]

    def share(part: str, whole: str) -> float | None:
        return round(100 * counts[part] / counts[whole], 2) if counts[whole] else None

    unknown = max(1, counts["unknown"])
    minutes = {}
    for sort, values in total["minutes"].items():
        if len(values) > 1:
            cuts = quantiles(values, n=100)
            shown = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(values)}
            minutes[sort] = {name: round(value, 2) for name, value in shown.items()}
    return {
        "scale": scale,
        "meetings": counts["meetings"],
        "wrong to guests": counts["wrong to guests"],
        "wrong to our side": counts["wrong to our side"],
        "tasks although they met elsewhere": counts["met elsewhere"],
        "although they talked, and nothing told of it yet": counts["talked untold"],
        "video meetings held by telephone, told by one": counts["held by telephone"],
        "of these held in the end (%)": share("held by telephone, found", "held by telephone"),
        "provable, live": counts["provable, live"],
        "found, live (%)": share("found, live", "provable, live"),
        "provable, ended": counts["provable, ended"],
        "found, ended (%)": share("found, ended", "provable, ended"),
        "true misses": counts["true misses"],
        "of all true misses found (%)": share("true misses found", "true misses"),
        **_missed_calls(total),
        "minutes from provable to the task, to the first action": minutes,
        "unknown (%)": share("unknown", "meetings"),
        "unknown by cause (%)": {
            cause: round(100 * count / unknown, 1) for cause, count in total["unknown"].most_common(12)
        },
        "messages to guests for 100 meetings": share("sent to guests", "meetings"),
        "interruptions for 100 meetings": share("asked our side", "meetings"),
        "nudges edited for 100 meetings": share("nudged again", "meetings"),
        f"interruptions a person and day of {A_DAY} meetings": round(
            A_DAY * counts["asked our side"] / max(1, counts["meetings"]), 2
        ),
        "looks for a meeting": round(counts["looks"] / max(1, counts["meetings"]), 1),
    }


def _missed_calls(total: Tally) -> dict[str, Any]:
    """Missed telephone appointments: how many were found by what the sources left open of them."""
    counts, whole, found = total["counts"], total["open"], total["open found"]
    if not whole:
        return {}

    def share(*left: str) -> float:
        return round(100 * sum(found[one] for one in left) / max(1, sum(whole[one] for one in left)), 2)

    def in_time(sort: str) -> str:
        return f"{counts[f'fully seen, {sort}, found']} of {counts[f'fully seen, {sort}']}"

    return {
        "misses fully seen": whole[FULLY_SEEN],
        "of these found (%)": share(FULLY_SEEN),
        "where the source is live, found in the slot": in_time("live"),
        "where it is not, found after the end": in_time("ended"),
        "of all misses on seen lines found (%)": share(*(set(whole) - NOT_SEEN)),
        "found by what the sources left open": {left: f"{found[left]} of {n}" for left, n in whole.most_common()},
    }


def run(*, count: int, seeds: list[int], scale: float, kind: str | None, workers: int) -> dict[str, Tally]:
    """Watch `count` meetings of each seed on `workers` processes; by medium, and all together."""
    jobs = [(seed, first, min(CHUNK, count - first), scale, kind) for seed in seeds for first in range(0, count, CHUNK)]
    if workers == 1:
        done = [watch(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(max_workers=workers) as pool:
            done = list(pool.map(watch, *zip(*jobs, strict=True)))
    by_medium = {medium: merge([one[medium] for one in done]) for medium in ("video", "phone")}
    return {"all": merge(list(by_medium.values())), **by_medium}


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if last else [int(seed) for seed in text.split(",")]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the mission on simulated meetings.")
    parser.add_argument("--count", type=int, default=2000, help="meetings of each seed")
    parser.add_argument("--seeds", default="1,2")
    parser.add_argument("--scales", default="1,3,10")
    parser.add_argument("--kind", choices=("video", "phone"), default=None)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, default=None, help="also write the figures to this file")
    parser.add_argument("--show", type=int, default=0, help="list so many wrong or missed meetings")
    chosen = parser.parse_args()
    seeds = _seeds(chosen.seeds)
    reports, wrong = [], 0
    for scale in (float(text) for text in chosen.scales.split(",")):
        totals = run(count=chosen.count, seeds=seeds, scale=scale, kind=chosen.kind, workers=chosen.workers)
        for medium, total in totals.items():
            if not total["counts"]["meetings"]:
                continue
            reports.append({"medium": medium, **report(scale, total)})
            print(f"\nsimulated, noise x{scale:g}, seeds {chosen.seeds}")
            for name, value in reports[-1].items():
                print(f"  {name:56} {value}", flush=True)
        wrong += sum(totals["all"]["counts"][f"wrong to {whom}"] for whom in ("guests", "our side"))
        for line in totals["all"]["wrong"][: chosen.show]:
            print(f"    {line}")
    if chosen.json:
        chosen.json.write_text(json.dumps(reports, indent=2) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
