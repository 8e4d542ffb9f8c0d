"""Put the engine's parts together: one function for the daemon, the demo and a story."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from noshowd.config.model import Config, Mode, Observe
from noshowd.config.translate import Policies
from noshowd.domain.address import canonical
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy
from noshowd.engine import alerts
from noshowd.engine.parts import Keep, Linker, Offering, Pace, Parts, no_links
from noshowd.ports.clock import Clock
from noshowd.runtime.bench import Adapters
from noshowd.runtime.judges import OtherCores
from noshowd.runtime.people import ConfiguredDirectory, us_of
from noshowd.runtime.rounds import to_be_tried
from noshowd.runtime.rules import Choose, Rules
from noshowd.store import calendars, health, installation, outages, switches
from noshowd.store.database import Database
from noshowd.wording import Wording

#: The installation's mark is renewed every few minutes; one older than this tells that nobody watched meanwhile.
_STOOD_STILL = timedelta(minutes=10)


def assemble(
    config: Config,
    *,
    database: Database,
    clock: Clock,
    adapters: Adapters,
    worker: str,
    key: bytes,
    linker: Linker = no_links,
    opt_out_linker: Linker = no_links,
    offer_page: Linker = no_links,
) -> Parts:
    """The parts for one worker. Registers the watched calendars; on SQLite takes over from a dead predecessor.

    Raises `StoreUnavailable` when another daemon runs on the SQLite file.
    """
    now = clock.now()
    database.take_over(now)
    first_run = database.run_sync(lambda conn: _start(conn, adapters, now, alone=not database.shared))
    return Parts(
        database=database,
        clock=clock,
        worker=worker,
        calendars=adapters.calendars,
        watchers=adapters.watchers,
        presences=adapters.presences,
        hints=tuple(adapters.hints),
        channels=tuple(adapters.channels),
        free_busy=adapters.free_busy,
        writers=adapters.writers,
        marks=adapters.marks,
        linker=linker,
        opt_out_linker=opt_out_linker,
        offer_page=offer_page,
        invitations=tuple(adapters.invitations),
        reads_replies=adapters.reads_replies,
        reply_address=adapters.reply_address,
        first_run=first_run,
        digest=lambda address: digest_of(address, key),
        policy_for=Rules(_policies(config)),
        judges=_judges(database),
        **_configured(config),
    )


def _judges(database: Database) -> OtherCores | None:
    """Where the database has one worker only, that one has the other cores; elsewhere each core has a worker."""
    cores = len(os.sched_getaffinity(0))
    return OtherCores(cores) if cores > 1 and not database.shared else None


def renewed(parts: Parts, config: Config) -> Parts:
    """The same parts under a changed configuration. Meetings that have begun keep the rules they began with."""
    before = parts.policy_for
    if config.observe is Observe.OFF:
        rules: Choose = Rules(_policies(config))  # at once, also for meetings that have begun
    else:
        rules = before.followed_by(_policies(config), parts.clock.now()) if isinstance(before, Rules) else before
    return replace(parts, policy_for=rules, **_configured(config))


def _configured(config: Config) -> dict[str, Any]:
    """The parts that a configuration decides anew when it is read again."""
    return {
        "us": us_of(config),
        "zone": config.us.zone,
        "directory": ConfiguredDirectory(config),
        "wording": Wording(config.wording.templates),
        "pace": _pace(config),
        "keep": _keep(config),
        "offering": _offering(config),
        "shadow": config.mode is Mode.SHADOW,
        "observes": config.observe is Observe.ON,
        "notice_url": config.privacy.notice_url,
    }


def digest_of(address: str, key: bytes) -> str:
    """The keyed hash under which an opt-out is remembered: it names nobody without the key."""
    return hmac.digest(key, canonical(address).encode(), "sha256").hex()


def _start(conn: sa.Connection, adapters: Adapters, now: datetime, *, alone: bool) -> datetime:
    calendars.register(conn, adapters.watched, now=now)
    alerts.let_go(conn, health.keep(conn, _parts_of(adapters)), now=now)
    for account, name in dict(reversed(adapters.watched)).items():
        calendars.look_now(conn, account, name, now=now)  # readiness says how each account is today
    last = switches.read(conn).get(switches.INSTALLATION)
    # of a worker that took no leave the housekeeping tells, to the half minute
    left_behind = alone and health.workers(conn)
    if last is not None and not left_behind and now - last.changed_at > _STOOD_STILL:
        outages.note(conn, outages.ITSELF, began=last.changed_at, ended=now)
    installation.settle(conn, now=now)
    first = switches.settle(conn, switches.FIRST_STARTED, now.isoformat(), by="noshowd", now=now)
    return datetime.fromisoformat(first)


def heard_by(adapters: Adapters) -> set[str]:
    """The parts that say by themselves, all the time, how they are."""
    return {*adapters.streams, *(f"{health.SOURCE}{one.name}" for one in adapters.stirs)}


def _parts_of(adapters: Adapters) -> Iterator[str]:
    """Everything whose health is kept: what the configuration no longer has fails no longer."""
    yield from (f"{health.CALENDAR}{account}/{name}" for account, name in adapters.watched)
    # what is entered into calendars is kept by account
    yield from (f"{health.CALENDAR}{account}" for account in adapters.writers)
    yield from (f"{health.MARKS}{account}" for account in adapters.marks)
    yield from (f"{health.ACCOUNT}{name}" for name in adapters.calendars)
    yield from (f"{health.SOURCE}{name}" for name in adapters.presences)
    yield from (f"{health.CHANNEL}{one.name}" for one in adapters.channels)
    yield from (f"{health.ANSWERS}{one.name}" for one in adapters.answers)
    yield from (heard := heard_by(adapters))
    yield from to_be_tried(adapters.checks, heard)
    yield from (f"{health.POSTS}{one.name}" for one in adapters.webhooks)
    yield from (f"{health.POSTS}{name}" for name in adapters.posted)
    yield from (f"{health.HINT}{one.name}" for one in adapters.hints)
    yield from (f"{health.FREE_BUSY}{name}" for name in adapters.free_busy)
    yield from (f"{health.PUSH}{account}" for account in adapters.watchers)
    yield from (f"{health.INVITATIONS}{one.name}" for one in adapters.invitations)


def _policies(config: Config) -> Callable[[Meeting], Policy | None]:
    if config.observe is Observe.OFF:
        return lambda _: None
    return Policies(config).choose


def _keep(config: Config) -> Keep:
    kept = config.privacy
    return Keep(
        evidence=kept.evidence,
        verdicts=kept.verdicts,
        texts=kept.texts,
        answers=kept.answers,
        offers=kept.offers,
        misses=kept.misses,
    )


def _offering(config: Config) -> Offering:
    given = config.offers
    return Offering(notice=given.notice, ahead=given.ahead, buffer=given.buffer, hold=given.hold)


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
