"""When people are busy, as far as their calendars tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from noshowd.adapters.google.client import GoogleClient, Method
from noshowd.adapters.google.scopes import Scope
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Busy

Json = dict[str, Any]
_QUERY = Method(api="calendar", name="freebusy.query", scope=Scope.FREE_BUSY)
#: Calendars Google answers for at once.
_AT_ONCE = 50


class GoogleFreeBusy:
    """Asks in the name of the account's own mailbox."""

    def __init__(self, client: GoogleClient) -> None:
        self.account = client.account.name
        self._client = client

    async def busy(self, addresses: tuple[str, ...], window: Span) -> tuple[Busy, ...]:
        """A calendar that answers with an error, or not at all, is not free: it is not known."""
        found: list[Busy] = []
        for first in range(0, len(addresses), _AT_ONCE):
            asked = addresses[first : first + _AT_ONCE]
            answer = await self._client.call(
                _QUERY,
                subject=self._client.sign_ins.subject(self._client.account.mailbox),
                body={
                    "timeMin": window.start.astimezone(UTC).isoformat(),
                    "timeMax": window.end.astimezone(UTC).isoformat(),
                    "items": [{"id": address} for address in asked],
                    "calendarExpansionMax": _AT_ONCE,
                },
            )
            calendars = answer.get("calendars", {})
            found += [_busy(address, calendars.get(address)) for address in asked]
        return tuple(found)


def _busy(address: str, answer: Json | None) -> Busy:
    if answer is None or answer.get("errors"):
        return Busy(address=address, known=False)
    return Busy(address=address, spans=tuple(_span(s) for s in answer.get("busy", ())))


def _span(stretch: Json) -> Span:
    return Span(start=_instant(stretch["start"]), end=_instant(stretch["end"]))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
