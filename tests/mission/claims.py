"""Whether a claim of absence was true when it was made. Knows the truth alone."""

from __future__ import annotations

from typing import Any

from mission.provable import MINUTE

#: Nobody can know what happened this shortly ago: the longest lag of a source, the pause between two looks, the send.
UNKNOWABLE = 2 * MINUTE

Case = dict[str, Any]


def there_now(case: Case, side: str, now: int) -> bool:
    """Whether somebody of `side` was in the room, its lobby or on a call with the other side, not only just now."""
    before = now - UNKNOWABLE
    if case["kind"] == "video":
        return any(began <= before and now < ended for began, ended in _stays(case, side)) or _elsewhere(case, now)
    return any(call["human"] and call["began"] <= before and now < call["ended"] for call in case["truth"]["calls"])


def came_by(case: Case, side: str, now: int) -> bool:
    """Whether `side` had come (or rung, or met the other by any way) by `now`, so that "missing" is untrue."""
    before = now - UNKNOWABLE
    if case["kind"] == "video":
        opens = case["start"] - 15 * MINUTE
        stays = [s for s in _stays(case, side) if s[1] > opens and s[1] - s[0] >= MINUTE]
        return any(began + MINUTE <= before for began, _ in stays) or _elsewhere(case, now)
    direction = "out" if side == "ours" else "in"
    return any(
        call["related"] and call["began"] <= before and (call["human"] or call["direction"] == direction)
        for call in case["truth"]["calls"]
    )


def off_by(case: Case, start: int, now: int) -> bool:
    """Whether the calendar said by `now` that the appointment at `start` no longer stands."""
    known = [v for v in case["versions"] if v["known_at"] <= now]
    return bool(known[-1]["cancelled"] or known[-1]["start"] != start)


def _elsewhere(case: Case, now: int) -> bool:
    elsewhere = case["truth"]["elsewhere"]
    return elsewhere is not None and elsewhere[0] + UNKNOWABLE <= now


def _stays(case: Case, side: str) -> list[list[int]]:
    keys = {p["key"] for p in case["people"] if p["side"] == side}
    return [stay for key, stays in case["truth"]["stays"].items() if key in keys for stay in stays]
