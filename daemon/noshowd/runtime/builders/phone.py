"""Telephone systems, and our own people where there is none."""

from __future__ import annotations

from functools import partial
from typing import Any

from noshowd.reading.numbers import NumberFormat, Numbering, normalise
from noshowd.runtime.bench import Adapters, Bench


def sipgate(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.sipgate.presence import SipgateHistory
    from noshowd.adapters.sipgate.settings import SipgateSettings

    settings = SipgateSettings(
        name=section.name,
        token_id=section.token_id,
        token=bench.secret(section.token) or "",
        lines=frozenset(section.lines),
        url=section.url,
        ca_file=bench.ca_file(section),
        proxy=bench.proxy(section),
        timeout=bench.timeout,
    )
    made.presences[section.name] = bench.shared(f"presence {section.name}", lambda: SipgateHistory(settings))


def fritzbox(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.fritzbox.presence import FritzboxMonitor
    from noshowd.adapters.fritzbox.settings import FritzboxSettings

    settings = FritzboxSettings(
        name=section.name,
        host=section.host,
        port=section.port,
        zone=bench.config.us.zone,
        lines=frozenset(section.lines),
    )
    numbering = Numbering(format=NumberFormat.NATIONAL, region=bench.config.us.region, area=section.area_code)
    monitor = FritzboxMonitor(settings, bench.clock, partial(normalise, numbering=numbering))
    made.presences[section.name] = monitor
    made.streams[section.name] = monitor.run


def ask(_bench: Bench, _section: Any, _made: Adapters) -> None:
    """Our own people are asked by the engine itself; there is nothing to look at."""
