"""Pages of a listing: frozen at the first one, bound to its query, sometimes short or empty."""

from __future__ import annotations

import itertools
from typing import Any

from noshowd.demo.vendors.google.refusals import invalid

Json = dict[str, Any]
#: Parameters that may differ from page to page.
_FREE = frozenset({"pageToken", "fields", "alt", "prettyPrint", "quotaUser"})


class Pager:
    """Hands out listings page by page.

    `cap` keeps pages shorter than asked for; `empty_next` makes the next page empty, with more to follow.
    """

    def __init__(self) -> None:
        self.cap: int | None = None
        self.empty_next = False
        self._open: dict[str, tuple[Json, list[Json], Json]] = {}
        self._numbers = itertools.count(1)

    def page(self, query: Json, items: list[Json], *, size: int, last: Json | None = None) -> tuple[list[Json], Json]:
        """One page and what goes beside it: `nextPageToken`, or `last` on the last page.

        With a `pageToken` in the query, `items` and `last` are those of the first page.
        """
        signature = {k: v for k, v in query.items() if k not in _FREE}
        last = last or {}
        if token := query.get("pageToken"):
            if token not in self._open:
                raise invalid("Invalid page token value.", location="pageToken")
            first, items, last = self._open[token]
            if first != signature:
                raise invalid("The page token belongs to another query.", location="pageToken")
        size = min(size, self.cap or size)
        if self.empty_next:
            self.empty_next, size = False, 0
        here, rest = items[:size], items[size:]
        if not rest and size:
            return here, last
        token = f"page-{next(self._numbers)}"
        self._open[token] = (signature, rest, last)
        return here, {"nextPageToken": token}
