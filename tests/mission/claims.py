"""Whether a claim of absence was true when it was made. Knows the truth, and what sources tell, nothing of noshowd.

Where two met in a way of which no source told until then, nobody but they could know it: neither a claim made before
that counts as wrong, nor does anybody approve a message to the other one.
"""

from __future__ import annotations

from typing import Any

from mission.provable import MINUTE, is_theirs, together
from mission.sensor import FAILED, look

#: Nobody can know what happened this shortly ago: the longest lag of a source, the pause between two looks, the send.
UNKNOWABLE = 2 * MINUTE
#: Whoever rings this long after the end rings at another time.
AFTERWARDS = 15 * MINUTE
HOUR = 60 * MINUTE

Case = dict[str, Any]


def there_now(case: Case, side: str, now: int, only: set[str] | None = None) -> bool:
    """Whether somebody of `side` (or one of `only`) was in the room, its lobby or on a call, not only just now."""
    before = now - UNKNOWABLE
    if case["kind"] == "video":
        stays = _stays(case, side, only)
        if any(began <= before and now < ended for began, ended in stays):
            return True
        call = case["truth"]["instead"]
        return talks_by_telephone(case, now) and now < call["ended"] and (side == "theirs" or _on_our_end(call, only))
    return any(call["human"] and call["began"] <= before and now < call["ended"] for call in case["truth"]["calls"])


def came_by(case: Case, side: str, now: int) -> bool:
    """Whether `side` had come (or rung, or met the other by any way) by `now`, so that "missing" is untrue."""
    before = now - UNKNOWABLE
    if case["kind"] == "video":
        opens = case["start"] - 15 * MINUTE
        stays = [s for s in _stays(case, side) if s[1] > opens and s[1] - s[0] >= MINUTE]
        return any(began + MINUTE <= before for began, _ in stays) or talks_by_telephone(case, now)
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
    if talks_by_telephone(case, now):
        return True
    inside = case["truth"]["inside"]
    until_then = {key: [[a, min(b, before)] for a, b in kept if a < before] for key, kept in inside.items()}
    return together({**case, "truth": {**case["truth"], "inside": until_then}})


def off_by(case: Case, start: int, now: int) -> bool:
    """Whether the calendar said by `now` that the appointment at `start` no longer stands."""
    known = [v for v in case["versions"] if v["known_at"] <= now]
    return bool(known[-1]["cancelled"] or known[-1]["start"] != start)


def talks_by_telephone(case: Case, now: int) -> bool:
    """Whether they had begun by `now` to talk on the telephone instead of in the room."""
    call = case["truth"]["instead"]
    return call is not None and bool(call["answered"] <= now - UNKNOWABLE)


def only_they_know(case: Case, now: int) -> bool:
    """Whether the two have met, or talk, in a way of which no source has told by `now`."""
    if case["truth"]["elsewhere"]:
        return True
    call = case["truth"]["instead"]
    return call is not None and call["answered"] <= now and not _was_told(case, call["call"], now)


def was_ever_told(case: Case) -> bool:
    """Whether a telephone tells, be it late, of the talk in which a video meeting was held."""
    call = case["truth"]["instead"]
    return call is not None and _was_told(case, call["call"], case["end"] + 2 * HOUR)


def _was_told(case: Case, name: str, now: int) -> bool:
    """Whether a telephone has told, long enough ago for a look, of this call with a number of theirs."""
    opening, until = case["start"] - 15 * MINUTE, now - UNKNOWABLE
    for source in (s for s in case["sources"] if s["beside"]):
        told = [c for c in source["calls"] if c["call"] == name and is_theirs(case, c["number"])]
        for at in range(told[0]["began"] if told else until + 1, until + 1, MINUTE // 2):
            answer = look(source, opening, at)
            if answer is not FAILED and any(_is_a_talk(c) for c in answer["calls"] if c["call"] == name):
                return True
    return False


def _is_a_talk(call: dict[str, Any]) -> bool:
    return call["answered"] is not None or call["result"] == "unclear"


def _on_our_end(call: dict[str, Any], only: set[str] | None) -> bool:
    """A talk over a line that is not of this one of ours may be a colleague's."""
    return only is None or bool(only & set(call["ours"]))


def _stays(case: Case, side: str, only: set[str] | None = None) -> list[list[int]]:
    keys = only or {p["key"] for p in case["people"] if p["side"] == side}
    return [stay for key, stays in case["truth"]["stays"].items() if key in keys for stay in stays]
