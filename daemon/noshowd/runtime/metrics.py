"""Numbers for Prometheus, read from the database when asked. No label names a person, a meeting or a guest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from noshowd.store import calendars, entries, figures, health
from noshowd.store.database import open_database
from noshowd.store.health import Condition

CONTENT_TYPE = CONTENT_TYPE_LATEST
_DAY = timedelta(days=1)
_QUANTILES = (0.5, 0.9, 0.99, 1.0)


def exposition(conn: sa.Connection, now: datetime) -> bytes:
    """All numbers in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Measured([*_families(conn, now)]))
    return generate_latest(registry)


def meaning() -> dict[str, str]:
    """Every metric with its labels, and what it tells."""
    with open_database("sqlite://") as nothing:
        families = nothing.read_sync(lambda conn: [*_families(conn, datetime.max.replace(tzinfo=UTC))])
    return {_with_labels(family): family.documentation for family in families}


def _with_labels(family: GaugeMetricFamily) -> str:
    labels: Sequence[str] = family._labelnames  # noqa: SLF001 - the library offers no other way to read them
    return f"{family.name}{{{', '.join(labels)}}}" if labels else str(family.name)


def _families(conn: sa.Connection, now: datetime) -> Iterator[GaugeMetricFamily]:
    yield from _sources(conn, now)
    yield from _work(conn, now)
    yield from _delays(conn, now)


class _Measured(Collector):
    """What was measured for one answer."""

    def __init__(self, families: Sequence[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families


def _sources(conn: sa.Connection, now: datetime) -> Iterator[GaugeMetricFamily]:
    # a calendar's name is a person's: calendars are only counted
    parts = [one for one in health.read(conn) if not one.part.startswith(health.CALENDAR)]
    counts = calendars.counts(conn)
    well = [((one.part,), float(one.state is Condition.WELL)) for one in parts]
    yield _gauge("part_well", "1 when this account, source or channel works.", ("part",), well)
    lags = [((one.part,), (now - one.last_success).total_seconds()) for one in parts if one.last_success is not None]
    yield _gauge("part_lag_seconds", "Since the last success of this part.", ("part",), lags)
    watched = Counter({account: all_ for account, (all_, _) in counts.items()})
    failing = Counter({account: bad for account, (_, bad) in counts.items() if bad})
    yield _gauge("calendars", "Calendars that are watched.", ("account",), _counted(watched))
    yield _gauge("calendars_failing", "Of these, those whose last reading failed.", ("account",), _counted(failing))
    yield _gauge("quarantined", "Events that could not be understood.", (), [((), len(entries.quarantined(conn)))])
    calls = figures.calls_in_minute(conn, now)
    yield _gauge("calls_this_minute", "Calls charged to this account's budget.", ("account",), _counted(calls))
    alive = [one for one in health.workers(conn) if now - one.heartbeat < timedelta(minutes=3)]
    yield _gauge("workers", "Workers that were heard of within three minutes.", (), [((), len(alive))])


def _work(conn: sa.Connection, now: datetime) -> Iterator[GaugeMetricFamily]:
    messages = figures.current_messages(conn, since=now - _DAY)
    told = "Messages by kind and state: unfinished ones, those in doubt, and what was finished of a day."
    yield _gauge("messages", told, ("kind", "state"), list(messages.items()))
    outcomes = figures.outcomes(conn, since=now - _DAY)
    yield _gauge("outcomes_day", "Outcomes of meetings that began within a day.", ("outcome",), _counted(outcomes))


def _delays(conn: sa.Connection, now: datetime) -> Iterator[GaugeMetricFamily]:
    """Quantiles over a day: from a fact to its being noticed, and from a message's being due to its being sent."""
    noticed = figures.noticed_after(conn, since=now - _DAY)
    yield _gauge("noticed_after_seconds", "From a fact to its verdict, over a day.", ("quantile",), _spread(noticed))
    sent = figures.sent_after(conn, since=now - _DAY)
    yield _gauge("sent_after_seconds", "From due to sent, over a day.", ("quantile",), _spread(sent))


def _spread(delays: Iterable[float]) -> list[tuple[tuple[str, ...], float]]:
    ordered = sorted(delays)
    last = len(ordered) - 1
    return [((str(q),), ordered[round(q * last)]) for q in _QUANTILES] if ordered else []


def _counted(counts: Counter[str]) -> list[tuple[tuple[str, ...], float]]:
    return [((name,), float(count)) for name, count in sorted(counts.items())]


def _gauge(
    name: str, text: str, labels: Sequence[str], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"noshowd_{name}", text, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family
