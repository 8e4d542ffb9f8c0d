"""Everything that is stored of one person: to be handed out, or to be removed for good."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from noshowd.domain.address import canonical
from noshowd.store import misses, people
from noshowd.store.card_table import card
from noshowd.store.mirror_schema import calendar, quarantine, watch
from noshowd.store.offer_tables import offer
from noshowd.store.retention import remove_messages, remove_rounds, take_names
from noshowd.store.schema import answer, entry, evidence, health, identity_link, meeting, outage, outbox, switch
from noshowd.store.texts import EPOCH

#: Where people are named: table and the columns in which.
_PLACES: dict[str, tuple[sa.Table, tuple[str, ...]]] = {
    "entries": (entry, ("payload",)),
    "meetings": (meeting, ("payload", "verdict")),
    "evidence": (evidence, ("payload",)),
    "messages": (outbox, ("key", "person", "followup", "parcel", "receipt")),
    "offers": (offer, ("person", "payload", "event")),
    "answers": (answer, ("payload",)),
    "identities": (identity_link, ("person",)),
    "cards": (card, ("person",)),
    "calendars": (calendar, ("calendar",)),
    "channels": (watch, ("calendar",)),
    "unreadable": (quarantine, ("calendar", "entry_id", "reason")),
    "troubles": (health, ("part", "last_error")),
    "outages": (outage, ("part",)),
    "notes": (switch, ("name", "value", "changed_by")),
}
#: Of these more goes than the rows that name the person, or a count stays.
_INVOLVED = frozenset({"meetings", "messages"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row that names the person: its primary key, and the columns as they are stored."""

    key: tuple[Any, ...]
    texts: tuple[str | None, ...]


def find(conn: sa.Connection, address: str) -> dict[str, list[Row]]:
    """The rows that name this address in any of its spellings, by kind."""
    spelling = _spelling(address)
    domain = canonical(address).rpartition("@")[2]
    wanted = "%mail.com%" if domain == "gmail.com" else f"%{domain}%"
    return {kind: _naming(conn, *place, spelling, wanted) for kind, place in _PLACES.items()}


def export(conn: sa.Connection, address: str, *, digest: str | None) -> dict[str, list[Any]]:
    """What `find` finds, as values that can be written as JSON; with the keyed hash of the address also its misses."""
    found = {kind: [_readable(kind, row) for row in rows] for kind, rows in find(conn, address).items()}
    return found | {"misses": sorted(misses.of(conn, [digest], since=EPOCH)) if digest is not None else []}


def forget(conn: sa.Connection, address: str, *, digest: str, now: datetime) -> dict[str, int]:
    """Remove the person everywhere, and remember the keyed hash, so that nothing comes back and nothing is sent.

    Meetings that are over stay as counts without any name; those to come are not watched any more.
    Returns how many rows named the person, by kind.
    """
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA secure_delete=ON")  # else the file keeps what it deletes until it is overwritten
    found = find(conn, address)
    rounds = [(row.key[0], row.key[1]) for row in found["meetings"]]
    this = sa.tuple_(meeting.c.key, meeting.c.round).in_(rounds)
    over = [
        tuple(row)
        for row in conn.execute(sa.select(meeting.c.key, meeting.c.round).where(this, meeting.c.end_at <= now))
    ]
    about = sa.tuple_(outbox.c.meeting, outbox.c.round).in_(rounds)
    messages = {*(row.key[0] for row in found["messages"]), *conn.scalars(sa.select(outbox.c.key).where(about))}
    remove_messages(conn, sorted(messages))
    take_names(conn, over)
    remove_rounds(conn, [key for key in rounds if key not in over])
    for kind in _PLACES.keys() - _INVOLVED:
        _remove(conn, _PLACES[kind][0], [row.key for row in found[kind]])
    conn.execute(sa.delete(card).where(sa.tuple_(card.c.meeting, card.c.round).in_(rounds)))
    missed = misses.forget(conn, digest)
    people.suppress(conn, digest, now=now)
    people.never_again(conn, digest, now=now)
    return {kind: len(rows) for kind, rows in found.items()} | {"misses": missed}


def _spelling(address: str) -> re.Pattern[str]:
    """The address as a whole word, with any plus tag; Gmail ignores dots and has two names."""
    local, _, domain = canonical(address).rpartition("@")
    if domain == "gmail.com":
        name, at = r"\.?".join(map(re.escape, local)), r"g(?:oogle)?mail\.com"
    else:
        name, at = re.escape(local), re.escape(domain)
    return re.compile(rf"(?<![\w.+-]){name}(?:\+[^@\s\"]*)?@{at}(?![\w-]|\.\w)", re.IGNORECASE)


def _naming(
    conn: sa.Connection, table: sa.Table, columns: Sequence[str], spelling: re.Pattern[str], wanted: str
) -> list[Row]:
    texts = [sa.cast(table.c[name], sa.Text) for name in columns]
    some = sa.or_(*(sa.func.lower(text).like(wanted) for text in texts))
    keys = list(table.primary_key)
    found = []
    for row in conn.execute(sa.select(*keys, *texts).where(some)):
        key, said = tuple(row[: len(keys)]), tuple(row[len(keys) :])
        if any(text is not None and spelling.search(text) for text in said):
            found.append(Row(key, said))
    return found


def _remove(conn: sa.Connection, table: sa.Table, keys: Sequence[tuple[Any, ...]]) -> None:
    columns = list(table.primary_key)
    for key in keys:
        conn.execute(sa.delete(table).where(*(column == value for column, value in zip(columns, key, strict=True))))


def _readable(kind: str, row: Row) -> dict[str, Any]:
    values = dict(zip(_PLACES[kind][1], row.texts, strict=True))
    return {name: json.loads(text) if text and text[0] in "{[" else text for name, text in values.items()}
