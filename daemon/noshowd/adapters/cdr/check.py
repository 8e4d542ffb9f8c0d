"""Tries a table of call records for real: whether it can be read, is still written to, and shows our lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from noshowd.adapters.cdr.settings import CdrSettings
from noshowd.adapters.cdr.tables import open_table
from noshowd.adapters.cdr.wire import RowReader, UnreadableRowError
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import Temporary, VendorError

_BACK = timedelta(days=30)
#: A table without any row for so long may be one to which nobody writes any more.
_ALIVE_FOR = timedelta(days=3)


async def check(settings: CdrSettings, normalise: Callable[[str], str | None], now: datetime) -> list[Finding]:
    """What was found; opens and closes the table of its own."""
    table = open_table(settings)
    try:
        rows = (await asyncio.to_thread(table.read, now - _BACK)).rows
    except Temporary as error:
        return [Finding(grade=Grade.UNREACHED, what="call records", says=error.reason)]
    except VendorError as error:
        do = "Let the database's user read the table (GRANT SELECT), and compare table and columns with yours."
        return [Finding(grade=Grade.BAD, what="call records", says=f"{error.reason}. Calls are unknown.", do=do)]
    finally:
        table.close()
    newest, shown, unreadable = _read(rows, RowReader(settings, normalise))
    found = [_readable(len(rows), unreadable), _alive(newest, now)]
    return [*found, *(_line(line, shown) for line in sorted(settings.lines))]


def _read(rows: tuple[dict[str, object], ...], reader: RowReader) -> tuple[datetime | None, set[str | None], int]:
    newest: datetime | None = None
    shown: set[str | None] = set()
    unreadable = 0
    for row in rows:
        try:
            began = reader.began(row)[0]
            shown.update(leg.our_line for leg in reader.legs(row))
        except UnreadableRowError:
            unreadable += 1
            continue
        newest = max(began, newest or began)
    return newest, shown, unreadable


def _readable(rows: int, unreadable: int) -> Finding:
    if not unreadable:
        return Finding(grade=Grade.GOOD, what="call records", says=f"{rows} rows of the last 30 days")
    says = f"{unreadable} of {rows} rows cannot be read: while such a row is among them, nothing is covered"
    return Finding(
        grade=Grade.BAD, what="call records", says=says, do="Compare columns, times and zone with the table."
    )


def _alive(newest: datetime | None, now: datetime) -> Finding:
    if newest is not None and now - newest < _ALIVE_FOR:
        return Finding(grade=Grade.GOOD, what="newest call", says=f"{newest:%Y-%m-%d %H:%M} UTC")
    says = "none in three days: an empty table proves nothing"
    return Finding(grade=Grade.GAP, what="newest call", says=says, do="Check that calls are still written into it.")


def _line(line: str, shown: set[str | None]) -> Finding:
    if line in shown:
        return Finding(grade=Grade.GOOD, what=f"line {line}", says="calls of it are in the table")
    says = "No call of it in 30 days: nothing is proved of it yet."
    do = "Check numbers, extensions and columns.line, or ring somebody over it once."
    return Finding(grade=Grade.GAP, what=f"line {line}", says=says, do=do)
