"""The daemon as an object: opened from a configuration, run until stopped. Tests and the demo run it in process."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
import structlog

from noshowd import __version__
from noshowd.config.model import Config
from noshowd.domain.evidence import Observation
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.answers.opting_out import OptOutDesk
from noshowd.engine.calendars import push, watching
from noshowd.engine.offers.desk import OfferDesk
from noshowd.engine.parts import Linker, no_links
from noshowd.ports.answers import AnswerSource
from noshowd.ports.clock import Clock
from noshowd.ports.presence import Stir
from noshowd.ports.webhook import Signal
from noshowd.runtime import mark, parting
from noshowd.runtime.assemble import assemble, heard_by, renewed
from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import build
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.conditions import Conditions
from noshowd.runtime.heartbeat import keep_beating
from noshowd.runtime.keys import configured_key, database_url
from noshowd.runtime.listening import in_turn
from noshowd.runtime.loops import Worker
from noshowd.runtime.people import ConfiguredDirectory
from noshowd.runtime.pulse import Pulse
from noshowd.runtime.questions import StoredQuestions
from noshowd.runtime.readiness import Readiness
from noshowd.runtime.reloading import needs_restart
from noshowd.runtime.rounds import Rounds, to_be_tried
from noshowd.runtime.state import signing_key, state_folder
from noshowd.runtime.systemd import Notifier
from noshowd.runtime.timekeeping import Timekeeping
from noshowd.store import health
from noshowd.store.database import open_database
from noshowd.store.errors import StoreError
from noshowd.web.tokens import Links, Signer

if TYPE_CHECKING:
    from starlette.types import ASGIApp

log = structlog.get_logger()

#: The mark by which a copied database is known changes this often, seconds.
_MARK_EVERY = 300.0
#: A clean stop takes no longer than this, seconds; it waits so long for the sends in hand, and for vendors to hang up.
_STOP_WITHIN, _SENDS_WITHIN, _HANGS_UP_WITHIN = 4.0, 2.5, 0.5


class Daemon:
    """One worker with its database, adapters and pages. Raises `StoreError` or `SecretMissing` when it cannot open."""

    def __init__(self, config: Config, *, folder: Path, clock: Clock, environ: Mapping[str, str] = os.environ) -> None:
        state = state_folder(config, environ=environ)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = configured_key(config, folder, environ) or signing_key(state)
        self._config = config
        self._clock = clock
        self._database = open_database(database_url(config, folder, environ))
        self._bench = Bench(config, folder=folder, state=state, clock=clock, signing_key=key)
        # a clock that was made up for a demo or a test is off by design
        self._time = Timekeeping(self._bench, clock, self._database) if isinstance(clock, SystemClock) else None
        try:
            self._database.run_sync(lambda conn: parting.settle(conn, state))
            parting.settled(state)
            self._adapters = build(self._bench)
            self._links = _links(config, key)
            self.parts = assemble(
                config,
                database=self._database,
                clock=clock,
                adapters=self._adapters,
                worker=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}",
                key=key,
                linker=_linker(config, self._links.link),
                opt_out_linker=_linker(config, self._links.opt_out),
                offer_page=_offer_page(config, self._links),
            )
            if self._database.run_sync(lambda conn: mark.compare(conn, state, now=clock.now())):
                log.warning(
                    "guests_held", action="run", reason="restored or copied database, see noshowd resume --help"
                )
        except BaseException:
            self._database.close()
            raise
        self._notifier = Notifier(environ)
        self._readiness = Readiness(self._database, clock, self._notifier, mode=lambda: self._config.mode.value)
        self._pulse = Pulse(clock, self._notifier)
        self._desk = AnswerDesk(self.parts)
        self._questions = StoredQuestions(self.parts)
        self._offers = OfferDesk(self.parts)
        self._opt_outs = OptOutDesk(self.parts)
        conditions = self._conditions = Conditions(self._database, clock)
        self._worker = Worker(
            self.parts,
            owners=ConfiguredDirectory(config).owners(),
            box=self._desk,
            sources=self._adapters.answers,
            streams=self._streams(conditions),
            conditions=conditions,
            version=__version__,
            alive=self._pulse.beat,
        )

    @property
    def answer_sources(self) -> Sequence[AnswerSource]:
        """Whatever brings answers while the daemon runs."""
        return self._adapters.answers

    def _streams(self, conditions: Conditions) -> dict[str, Callable[[], Awaitable[object]]]:
        """What listens as long as the worker, by the part whose health it tells."""
        streams: dict[str, Callable[[], Awaitable[object]]] = {
            part: partial(run, conditions.of(part)) for part, run in self._adapters.streams.items()
        }
        for one in self._adapters.stirs:
            part = f"{health.SOURCE}{one.name}"
            streams[part] = partial(one.run, self._hurry, conditions.of(part))
        return streams

    def _beside(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """What runs beside the worker, by the part under which its failing is told."""
        beside: dict[str, Callable[[], Awaitable[object]]] = {
            f"{health.LOOP}readiness": self._readiness.run,
            f"{health.LOOP}mark": self._keep_mark,
            f"{health.LOOP}heartbeat": self._beat,
        }
        trials = to_be_tried(self._adapters.checks, heard_by(self._adapters))
        if trials:
            beside[f"{health.LOOP}rounds"] = Rounds(trials, self._conditions, self._clock).run
        if self._config.web is not None:
            beside[f"{health.PAGES}{socket.gethostname()}"] = self._serve
        if self._time is not None:
            beside[f"{health.LOOP}clock"] = self._time.run
        return beside

    async def _beat(self) -> None:
        part = f"{health.HEARTBEAT}{socket.gethostname()}"
        await keep_beating(lambda: self._config, self._clock, alive=self._is_ready, heard=self._conditions.of(part))

    async def run(self, stop: asyncio.Event, **more: Callable[[], Awaitable[object]]) -> None:
        """Work until `stop` is set; then finish what is in hand within seconds. `more` runs beside it, by name.

        Raises what ended the worker itself, or `NotListening`.
        """
        beside = self._beside() | {f"{health.LOOP}{name}": run for name, run in more.items()}
        tasks = [asyncio.create_task(self._worker.run()), asyncio.create_task(self._pulse.run())]
        tasks += [asyncio.create_task(self._conditions.keep_up(part, run)) for part, run in beside.items()]
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        self._notifier.stopping()
        parting.note(self._bench.state, self.parts.worker)
        for task in [stopped, *tasks]:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN):
                results = await asyncio.gather(*tasks, return_exceptions=True)
                await self._let_leave()
                with suppress(StoreError):
                    await self._database.run(lambda conn: health.leave(conn, self.parts.worker))
                    parting.settled(self._bench.state, self.parts.worker)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_HANGS_UP_WITHIN):
                        await self._bench.close()
                if self.parts.judges is not None:
                    await self.parts.judges.rest()
                for result in results:
                    if isinstance(result, Exception):
                        raise result
        log.info("stopped", action="run")

    async def _let_leave(self) -> None:
        """Wait a moment for the sends in hand; one that takes longer is left as uncertain."""
        leaving = list(self.parts.leaving)
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=_SENDS_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*leaving, return_exceptions=True)

    def reload(self, config: Config) -> list[str]:
        """Go on under a changed configuration: mode, people, policies, texts and speeds.

        Changes nothing and returns the tables that differ when some of them only take effect at a start.
        """
        differing = needs_restart(self._config, config)
        if differing:
            return differing
        self._config = config
        self.parts = renewed(self.parts, config)
        self._worker.use(self.parts, ConfiguredDirectory(config).owners())
        self._desk.use(self.parts)
        self._questions.use(self.parts)
        self._offers.use(self.parts)
        self._opt_outs.use(self.parts)
        self._database.wake()
        return []

    async def _keep_mark(self) -> None:
        """Let no copy of the database pass for the database itself, until cancelled."""
        while True:
            await self._clock.sleep(_MARK_EVERY)
            with suppress(StoreError, OSError):  # a full disk: the next time will do
                await self._database.run(lambda conn: mark.renew(conn, self._bench.state, now=self._clock.now()))

    def pages(self) -> ASGIApp:
        """The pages, webhooks and health of this daemon."""
        # loaded only where they are served
        from noshowd.web.app import build_app
        from noshowd.web.inside import Inside
        from noshowd.web.webhooks import Webhooks

        return build_app(
            answers=self._desk,
            links=self._links,
            questions=self._questions,
            clock=self._clock,
            offers=self._offers,
            opt_outs=self._opt_outs,
            lexicon=lambda language: self.parts.wording.lexicon(language),  # noqa: PLW0108 - parts are renewed
            healthy=self._well,
            inside=Inside(ready=self._is_ready, metrics=self._metrics),
            webhooks=Webhooks(
                hooks=self._adapters.webhooks,
                receive=self._receive,
                heed=self._heed,
                hurry=self._hurry,
                heard=lambda name, error: self._conditions.note(f"{health.POSTS}{name}", error),
                clock=self._clock,
            ),
        )

    async def _serve(self) -> None:
        from noshowd.runtime.pages import serve

        section = self._config.web
        assert section is not None
        heard = self._conditions.of(f"{health.PAGES}{socket.gethostname()}")
        with await in_turn(section.listen, self._clock, alone=not self._database.shared, heard=heard) as at:
            await heard(None)
            await serve(self.pages(), at, section.trusted_proxies)

    async def _receive(self, seen: Observation) -> None:
        await push.take(self.parts, seen)

    async def _hurry(self, stir: Stir) -> None:
        if stir.source in self._adapters.posted:
            await self._conditions.note(f"{health.POSTS}{stir.source}", None)
        await push.hurry(self.parts, stir)

    async def _heed(self, signal: Signal) -> None:
        await watching.heed(self.parts, signal)

    async def _is_ready(self) -> bool:
        """Started, no loop hangs, and the database answers and takes what is to be kept."""
        working = self._readiness.reached and not self._pulse.hanging() and self._worker.can_write
        return working and await self._well()

    async def _metrics(self) -> tuple[bytes, str]:
        from noshowd.runtime import metrics

        now = self._clock.now()
        return await self._database.read(lambda conn: metrics.exposition(conn, now)), metrics.CONTENT_TYPE

    async def _well(self) -> bool:
        """The database answers."""
        try:
            return bool(await self._database.read(lambda conn: conn.scalar(sa.select(1))))
        except StoreError:
            return False

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _links(config: Config, key: bytes) -> Links:
    base = (config.web.public_url if config.web is not None else None) or ""
    return Links(base_url=base, signer=Signer([key.decode()]))


def _offer_page(config: Config, links: Links) -> Linker:
    return links.offer if config.web is not None and config.web.public_url is not None else no_links


def _linker(config: Config, link: Linker) -> Linker:
    """What makes addresses of pages, where they can be reached."""
    return link if config.web is not None and config.web.public_url is not None else no_links
