"""Letting go: what is older than it may be, and people who were forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.entry import CalendarEntry
from noshowd.engine.parts import Parts
from noshowd.ports.calendar import Gone, Page
from noshowd.store import allowances, cards, misses, outages, retention

log = structlog.get_logger()

#: Rows of each kind in one transaction, so that nobody waits long for it.
_PORTION = 500
#: A message or verdict younger than this is still needed to keep from doing things twice, whatever is configured.
_NEEDED = timedelta(days=2)


async def clear(parts: Parts) -> bool:
    """Delete one portion of what is older than it may be; True when there may be more."""
    deleted = await parts.database.run(lambda conn: _clear(conn, parts))
    if any(deleted.values()):
        log.info("cleared", action="retention", **{kind: count for kind, count in deleted.items() if count})
    return any(count >= _PORTION for count in deleted.values())


def _clear(conn: sa.Connection, parts: Parts) -> dict[str, int]:
    now, keep = parts.clock.now(), parts.keep

    def before(period: timedelta) -> retention.Cut:
        return retention.Cut(before=now - max(period, _NEEDED), limit=_PORTION)

    allowances.clear(conn, now=now)
    return {
        "offers": retention.clear_offers(conn, before(keep.offers)),
        "texts": retention.clear_texts(conn, before(keep.texts)),
        "cards": cards.clear(conn, before=now - max(keep.texts, _NEEDED), limit=_PORTION),
        "answers": retention.clear_answers(conn, before(keep.answers)),
        "entries": retention.clear_entries(conn, before(keep.evidence)),
        "evidence": retention.clear_evidence(conn, before(keep.evidence)),
        "misses": misses.clear(conn, before=now - max(keep.misses, _NEEDED)),
        "outages": outages.clear(conn, before=now - max(keep.verdicts, _NEEDED)),
        "strays": retention.clear_strays(conn, before(keep.evidence)),
        "verdicts": retention.clear_verdicts(conn, before(keep.verdicts)),
    }


def without(page: Page, forgotten: frozenset[str], digest: Callable[[str], str]) -> Page:
    """The page without events in which somebody takes part who was forgotten: for us they are gone."""
    if not forgotten:
        return page
    dropped = [one for one in page.entries if any(digest(address) in forgotten for address in _addresses(one))]
    if not dropped:
        return page
    kept = tuple(one for one in page.entries if one not in dropped)
    return replace(page, entries=kept, gone=(*page.gone, *(Gone(ref=one.ref) for one in dropped)))


def _addresses(entry: CalendarEntry) -> set[str]:
    people = (*entry.attendees, *((entry.organizer,) if entry.organizer is not None else ()))
    return {person.address for person in people if person.address}
