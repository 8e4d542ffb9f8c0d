"""Which misses could have been proved, and from when on. Knows the truth and the sensors, nothing of noshowd.

A miss counts as provable only where every doubt is removed in fact *and* to the eye of one source: it looked without a
gap, identified somebody of this meeting, saw nobody it could not place, and hides nothing that matters. That is
stricter than a good judge has to be, so the share found may be near one, and whoever always says "unknown" finds none.
"""

from __future__ import annotations

from typing import Any

from mission.beside import FIRM_TRUNK, SHORTEST_MEETING
from mission.sensor import look

MINUTE = 60
#: A look every half minute; a longer silence than this is a gap.
STEP = 30
GAP = 60
#: Waiting ends after a quarter of an hour or a third of the slot, whichever is sooner, but not under five minutes.
LONGEST_WAIT = 15 * MINUTE
SHORTEST_WAIT = 5 * MINUTE
#: A call may go on so long after the slot that a list of ended calls proves nothing before.
OVERRUN = 60 * MINUTE

Case = dict[str, Any]
Source = dict[str, Any]


def true_miss(case: Case) -> str | None:
    """`ours`, `theirs` or `both` where the two did not come together although one of them was there; else None."""
    truth = case["truth"]
    if truth["plan"] == "cancelled" or truth["elsewhere"] or truth["instead"] or together(case):
        return None
    ours, theirs = there(case, "ours"), there(case, "theirs")
    if ours and theirs:
        return "both"
    missing = "theirs" if ours else "ours" if theirs else None
    expected = any(p["side"] == missing and not p["optional"] and p["response"] != "declined" for p in case["people"])
    return missing if expected else None


def together(case: Case) -> bool:
    """Whether they really met in the way that was agreed: a minute in one room, or a talk of humans near the slot."""
    if case["kind"] == "phone":
        return any(call["human"] for call in case["truth"]["calls"] if call["related"])
    inside = case["truth"]["inside"]
    return _shared(_stays(case, "ours", inside), _stays(case, "theirs", inside)) >= MINUTE


def there(case: Case, side: str) -> bool:
    """Whether this side did its part in the slot: was in the room or its lobby, or rang."""
    if case["kind"] == "video":
        return any(end > case["start"] - 5 * MINUTE for _, end in _stays(case, side, case["truth"]["stays"]))
    direction = "out" if side == "ours" else "in"
    tried = any(call["direction"] == direction for call in case["truth"]["calls"] if call["related"])
    # whoever was to be rung was there unless rung in vain
    rang_them = any(call["direction"] != direction for call in case["truth"]["calls"] if call["related"])
    waits = case["caller"] != "unknown" and (case["caller"] == "ours") != (side == "ours")
    return tried or (waits and not rang_them and case["truth"]["plan"] != "nobody")


def provable_from(case: Case) -> int | None:
    """The first instant at which the miss was proved beyond doubt by one source, None where it never was."""
    missing = true_miss(case)
    if missing not in ("ours", "theirs") or _may_have_talked_beside(case):
        return None
    proofs = [_proof(case, source, missing) for source in case["sources"] if not source["beside"]]
    return min((proof for proof in proofs if proof is not None), default=None)


def is_theirs(case: Case, number: str | None) -> bool:
    """Whether a number that a source tells is a guest's, or hangs on the same firm."""
    lines = [line for p in case["people"] if p["side"] == "theirs" for line in p["lines"]]
    firm = FIRM_TRUNK if any(line.startswith(FIRM_TRUNK) for line in lines) else None
    return number is not None and (number in lines or (firm is not None and number.startswith(firm)))


def _may_have_talked_beside(case: Case) -> bool:
    """Whether a telephone tells of a call beside the room that may have been the meeting, although it was not."""
    told = [c for s in case["sources"] if s["beside"] for c in s["calls"] if is_theirs(case, c["number"])]
    return any(c["answered"] is not None and c["ended"] - c["answered"] >= SHORTEST_MEETING for c in told) or any(
        c["began"] < since < c["ended"]
        for s in case["sources"]
        if s["beside"] and s["kind"] == "live_calls"
        for since, _ in s["outages"]
        for c in told
    )


def wait(case: Case) -> int:
    """Seconds after the start at which waiting ends."""
    return max(SHORTEST_WAIT, min(LONGEST_WAIT, (case["end"] - case["start"]) // 3))


def covered_at(case: Case, source: Source) -> int | None:
    """The first instant at which this source had looked for long enough without a gap, None where it never had."""
    found = _watched(case, source)
    return None if found is None else found[0]


def _proof(case: Case, source: Source, missing: str) -> int | None:
    if source["presence_only"] or set(source["blind"]) - {"lobby"}:
        return None
    found = _watched(case, source)
    return found[0] if found is not None and _enough(case, source, found[1], missing) else None


def _watched(case: Case, source: Source) -> tuple[int, list[dict[str, Any]]] | None:
    """When coverage reached far enough, and what had been seen by then."""
    last = case["end"] + OVERRUN + 10 * MINUTE
    opening = case["start"] - 15 * MINUTE
    seen: dict[str, dict[str, Any]] = {}
    covered_to: int | None = None
    for now in range(opening, last, STEP):
        answer = look(source, opening, now)
        if "error" in answer:
            continue
        for row in (*answer["sightings"], *answer["calls"]):
            seen[row.get("stay") or row["call"]] = row
        for since, until in answer["coverages"]:
            if covered_to is None and since <= case["start"] + GAP and until >= case["start"]:
                covered_to = until
            elif covered_to is not None and since <= covered_to + GAP:
                covered_to = max(covered_to, until)
        if covered_to is not None and covered_to >= _reaches(case, source):
            return now, list(seen.values())
    return None


def _reaches(case: Case, source: Source) -> int:
    """How far coverage must reach: to the end of waiting, or past every call that might still go on."""
    late = source["kind"] in ("ended_only", "ended_calls")
    return int(case["end"] + OVERRUN if late else case["start"] + wait(case))


def _enough(case: Case, source: Source, seen: list[dict[str, Any]], missing: str) -> bool:
    if case["kind"] == "phone":
        return _enough_calls(case, seen, missing)
    return _enough_visits(case, source, seen, missing)


def _enough_visits(case: Case, source: Source, seen: list[dict[str, Any]], missing: str) -> bool:
    """Somebody of the side that came is identified, and nobody is in doubt.

    Where nobody sees who knocks, one of ours must have been in the room to the end of waiting. Of a source that shows
    the moment alone an empty room proves nothing: it must have shown somebody until then.
    """
    came = "theirs" if missing == "ours" else "ours"
    keys = {p["key"] for p in case["people"] if p["side"] == came}
    known = [s for s in seen if s["identity"]["surely"] and s["identity"]["human"] in keys]
    doubtful = [s for s in seen if not s["identity"]["surely"] and not s["identity"].get("bot")]
    stayed = [s for s in known if s["where"] == "room" and s["until"] - s["began"] >= MINUTE]
    waited = case["start"] + wait(case)
    if source["kind"] == "snapshot" and max((s["until"] for s in known), default=0) + GAP < waited:
        return False
    if missing == "theirs" and "lobby" in source["blind"]:
        stayed = [s for s in stayed if s["began"] <= case["start"] and s["until"] >= waited]
    return bool(stayed) and not doubtful


def _enough_calls(case: Case, seen: list[dict[str, Any]], missing: str) -> bool:
    """Every line is seen, every call in the window is known to the last digit, none was picked up, none was busy."""
    if not all(p["all_lines_seen"] for p in case["people"] if p["side"] == "ours"):
        return False
    opens, closes = case["start"] - 20 * MINUTE, case["end"] + 30 * MINUTE
    window = [call for call in seen if opens <= call["began"] <= closes]
    if any(call["number"] != case["phone"] or call["result"] not in ("no_answer", "voicemail") for call in window):
        return False
    rang_us = [call for call in window if call["direction"] == "in"]
    rang_them = [call for call in window if call["direction"] == "out"]
    if missing == "theirs":
        prompt = [c for c in rang_them if case["start"] - MINUTE <= c["began"] <= case["start"] + wait(case)]
        return bool(prompt or (case["caller"] == "theirs" and not rang_them)) and not rang_us
    return not rang_them and bool(rang_us or case["caller"] == "ours")


def _stays(case: Case, side: str, stretches: dict[str, list[list[int]]]) -> list[list[int]]:
    keys = {p["key"] for p in case["people"] if p["side"] == side}
    return [stretch for key, kept in stretches.items() if key in keys for stretch in kept]


def _shared(left: list[list[int]], right: list[list[int]]) -> int:
    """The longest time that one of each was there together."""
    return max((min(a[1], b[1]) - max(a[0], b[0]) for a in left for b in right), default=0)
