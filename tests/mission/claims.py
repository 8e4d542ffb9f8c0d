"""Whether a claim of absence was true when it was made. Knows the truth alone."""

from __future__ import annotations

from typing import Any

from mission.provable import MINUTE, together

#: Nobody can know what happened this shortly ago: the longest lag of a source, the pause between two looks, the send.
UNKNOWABLE = 2 * MINUTE
#: Whoever rings this long after the end rings at another time.
AFTERWARDS = 15 * MINUTE

Case = dict[str, Any]


def there_now(case: Case, side: str, now: int, only: set[str] | None = None) -> bool:
    """Whether somebody of `side` (or one of `only`) was in the room, its lobby or on a call, not only just now."""
    before = now - UNKNOWABLE
    if case["kind"] == "video":
        stays = _stays(case, side, only)
        return any(began <= before and now < ended for began, ended in stays) or _elsewhere(case, now)
    return any(call["human"] and call["began"] <= before and now < call["ended"] for call in case["truth"]["calls"])


def came_by(case: Case, side: str, now: int) -> bool:
    """Whether `side` had come (or rung, or met the other by any way) by `now`, so that "missing" is untrue."""
    before = now - UNKNOWABLE
    if case["kind"] == "video":
        opens = case["start"] - 15 * MINUTE
        stays = [s for s in _stays(case, side) if s[1] > opens and s[1] - s[0] >= MINUTE]
        return any(began + MINUTE <= before for began, _ in stays) or _elsewhere(case, now)
    direction = "out" if side == "ours" else "in"
    calls = [c for c in case["truth"]["calls"] if c["related"]]
    near = [c for c in calls if c["began"] < case["end"] + AFTERWARDS and (c["human"] or c["direction"] == direction)]
    # a talk at another time changes that the slot was missed only once somebody can know of it
    later = [c for c in calls if c not in near and c["human"] and c["number"] == case["phone"]]
    return any(c["began"] <= before for c in near) or any(c["ended"] <= before for c in later)


def met_by(case: Case, now: int) -> bool:
    """Whether the two had been together for a minute, or had talked, by `now`."""
    before = now - UNKNOWABLE
    if case["kind"] == "phone":
        return any(c["human"] and c["related"] and c["began"] <= before for c in case["truth"]["calls"])
    inside = case["truth"]["inside"]
    until_then = {key: [[a, min(b, before)] for a, b in kept if a < before] for key, kept in inside.items()}
    return together({**case, "truth": {**case["truth"], "inside": until_then}})


def off_by(case: Case, start: int, now: int) -> bool:
    """Whether the calendar said by `now` that the appointment at `start` no longer stands."""
    known = [v for v in case["versions"] if v["known_at"] <= now]
    return bool(known[-1]["cancelled"] or known[-1]["start"] != start)


def _elsewhere(case: Case, now: int) -> bool:
    elsewhere = case["truth"]["elsewhere"]
    return elsewhere is not None and elsewhere[0] + UNKNOWABLE <= now


def _stays(case: Case, side: str, only: set[str] | None = None) -> list[list[int]]:
    keys = only or {p["key"] for p in case["people"] if p["side"] == side}
    return [stay for key, stays in case["truth"]["stays"].items() if key in keys for stay in stays]
