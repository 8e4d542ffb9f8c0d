"""Marks of installations in mailboxes on Exchange: an appointment each, with its mark in extended properties."""

from __future__ import annotations

from typing import Any

from exchangelib import CalendarItem, EWSDateTime
from exchangelib.errors import ErrorItemNotFound
from exchangelib.items import SEND_TO_NONE

from noshowd.adapters.exchange.client import ExchangeClient
from noshowd.adapters.exchange.marks import FIELD, SAYS
from noshowd.domain.installation import Mark, read, spelt
from noshowd.ports.marks import ENDS, STARTS, TEXT, TITLE, MarksAsEntries

#: What all marks are found by, in the place of the key of an appointment that we made.
_KEY = "installation mark"


class ExchangeMarks(MarksAsEntries[Any]):
    """Needs the right that accepted times are entered with. Its entries are items of exchangelib."""

    def __init__(self, client: ExchangeClient) -> None:
        self.account = client.settings.account
        self._client = client

    async def entries(self, calendar: str) -> list[tuple[Any, Mark]]:
        return await self._client.run(calendar, _found)

    async def add(self, calendar: str, mark: Mark) -> None:
        """Nobody is invited to it, so that nobody is written to; said all the same."""
        await self._client.run(
            calendar, lambda account: _new(account, mark).save(send_meeting_invitations=SEND_TO_NONE)
        )

    async def change(self, calendar: str, entry: Any, mark: Mark) -> None:
        def work(account: Any) -> None:
            entry.account = account
            setattr(entry, SAYS, spelt(mark))
            entry.save(update_fields=[SAYS], send_meeting_invitations=SEND_TO_NONE)

        await self._client.run(calendar, work)

    async def delete(self, calendar: str, entry: Any) -> None:
        def work(account: Any) -> None:
            entry.account = account
            try:
                entry.delete(send_meeting_cancellations=SEND_TO_NONE)
            except ErrorItemNotFound:
                return

        await self._client.run(calendar, work)


def _new(account: Any, mark: Mark) -> Any:
    return CalendarItem(
        account=account,
        folder=account.calendar,
        subject=TITLE.format(installation=mark.short),
        body=TEXT.format(installation=mark.short),
        start=EWSDateTime.from_datetime(STARTS),
        end=EWSDateTime.from_datetime(ENDS),
        legacy_free_busy_status="Free",
        # a delegate without ViewPrivateItems is shown no private items: each installation would see no mark at all
        sensitivity="Normal",
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
