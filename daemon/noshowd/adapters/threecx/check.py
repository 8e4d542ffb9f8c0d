"""Tries a 3CX for real: running calls, the history, and of which lines it shows calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from noshowd.adapters.threecx.client import ThreeCxClient
from noshowd.adapters.threecx.settings import ThreeCxSettings
from noshowd.adapters.threecx.wire import UnreadableSegmentError, to_segment
from noshowd.ports.check import Finding, Grade, tried
from noshowd.ports.errors import Temporary, VendorError

_DO = "Give the client of Integrations, API a role that sees the calls of the whole company, not of one department."


async def check(settings: ThreeCxSettings, normalise: Callable[[str], str | None], now: datetime) -> list[Finding]:
    client = ThreeCxClient(settings)
    try:
        found = [await tried("running calls", client.running(), without="Nothing is known of the present.", do=_DO)]
        try:
            entries = await client.history(now - timedelta(days=30))
        except Temporary as error:
            return [*found, Finding(grade=Grade.UNREACHED, what="call history", says=error.reason)]
        except VendorError as error:
            says = f"{error.reason}. Calls are unknown."
            return [*found, Finding(grade=Grade.BAD, what="call history", says=says, do=_DO)]
    finally:
        await client.close()
    shown: set[str | None] = set()
    for entry in entries:
        with suppress(UnreadableSegmentError):
            segment = to_segment(entry, settings, normalise)
            shown.add(segment.line if segment is not None else None)
    found.append(Finding(grade=Grade.GOOD, what="call history", says=f"{len(entries)} parts of calls in 30 days"))
    return [*found, *(_line(line, shown) for line in sorted(settings.lines))]


def _line(line: str, shown: set[str | None]) -> Finding:
    if line in shown:
        return Finding(grade=Grade.GOOD, what=f"line {line}", says="calls of it are in the history")
    says = "No call of it in 30 days: nothing is proved of it yet."
    return Finding(grade=Grade.GAP, what=f"line {line}", says=says, do=f"Name its extension in extensions. {_DO}")
