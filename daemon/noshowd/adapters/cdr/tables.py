"""Reads the rows from a database or from CSV files. Blocking; errors are put into our words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from noshowd.adapters.cdr.settings import CdrSettings
from noshowd.adapters.cdr.times import lower_bound
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

#: More rows than this for one look are a fault of somebody, not a history.
MOST_ROWS = 100_000
#: Of a file so much is read from its end.
TAIL = 32 * 1024 * 1024
#: A head that is longer is none.
_LONGEST_HEAD = 64 * 1024
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_REFUSALS = ("authentication failed", "access denied", "no password supplied", "permission denied for")
_MISSING = ("no such table", "no such column", "doesn't exist", "does not exist", "unknown column")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What was read. Not `complete` where older rows of the time asked for may lie beyond what was read."""

    rows: tuple[dict[str, object], ...]
    complete: bool = True


class Table(Protocol):
    def read(self, since: datetime) -> Rows:
        """Every row of calls that began since then, and perhaps some before. Raises a vendor error."""
        ...

    def close(self) -> None: ...


class SqlTable:
    """A table in a database, opened for reading only."""

    def __init__(self, settings: CdrSettings) -> None:
        self._settings = settings
        self._engine = sa.create_engine(_url(settings.database or ""), poolclass=sa.NullPool)

    def read(self, since: datetime) -> Rows:
        settings = self._settings
        began: sa.ColumnClause[Any] = sa.column(settings.columns.began)
        first = lower_bound(since, settings.times, ZoneInfo(settings.zone))
        schema, _, name = settings.table.rpartition(".")
        wanted: list[sa.ColumnClause[Any]] = [sa.column(column) for column in settings.columns.names]
        query = (
            sa.select(*wanted)
            .select_from(sa.table(name, schema=schema or None))
            # without a type of its own the value takes that of the column, in every database
            .where((began >= sa.literal(first, sa.types.NULLTYPE)) | began.is_(None))
            .limit(MOST_ROWS + 1)
        )
        try:
            with self._engine.connect() as connection:
                rows = [dict(row) for row in connection.execute(query).mappings()]
        except SQLAlchemyError as error:
            raise _in_our_words(error) from None
        if len(rows) > MOST_ROWS:
            raise Temporary("history_incomplete")
        return Rows(rows=tuple(rows))

    def close(self) -> None:
        self._engine.dispose()


class CsvFiles:
    """One or several files, the end of each."""

    def __init__(self, settings: CdrSettings) -> None:
        self._settings = settings

    def read(self, since: datetime) -> Rows:
        rows: list[dict[str, object]] = []
        complete = True
        try:
            places = [place for given in self._settings.files for place in sorted(given.parent.glob(given.name))]
            if not places:
                raise Temporary("no_such_file")
            for place in places:
                if place.stat().st_mtime >= since.timestamp():
                    rows.extend(self._file(place))
                    complete = complete and place.stat().st_size <= TAIL
        except PermissionError:
            raise Permanent("file_not_readable") from None
        except OSError as error:
            raise Temporary(f"file: {type(error).__name__}") from None
        return Rows(rows=tuple(rows), complete=complete)

    def close(self) -> None:
        """Nothing stays open."""

    def _file(self, place: Path) -> Iterator[dict[str, object]]:
        header, text = self._text(place)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=self._settings.separator)
        try:
            for cells in lines:
                if cells and cells != header:
                    yield dict(zip(header, cells, strict=False))
        except csv.Error:
            raise Temporary("unreadable_file") from None

    def _text(self, place: Path) -> tuple[list[str], str]:
        """The names of the columns, and the whole lines at the end of the file."""
        with place.open("rb") as source:
            first = source.readline(_LONGEST_HEAD)
            size = source.seek(0, io.SEEK_END)
            source.seek(max(0, size - TAIL))
            raw = source.read(TAIL)
        if size > TAIL:
            raw = raw.partition(b"\n")[2]
        # a line without its end is still being written
        raw = raw[: raw.rfind(b"\n") + 1]
        head = next(csv.reader([first.decode("utf-8-sig", "replace")], delimiter=self._settings.separator), [])
        names = list(self._settings.header) or head
        missing = set(self._settings.columns.names) - set(names)
        if missing and names:
            raise Permanent(f"no such column: {', '.join(sorted(missing))}")
        return names, raw.decode("utf-8-sig", "replace")


def open_table(settings: CdrSettings) -> Table:
    return CsvFiles(settings) if settings.files else SqlTable(settings)


def _url(given: str) -> sa.URL:
    url = sa.make_url(given)
    if url.drivername.startswith("sqlite") and url.database:
        # a database that is not there must not be made
        return url.set(drivername="sqlite", database=f"file:{quote(url.database)}", query={"mode": "ro", "uri": "true"})
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _in_our_words(error: SQLAlchemyError) -> Exception:
    """The driver's own words stay here: they may repeat the address of the database."""
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    words = str(original).casefold()
    if any(refusal in words for refusal in _REFUSALS):
        return CredentialsLost("database_refuses")
    if any(missing in words for missing in _MISSING):
        return Permanent("no_such_table_or_column")
    if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Temporary("database_unavailable")
    return Permanent(f"database: {type(original).__name__}")
