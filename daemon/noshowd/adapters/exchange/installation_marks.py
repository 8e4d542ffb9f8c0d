"""Marks of installations in mailboxes on Exchange: an appointment each, with its mark in extended properties."""

from __future__ import annotations

from typing import Any

from exchangelib import CalendarItem, EWSDateTime
from exchangelib.errors import ErrorItemNotFound
from exchangelib.items import SEND_TO_NONE

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.marks import FIELD, SAYS
from noshowd.domain.installation import Mark, read, spelt
from noshowd.ports.marks import ENDS, STARTS, TEXT, TITLE

#: What all marks are found by, in the place of the key of an appointment that we made.
_KEY = "installation mark"


class ExchangeMarks:
    """Needs the right that accepted times are entered with."""

    def __init__(self, client: ExchangeClient) -> None:
        self.account = client.settings.account
        self._client = client

    async def marks(self, calendar: str) -> tuple[Mark, ...]:
        return tuple(await self._client.run(calendar, lambda account: [mark for _, mark in _found(account)]))

    async def leave(self, calendar: str, mark: Mark) -> None:
        await self._client.run(calendar, lambda account: _leave(account, mark))

    async def take_away(self, calendar: str, installation: str) -> None:
        def work(account: Any) -> None:
            for item in _of(account, installation):
                _delete(item)

        await self._client.run(calendar, work)


def _leave(account: Any, mark: Mark) -> None:
    """Nobody is invited to it, so that nobody is written to; said all the same."""
    found = _of(account, mark.installation)
    if not found:
        _new(account, mark).save(send_meeting_invitations=SEND_TO_NONE)
        return
    setattr(found[0], SAYS, spelt(mark))
    found[0].save(update_fields=[SAYS], send_meeting_invitations=SEND_TO_NONE)
    for more in found[1:]:  # of workers that left theirs at the same moment
        _delete(more)


def _new(account: Any, mark: Mark) -> Any:
    return CalendarItem(
        account=account,
        folder=account.calendar,
        subject=TITLE.format(installation=mark.short),
        body=TEXT.format(installation=mark.short),
        start=EWSDateTime.from_datetime(STARTS),
        end=EWSDateTime.from_datetime(ENDS),
        legacy_free_busy_status="Free",
        sensitivity="Private",
        reminder_is_set=False,
        **{FIELD: _KEY, SAYS: spelt(mark)},
    )


def _found(account: Any) -> list[tuple[Any, Mark]]:
    """The items with a mark, fetched: a search answers long texts cut off."""
    ids = [(one.id, None) for one in account.calendar.filter(**{FIELD: _KEY}).only("subject")]
    found = []
    for item in account.fetch(ids, folder=account.calendar, only_fields=(SAYS,)):
        if isinstance(item, ErrorItemNotFound):
            continue
        if isinstance(item, Exception):
            raise item
        mark = read(getattr(item, SAYS) or "")
        if mark is not None:
            found.append((item, mark))
    return found


def _of(account: Any, installation: str) -> list[Any]:
    return [item for item, mark in _found(account) if mark.installation == installation]


def _delete(item: Any) -> None:
    try:
        item.delete(send_meeting_cancellations=SEND_TO_NONE)
    except ErrorItemNotFound:
        return
