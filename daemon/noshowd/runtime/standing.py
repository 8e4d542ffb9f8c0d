"""How the installation is, in lines for a person and values for a script."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.config.model import Config
from noshowd.domain.followup import State
from noshowd.store import calendars, entries, health, meetings, outbox, switches
from noshowd.store.health import Condition

#: A worker that has not been heard of for this long is taken to be gone.
_SILENT = timedelta(minutes=3)
_AROUND = timedelta(hours=12)


def read_status(conn: sa.Connection, config: Config, now: datetime) -> dict[str, Any]:
    """Everything `noshowd status` shows; `troubles` is empty when all is well."""
    set_ = switches.read(conn)
    parts = health.read(conn)
    workers = health.workers(conn)
    alive = [one for one in workers if now - one.heartbeat <= _SILENT]
    states = calendars.states(conn)
    quarantined = entries.quarantined(conn)
    phases = Counter(one.phase or "upcoming" for one in meetings.between(conn, now - _AROUND, now + _AROUND))
    pending = (State.AWAITING, State.QUEUED, State.UNCERTAIN)
    waiting = {state: len(outbox.in_state(conn, state)) for state in pending}
    last_read = max((one.last_success for one in states if one.last_success), default=None)
    troubles = [
        f"{one.part} {one.state} since {_ago(one.since, now)}: {one.last_error}"
        for one in parts
        if one.state is not Condition.WELL
    ]
    troubles += [f"a calendar of {one.account}: {one.last_error}" for one in states if one.failures]
    troubles += [f"{len(quarantined)} events could not be understood"] if quarantined else []
    troubles += [] if alive else ["no worker is running"]
    troubles += ["sending to guests is held"] if switches.SENDING_HELD in set_ else []
    doubtful = waiting[State.UNCERTAIN]
    troubles += [f"{doubtful} messages may or may not have left"] if doubtful else []
    return {
        "mode": config.mode.value,
        "paused": switches.PAUSED in set_,
        "workers": [f"{one.name} ({one.version}), heard of {_ago(one.heartbeat, now)}" for one in alive],
        "calendars": [f"{len(states)} watched, last read {_ago(last_read, now)}"],
        "parts": [f"{one.part}: {one.state}, last success {_ago(one.last_success, now)}" for one in parts],
        "meetings": [f"{count} {phase}" for phase, count in sorted(phases.items())],
        "waiting": [f"{count} {state}" for state, count in waiting.items() if count],
        "troubles": troubles,
    }


def _ago(instant: datetime | None, now: datetime) -> str:
    if instant is None:
        return "never"
    seconds = max(0, int((now - instant).total_seconds()))
    if seconds < 120:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 7200 else f"{seconds // 3600} h ago"
