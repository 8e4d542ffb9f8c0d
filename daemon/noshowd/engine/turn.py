"""One turn of the engine: every verb on what is due, and when the next thing is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import sqlalchemy as sa

from noshowd.engine.calendars.sync import sync_due
from noshowd.engine.cards.cards import show_due
from noshowd.engine.judging.judge import judge_due
from noshowd.engine.offers.booking import book_due
from noshowd.engine.parts import Parts
from noshowd.engine.presence.observe import observe_due
from noshowd.engine.sending.deliver import deliver_due
from noshowd.store import calendars, cards, looks, meetings, offers, outbox

#: In the order of the flow: each works on what is due and says how much that was.
VERBS: dict[str, Callable[[Parts], Awaitable[int]]] = {
    "sync": sync_due,
    "observe": observe_due,
    "judge": judge_due,
    "deliver": deliver_due,
    "show": show_due,
    "book": book_due,
}
_NEXT: dict[str, Callable[..., datetime | None]] = {
    "sync": calendars.next_due,
    "observe": looks.next_due,
    "judge": meetings.next_due,
    "deliver": outbox.next_due,
    "show": cards.next_due,
    "book": offers.next_due,
}


async def next_due(parts: Parts, verb: str) -> datetime | None:
    """When this verb has something to do next; None when only news can bring it work."""
    now = parts.clock.now()
    return await parts.database.read(lambda conn: _NEXT[verb](conn, now=now))


class RestlessError(RuntimeError):
    """The engine keeps finding work at one and the same instant."""


async def settle(parts: Parts, *, at_most: int) -> datetime | None:
    """Do everything that is due at this instant, and what follows from it; when something is next due.

    Raises `RestlessError` after `at_most` rounds.
    """
    now = parts.clock.now()
    for _ in range(at_most):
        due = {verb: at for verb, at in (await _all_due(parts)).items() if at is not None}
        if all(at > now for at in due.values()):
            return min(due.values(), default=None)
        for verb in [verb for verb, at in due.items() if at <= now]:
            await VERBS[verb](parts)
    raise RestlessError(f"still work to do after {at_most} rounds at {now.isoformat()}")


async def _all_due(parts: Parts) -> dict[str, datetime | None]:
    def read(conn: sa.Connection) -> dict[str, datetime | None]:
        now = parts.clock.now()
        return {verb: find(conn, now=now) for verb, find in _NEXT.items()}

    return await parts.database.read(read)
