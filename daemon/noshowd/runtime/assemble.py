"""Put the engine's parts together: one function for the daemon, the demo and a story."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from noshowd.config.model import Config, Mode
from noshowd.config.translate import Policies
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy
from noshowd.engine.parts import Linker, Pace, Parts, no_links
from noshowd.ports.clock import Clock
from noshowd.reading.sides import canonical
from noshowd.runtime.bench import Adapters
from noshowd.runtime.people import ConfiguredDirectory, us_of
from noshowd.store import calendars, leases, switches
from noshowd.store.database import Database
from noshowd.wording import Wording

#: Policies are chosen anew for meetings that changed; most are asked about again and again.
_POLICIES_KEPT = 4096


def assemble(
    config: Config,
    *,
    database: Database,
    clock: Clock,
    adapters: Adapters,
    worker: str,
    key: bytes,
    linker: Linker = no_links,
) -> Parts:
    """The parts for one worker. Registers the watched calendars; on SQLite ends the leases of a dead predecessor."""
    now = clock.now()
    first_run = database.run_sync(lambda conn: _start(conn, adapters, now, alone=not database.shared))
    return Parts(
        database=database,
        clock=clock,
        worker=worker,
        us=us_of(config),
        zone=config.us.zone,
        directory=ConfiguredDirectory(config),
        wording=Wording(config.wording.templates),
        policy_for=_policies(config),
        calendars=adapters.calendars,
        presences=adapters.presences,
        channels=tuple(adapters.channels),
        free_busy=adapters.free_busy,
        linker=linker,
        reads_replies=adapters.reads_replies,
        reply_address=adapters.reply_address,
        pace=_pace(config),
        first_run=first_run,
        shadow=config.mode is Mode.SHADOW,
        notice_url=config.privacy.notice_url,
        digest=lambda address: digest_of(address, key),
    )


def digest_of(address: str, key: bytes) -> str:
    """The keyed hash under which an opt-out is remembered: it names nobody without the key."""
    return hmac.new(key, canonical(address).encode(), hashlib.sha256).hexdigest()


def _start(conn: sa.Connection, adapters: Adapters, now: datetime, *, alone: bool) -> datetime:
    if alone:
        leases.release_all(conn, now=now)
    calendars.register(conn, adapters.watched, now=now)
    first = switches.settle(conn, switches.FIRST_STARTED, now.isoformat(), by="noshowd", now=now)
    return datetime.fromisoformat(first)


def _policies(config: Config) -> Callable[[Meeting], Policy | None]:
    return lru_cache(maxsize=_POLICIES_KEPT)(Policies(config).choose)


def _pace(config: Config) -> Pace:
    run = config.run
    return Pace(
        patience=config.network.timeout,
        sync_near=run.poll_near,
        sync_day=run.poll_far,
        ahead=run.horizon,
        hourly_cap=run.guest_messages_per_hour,
        absences_before_stop=run.absences_before_stop,
    )
