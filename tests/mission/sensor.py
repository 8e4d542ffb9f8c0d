"""What a source tells when it is asked at one instant. Nothing is random here: the same question, the same answer.

A source is a plain value made by `generator`: what it would record (`stays`, `calls`), how late each record appears,
when the source is down, and what it cannot see. A sensor is honest: what it claims to have covered, it has seen, but
for the blind spots it declares. All times in seconds since 1970.
"""

from __future__ import annotations

from typing import Any

Source = dict[str, Any]
Answer = dict[str, Any]

#: A line monitor is not told of calls that run already when it connects; by then they have ended.
LONGEST_UNSEEN = 3600

FAILED: Answer = {"error": "temporary"}


def look(source: Source, opening: int, now: int) -> Answer:
    """`sightings`, `calls` and `coverages` as of `now`, or `FAILED` while the source is down."""
    if _down(source, now):
        return FAILED
    if source["kind"] in ("live_calls", "ended_calls"):
        return _calls(source, opening, now)
    if source["kind"] == "snapshot":
        return _moment(source, now)
    if source["kind"] == "ended_only":
        return _report(source, opening, now)
    return _history(source, opening, now)


def _down(source: Source, now: int) -> bool:
    return any(since <= now < until for since, until in source["outages"])


def _answer(
    sightings: list[dict[str, Any]] | None = None,
    calls: list[dict[str, Any]] | None = None,
    coverages: list[list[int]] | None = None,
) -> Answer:
    return {"sightings": sightings or [], "calls": calls or [], "coverages": coverages or []}


def _sighting(stay: dict[str, Any], until: int, *, still: bool) -> dict[str, Any]:
    return {**stay, "until": max(stay["began"], until), "open": still}


def _history(source: Source, opening: int, now: int) -> Answer:
    """Who came and left, from the first on. Says nothing before its record is made."""
    known_to = now - source["lag"]
    record_from = source["record_from"]
    if record_from is None or now < record_from:
        return _answer()
    seen = []
    for stay in source["stays"]:
        if stay["began"] + stay["delay"] > now:
            continue
        ended = stay["ended"]
        gone = ended is not None and ended + stay["delay"] <= now
        seen.append(_sighting(stay, ended if gone else known_to, still=not gone))
    covered = [] if source["presence_only"] or known_to <= opening else [[opening, known_to]]
    return _answer(seen, coverages=covered)


def _moment(source: Source, now: int) -> Answer:
    """Who is there now, and since when."""
    moment = now - source["lag"]
    there = [
        _sighting(stay, moment, still=True)
        for stay in source["stays"]
        if stay["began"] <= moment and (stay["ended"] is None or moment < stay["ended"])
    ]
    return _answer(there, coverages=[[moment, moment]])


def _report(source: Source, opening: int, now: int) -> Answer:
    """Everything, but only once everybody has left and the report is made; nobody came, no report."""
    if source["record_from"] is None or now < source["record_from"]:
        return _answer()
    over = source["over"]
    visits = [
        _sighting(stay, over if stay["ended"] is None else stay["ended"], still=False) for stay in source["stays"]
    ]
    return _answer(visits, coverages=[[opening, now - source["lag"]]])


def _calls(source: Source, opening: int, now: int) -> Answer:
    live = source["kind"] == "live_calls"
    known_to = now - source["lag"]
    calls = []
    for call in source["calls"]:
        told = _live_call(call, source, now) if live else _ended_call(call, now)
        if told is not None and told["began"] >= opening - 3600:
            calls.append(told)
    covered = _up(source, opening, known_to) if live else [[opening, known_to]] if known_to > opening else []
    return _answer(calls=calls, coverages=covered)


def _ended_call(call: dict[str, Any], now: int) -> dict[str, Any] | None:
    return call if call["ended"] + call["delay"] <= now else None


def _live_call(call: dict[str, Any], source: Source, now: int) -> dict[str, Any] | None:
    """The call as a line monitor knows it: what happened while the connection was down is not known.

    Of a call that is told late (its posts were held up) nothing comes before its end.
    """
    if call.get("late"):
        return None if _down(source, call["began"]) else _ended_call(call, now)
    if call["began"] + call["delay"] > now or _down(source, call["began"]):
        return None
    drop = min((since for since, _ in source["outages"] if call["began"] < since < call["ended"]), default=None)
    horizon = now - call["delay"] if drop is None else min(drop, now - call["delay"])
    answered = call["answered"] if call["answered"] is not None and call["answered"] <= horizon else None
    if call["ended"] <= horizon:
        return call
    if drop is not None and horizon == drop:
        return {**call, "answered": answered, "ended": drop, "result": "answered" if answered else "unclear"}
    return {**call, "answered": answered, "ended": None, "result": "talking" if answered else "ringing"}


def _up(source: Source, opening: int, known_to: int) -> list[list[int]]:
    """The stretches in which no call could go on unseen: the connection was up, and had been for some time."""
    stretches, at = [], opening
    for since, until in sorted(source["outages"]):
        if since >= known_to:
            break
        if since > at:
            stretches.append([at, since])
        at = max(at, until + LONGEST_UNSEEN)
    return [*stretches, [at, known_to]] if at < known_to else stretches
