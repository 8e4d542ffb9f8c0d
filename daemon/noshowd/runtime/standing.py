"""How the installation is, in lines for a person and values for a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.config.model import Config
from noshowd.domain.followup import TO_GUESTS, State
from noshowd.engine.parts import Pace
from noshowd.store import calendars, entries, figures, health, installation, meetings, outbox, switches
from noshowd.store.health import Condition

#: A worker that has not been heard of for this long is taken to be gone.
_SILENT = timedelta(minutes=3)
_PENDING = (State.AWAITING, State.QUEUED, State.UNCERTAIN)
_AROUND = timedelta(hours=12)


def read_status(conn: sa.Connection, config: Config, now: datetime, *, reveal: bool = False) -> dict[str, Any]:
    """Everything `noshowd status` shows; `troubles` is empty when all is well. Names only with `reveal`."""
    set_ = switches.read(conn)
    parts = health.read(conn)
    workers = health.workers(conn)
    alive = [one for one in workers if now - one.heartbeat <= _SILENT]
    states = calendars.states(conn)
    quarantined = entries.quarantined(conn)
    phases = Counter(one.phase or "upcoming" for one in meetings.between(conn, now - _AROUND, now + _AROUND))
    stored = figures.messages(conn)
    waiting = {state: sum(n for (_, is_), n in stored.items() if is_ == state) for state in _PENDING}
    ours = installation.mark(conn, now=now)
    last_read = max((one.last_success for one in states if one.last_success), default=None)
    troubles = [
        f"{one.part} {one.state} since {_ago(one.since, now)}: {one.last_error}"
        for one in parts
        if one.state is not Condition.WELL and one.part != health.GUESTS
    ]
    troubles += [f"a calendar of {one.account}: {one.last_error}" for one in states if one.failures]
    troubles += [f"{len(quarantined)} events could not be understood"] if quarantined else []
    silent = max((one.heartbeat for one in workers), default=None)
    last = f": the last one was heard of {_ago(silent, now)}" if silent is not None else ""
    troubles += [] if alive else [f"no worker is running{last}"]
    held = set_.get(switches.SENDING_HELD)
    troubles += [f"sending to guests is held: {held.value}"] if held is not None else []
    doubtful = waiting[State.UNCERTAIN]
    troubles += [f"{doubtful} messages may or may not have left"] if doubtful else []
    return {
        "mode": config.mode.value,
        "paused": switches.PAUSED in set_,
        "installation": ours.short if ours is not None else None,
        "workers": [f"{one.name} ({one.version}), heard of {_ago(one.heartbeat, now)}" for one in alive],
        "calendars": [f"{len(states)} watched, last read {_ago(last_read, now)}"],
        "parts": [f"{one.part}: {one.state}, last success {_ago(one.last_success, now)}" for one in parts],
        "meetings": [f"{count} {phase}" for phase, count in sorted(phases.items())],
        "waiting": [f"{count} {state}" for state, count in waiting.items() if count],
        "asked": _asked(figures.waiting_for(conn, now), reveal=reveal),
        "budgets": list(_budgets(conn, config, now)),
        "troubles": troubles,
    }


def _asked(waiting: Counter[str], *, reveal: bool) -> list[str]:
    """What waits for whom."""
    names = {key: key if reveal else f"colleague {number}" for number, key in enumerate(sorted(waiting), 1)}
    return [f"{count} for {names[key]}" for key, count in sorted(waiting.items())]


def _budgets(conn: sa.Connection, config: Config, now: datetime) -> Iterator[str]:
    """What is used of what noshowd allows itself."""
    limit = Pace().calls_a_minute
    for account, calls in sorted(figures.calls_in_minute(conn, now).items()):
        yield f"{account}: {calls} of {limit} calls in this minute"
    sent = outbox.sent_since(conn, now - timedelta(hours=1), kinds=TO_GUESTS)
    yield f"guests: {sent} of {config.run.guest_messages_per_hour} messages within an hour"


def _ago(instant: datetime | None, now: datetime) -> str:
    if instant is None:
        return "never"
    seconds = max(0, int((now - instant).total_seconds()))
    if seconds < 120:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 7200 else f"{seconds // 3600} h ago"
