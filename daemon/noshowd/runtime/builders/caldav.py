"""CalDAV: call-back tasks in a list of each person."""

from __future__ import annotations

from typing import Any

from noshowd.domain.address import canonical
from noshowd.runtime.bench import Adapters, Bench


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.caldav.check import check
    from noshowd.adapters.caldav.settings import CaldavSettings
    from noshowd.adapters.caldav.tasks import CaldavTasks

    settings = CaldavSettings(
        name=section.name,
        lists={canonical(person): address for person, address in section.lists.items()},
        username=section.username,
        password=bench.secret(section.password) or "",
        ca_file=bench.ca_file(section),
        proxy=bench.proxy(section),
        timeout=bench.timeout,
    )
    channel = CaldavTasks(settings, bench.clock)
    made.channels.append(channel)
    made.checks[f"tasks {section.name}"] = lambda: check(channel, settings)
