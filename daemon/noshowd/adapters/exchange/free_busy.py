"""Free and busy from the server's availability service; what cannot be read is unknown, never free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from exchangelib import EWSDateTime

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.domain.spans import Span, union
from noshowd.ports.calendar import Busy

#: Limits of the service: mailboxes in one call, and days.
_ADDRESSES = 100
_LONGEST = timedelta(days=61)
_FREE = frozenset({"Free", "WorkingElsewhere"})


class ExchangeFreeBusy:
    """Asks as the first of the account's mailboxes."""

    def __init__(self, client: ExchangeClient) -> None:
        self.account = client.settings.account
        self._client = client

    async def busy(self, addresses: tuple[str, ...], window: Span) -> tuple[Busy, ...]:
        found: dict[str, list[Busy]] = {address: [] for address in addresses}
        start = window.start
        while start < window.end:
            part = Span(start=start, end=min(start + _LONGEST, window.end))
            for first in range(0, len(addresses), _ADDRESSES):
                for one in await self._ask(addresses[first : first + _ADDRESSES], part):
                    found[one.address].append(one)
            start = part.end
        return tuple(_joined(address, found[address]) for address in addresses)

    async def _ask(self, addresses: tuple[str, ...], window: Span) -> list[Busy]:
        start, end = (EWSDateTime.from_datetime(one.astimezone(UTC)) for one in (window.start, window.end))

        def ask(account: Any) -> list[Any]:
            wanted = [(address, "Required", False) for address in addresses]
            return list(account.protocol.get_free_busy_info(wanted, start, end, requested_view="FreeBusy"))

        views = await self._client.run(self._client.settings.mailboxes[0], ask)
        return [_busy(address, view) for address, view in zip(addresses, views, strict=True)]


def _busy(address: str, view: Any) -> Busy:
    """One answer, which may be an error in the place of a view."""
    if isinstance(view, Exception) or view.view_type in ("None", "MergedOnly"):
        return Busy(address=address, known=False)
    spans = [
        Span(start=_plain(event.start), end=_plain(event.end))
        for event in view.calendar_events or ()
        if event.busy_type not in _FREE
    ]
    return Busy(address=address, spans=tuple(spans))


def _plain(moment: datetime) -> datetime:
    """Times come in the zone that was asked for, which is UTC, and without saying so."""
    if moment.tzinfo is None:
        return datetime(*moment.timetuple()[:6], tzinfo=UTC)
    return datetime.fromtimestamp(moment.timestamp(), UTC)


def _joined(address: str, parts: list[Busy]) -> Busy:
    if not parts or not all(part.known for part in parts):
        return Busy(address=address, known=False)
    return Busy(address=address, spans=union(span for part in parts for span in part.spans))
