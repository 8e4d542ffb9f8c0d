"""The daemon as an object: opened from a configuration, run until stopped. Tests and the demo run it in process."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import structlog

from noshowd import __version__
from noshowd.config.model import Config
from noshowd.config.secrets import resolve
from noshowd.engine.answering import AnswerDesk
from noshowd.engine.parts import Linker, no_links
from noshowd.ports.clock import Clock
from noshowd.runtime.assemble import assemble
from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import build
from noshowd.runtime.loops import Worker
from noshowd.runtime.people import ConfiguredDirectory
from noshowd.runtime.pulse import Pulse
from noshowd.runtime.questions import StoredQuestions
from noshowd.runtime.state import signing_key, state_folder
from noshowd.runtime.systemd import Notifier
from noshowd.store.database import open_database
from noshowd.web.app import build_app
from noshowd.web.tokens import Links, Signer

log = structlog.get_logger()

#: A clean stop waits this long for the send in hand.
_STOP_WITHIN = 4.0


class Daemon:
    """One worker with its database, adapters and pages. Raises `StoreError` or `SecretMissing` when it cannot open."""

    def __init__(self, config: Config, *, folder: Path, clock: Clock, environ: Mapping[str, str] = os.environ) -> None:
        state = state_folder(config, environ=environ)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = _key(config, folder, environ) or signing_key(state)
        self._config = config
        self._clock = clock
        self._database = open_database(database_url(config, folder, environ))
        self._bench = Bench(config, folder=folder, state=state, clock=clock, signing_key=key)
        try:
            self._adapters = build(self._bench)
            self._links = _links(config, key)
            self.parts = assemble(
                config,
                database=self._database,
                clock=clock,
                adapters=self._adapters,
                worker=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}",
                key=key,
                linker=_linker(config, self._links),
            )
        except BaseException:
            self._database.close()
            raise
        self._notifier = Notifier(environ)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then finish what is in hand within seconds."""
        pulse = Pulse(self._clock, self._notifier)
        desk = AnswerDesk(self.parts)
        worker = Worker(
            self.parts,
            owners=ConfiguredDirectory(self._config).owners(),
            box=desk,
            sources=self._adapters.answers,
            streams=self._adapters.streams,
            version=__version__,
            alive=pulse.beat,
        )
        tasks = [asyncio.create_task(worker.run()), asyncio.create_task(pulse.run())]
        if self._config.web is not None:
            tasks.append(asyncio.create_task(self._serve(desk)))
        self._notifier.ready(f"watching {len(self._adapters.watched)} calendars")
        log.info("started", action="run", calendars=len(self._adapters.watched), version=__version__)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        self._notifier.stopping()
        for task in [stopped, *tasks]:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN):
                results = await asyncio.gather(*tasks, return_exceptions=True)
                await self._bench.close()
                for result in results:
                    if isinstance(result, Exception):
                        raise result
        log.info("stopped", action="run")

    async def _serve(self, desk: AnswerDesk) -> None:
        from noshowd.runtime.pages import serve

        section = self._config.web
        assert section is not None
        host, _, port = section.listen.rpartition(":")
        app = build_app(
            answers=desk,
            links=self._links,
            questions=StoredQuestions(self.parts),
            clock=self._clock,
            healthy=self._well,
        )
        await serve(app, host, int(port), section.trusted_proxies)

    async def _well(self) -> bool:
        """The database answers."""
        await self._database.read(lambda conn: conn.execute(sa.select(1)).scalar())
        return True

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _key(config: Config, folder: Path, environ: Mapping[str, str]) -> bytes | None:
    """The signing key that workers on several machines share, where one is configured."""
    if config.web is None or config.web.signing_key is None:
        return None
    return resolve(config.web.signing_key, folder=folder, environ=environ).reveal().encode()


def database_url(config: Config, folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The address of the database, with its password where it has one. Raises `SecretMissing`."""
    if config.store.password is None:
        return config.store.url
    password = resolve(config.store.password, folder=folder, environ=environ).reveal()
    return sa.make_url(config.store.url).set(password=password).render_as_string(hide_password=False)


def _links(config: Config, key: bytes) -> Links:
    base = (config.web.public_url if config.web is not None else None) or ""
    return Links(base_url=base, signer=Signer([key.decode()]))


def _linker(config: Config, links: Links) -> Linker:
    return links.link if config.web is not None and config.web.public_url is not None else no_links
