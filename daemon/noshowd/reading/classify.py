"""What `noshowd classify` says about events given as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from noshowd.domain.meeting import Kind
from noshowd.reading.place import PlaceReading, read_place
from noshowd.reading.raw import READERS
from noshowd.reading.skips import skip_of

#: Above this an event is a webinar or an assembly, not an appointment.
MAX_PEOPLE = 30


class NoEventError(ValueError):
    """A sample that is no event; the message is for the person who wrote it."""


def classify_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One object for each line that is not blank; a bad line gives `error` and `line` (counted from 1)."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            sample = json.loads(line)
            yield classify(sample)
        except (ValueError, RecursionError) as problem:
            yield {"error": _told(problem), "line": number}


def classify(sample: object) -> dict[str, Any]:
    """The answer to one sample. Raises NoEventError for what is none."""
    if not isinstance(sample, dict):
        raise NoEventError('expected an object like {"provider": "google", "event": {...}}')
    provider, event = sample.get("provider"), sample.get("event")
    read = READERS.get(provider) if isinstance(provider, str) else None
    if read is None:
        raise NoEventError(f"unknown provider {provider!r}: use one of {', '.join(READERS)}")
    if not isinstance(event, dict):
        raise NoEventError("the key event must hold an object, the event's raw fields")
    region = sample.get("region")
    if region is not None and not isinstance(region, str):
        raise NoEventError("region must be a country code such as DE")
    entry = read(event)
    if entry is None:
        return _answer(sample.get("id"), None, None, "no event in it")
    reading = read_place(entry, region=region, declared_hosts={})
    skip, why_skip = skip_of(entry, max_people=MAX_PEOPLE)
    why = f"{reading.why}; skip by {why_skip}" if skip else reading.why
    return _answer(sample.get("id"), reading, skip.value if skip else None, why)


def _answer(sample_id: object, reading: PlaceReading | None, skip: str | None, why: str) -> dict[str, Any]:
    place = reading.place if reading else None
    return {
        "id": sample_id,
        "kind": (place.kind if place else Kind.NONE).value,
        "platform": place.platform if place else None,
        "url": place.url if place else None,
        "meeting_id": place.meeting_id if place else None,
        "passcode": place.passcode if place else None,
        "phone": place.phone if place else None,
        "caller": reading.caller.value if reading and reading.caller else None,
        "skip": skip,
        "why": why,
    }


def _told(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"not JSON: {problem.msg} at column {problem.colno}"
    return "nested too deeply" if isinstance(problem, RecursionError) else str(problem)
