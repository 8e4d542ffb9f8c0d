"""Notifications that Microsoft lays into an Azure Event Hub, where we fetch them: no open port (extra `eventhub`).

Every worker reads every partition for itself, from where the hub stood when the worker came up; a connection that
breaks goes on where it was. What was laid down before that tells of subscriptions that are no longer ours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from azure.eventhub.aio import EventHubConsumerClient
from azure.eventhub.exceptions import AuthenticationError, EventHubError

from noshowd.ports.check import Finding, Grade
from noshowd.ports.clock import Clock
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError
from noshowd.ports.heard import Heard, unheard
from noshowd.ports.presence import Stir

log = structlog.get_logger()
# It tells of every reconnection, with whole tracebacks.
logging.getLogger("azure.eventhub").setLevel(logging.CRITICAL)

#: Between two attempts to reach it, seconds.
_AGAIN = 15.0
#: Between two looks whether we still hear what lies there, seconds.
_ALIVE = 60.0
#: What lies in the hub is read within this time, or the look has failed.
_PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """One hub, and how it is reached."""

    #: The connection string of a policy with the right to listen, `EntityPath` included.
    connection: str = field(repr=False)
    group: str = "$Default"
    ca_file: Path | None = None
    proxy: str | None = None


class EventHub:
    """Reads a hub as long as `run` runs. Bodies go to `receive`, in the order of their partition, perhaps twice; where
    it says that something stirs, that is told.
    """

    def __init__(
        self, settings: HubSettings, clock: Clock, *, name: str, receive: Callable[[bytes], Stir | None]
    ) -> None:
        self.name = name
        self._settings = settings
        self._clock = clock
        self._receive = receive
        self._client: Any = None
        #: The number of the last event read of each partition, kept while the connection is away.
        self._read: dict[str, int] = {}
        self._news = asyncio.Condition()

    async def run(self, heed: Callable[[Stir], Awaitable[object]], heard: Heard = unheard) -> None:
        """Read until cancelled, reconnecting by itself."""
        while True:
            try:
                async with self._opened() as client:
                    for partition in await client.get_partition_ids():
                        if partition not in self._read:
                            self._read[partition] = await _last(client, partition)
                    self._client = client
                    await heard(None)
                    await self._listen(client, heed)
            except (EventHubError, VendorError) as error:
                word = _word(error)
                await heard(word)
                log.warning("event_hub_not_reached", action="observe", source=self.name, error=word.reason)
            finally:
                self._client = None
            await self._clock.sleep(_AGAIN)

    async def _listen(self, client: Any, heed: Callable[[Stir], Awaitable[object]]) -> None:
        """Until it breaks, which the library keeps to itself and tries again for ever: so it is looked at now and then
        whether all that lies there comes, and not only whether the hub answers.

        Raises what broke it.
        """
        receiving = asyncio.create_task(client.receive(partial(self._take, heed), starting_position=self._read))
        try:
            while not receiving.done():
                pause = asyncio.create_task(self._clock.sleep(_ALIVE))
                await asyncio.wait([receiving, pause], return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
                await self.caught_up()
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)
        await receiving

    async def caught_up(self) -> None:
        """Return once everything has been received that lay in the hub when this was asked.

        Raises `Temporary` or `CredentialsLost` where that cannot be known.
        """
        client = self._client
        if client is None:
            raise Temporary("the event hub is not reached")
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                for partition in list(self._read):
                    last = await _last(client, partition)
                    await self._until_read(partition, last)
        except TimeoutError as error:
            raise Temporary("the event hub holds what has not come yet") from error
        except EventHubError as error:
            raise _word(error) from error

    async def _until_read(self, partition: str, number: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self._read[partition] >= number)

    async def check(self) -> list[Finding]:
        """Whether the hub lets us listen."""
        try:
            async with self._opened() as client:
                await client.get_partition_ids()
        except (EventHubError, VendorError) as error:
            word = _word(error)
            grade = Grade.UNREACHED if isinstance(word, Temporary) else Grade.BAD
            return [Finding(grade=grade, what="event hub", says=word.reason)]
        return [Finding(grade=Grade.GOOD, what="event hub")]

    async def _take(self, heed: Callable[[Stir], Awaitable[object]], context: Any, event: Any) -> None:
        stir = self._receive(event.body if isinstance(event.body, bytes) else b"".join(event.body))
        async with self._news:
            self._read[context.partition_id] = int(event.sequence_number)
            self._news.notify_all()
        if stir is not None:
            await heed(stir)

    def _opened(self) -> Any:
        settings = self._settings
        ways: dict[str, Any] = {}
        if settings.ca_file is not None:
            ways["connection_verify"] = str(settings.ca_file)
        if settings.proxy is not None:
            proxy = urlsplit(settings.proxy)
            ways["http_proxy"] = {"proxy_hostname": proxy.hostname, "proxy_port": proxy.port}
        with suppress(ValueError):
            return EventHubConsumerClient.from_connection_string(
                settings.connection, consumer_group=settings.group, **ways
            )
        raise Permanent("the connection string of the event hub is malformed, or names no hub (EntityPath)")


async def _last(client: Any, partition: str) -> int:
    """The number of the newest event; -1 where there never was one."""
    told = await client.get_partition_properties(partition)
    return -1 if told["is_empty"] else int(told["last_enqueued_sequence_number"])


def _word(error: Exception) -> VendorError:
    if isinstance(error, VendorError):
        return error
    if isinstance(error, AuthenticationError):
        return CredentialsLost("the event hub no longer accepts the connection string")
    return Temporary(f"the event hub is not reached: {type(error).__name__}")
