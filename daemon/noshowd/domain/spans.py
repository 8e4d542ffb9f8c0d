"""Stretches of time, always with a zone, always counted from the first instant up to the last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter


class NaiveInstantError(ValueError):
    """An instant without a zone was handed to the domain."""


def require_aware(name: str, instant: datetime | None) -> None:
    """Refuse an instant without a zone (`NaiveInstantError`); None passes."""
    if instant is not None and instant.tzinfo is None:
        raise NaiveInstantError(f"{name} has no time zone: {instant.isoformat()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time from `start` up to `end`; may be empty, never runs backwards."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:  # spans are many: two calls less for each
            require_aware("span.start", self.start)
            require_aware("span.end", self.end)
        if self.end < self.start:
            raise ValueError(f"a span ends before it starts: {self.start} .. {self.end}")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlap(self, other: Span) -> Span | None:
        """The stretch both share, or None; touching at one instant shares nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start=start, end=end) if start < end else None


_BY_START = attrgetter("start")


def union(spans: Iterable[Span], *, gap: timedelta = timedelta(0)) -> tuple[Span, ...]:
    """The spans in order, with those no further apart than `gap` joined into one."""
    ordered = sorted(spans, key=_BY_START)
    if len(ordered) < 2:
        return tuple(ordered)
    joined: list[Span] = []
    start, end = ordered[0].start, ordered[0].end
    for span in ordered[1:]:
        if span.start - end > gap:
            joined.append(Span(start=start, end=end))
            start, end = span.start, span.end
        elif span.end > end:
            end = span.end
    joined.append(Span(start=start, end=end))
    return tuple(joined)


def without(span: Span, holes: Iterable[Span]) -> list[Span]:
    """What is left of `span` beside these stretches, which are in order and apart from each other."""
    left: list[Span] = []
    start = span.start
    for hole in holes:
        if hole.start >= start and hole.start < span.end:
            left.append(Span(start=start, end=hole.start))
        start = max(start, hole.end)
    return [*left, Span(start=start, end=span.end)] if start <= span.end else left


def total_overlap(left: Iterable[Span], right: Iterable[Span]) -> timedelta:
    """How long the two sides, each taken as one set of stretches, ran at the same time."""
    together = timedelta(0)
    others = union(right)
    if not others:
        return together
    for span in union(left):
        for other in others:
            shared = span.overlap(other)
            if shared is not None:
                together += shared.length
    return together
