"""Many rows in one go, as fast as either database takes them.

SQLite gets one prepared statement and a list of tuples. PostgreSQL gets one statement with each column in one
parameter, as JSON: sent row by row, or as arrays, a batch costs several times as much. All rows of a call name the same
columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Rows = Sequence[dict[str, Any]]
Tuples = Sequence[tuple[Any, ...]]


def insert(conn: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert the rows; those whose key is taken already change nothing."""
    if rows:
        _execute(conn, table, _insertion, rows)


def upsert(conn: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert the rows, or overwrite the other columns they name; no two rows have the same key."""
    if rows:
        _execute(conn, table, _replacement, rows)


def update(conn: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Write the columns that the rows name into the rows with their primary keys."""
    if rows:
        _execute(conn, table, _change, rows, _keys_last(table, tuple(rows[0])))


# The same for rows whose values are already as the driver takes them, in the order of the names.


def insert_tuples(conn: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Tuples) -> None:
    if rows:
        _send(conn, _insertion(table, names, conn.dialect), rows)


def upsert_tuples(conn: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Tuples) -> None:
    if rows:
        _send(conn, _replacement(table, names, conn.dialect), rows)


def update_tuples(conn: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Tuples) -> None:
    ordered = _keys_last(table, names)
    if ordered != names:
        rows = list(map(itemgetter(*map(names.index, ordered)), rows))
    if rows:
        _send(conn, _change(table, ordered, conn.dialect), rows)


Build = Callable[[sa.Table, tuple[str, ...], Dialect], str]


def _execute(
    conn: sa.Connection, table: sa.Table, build: Build, rows: Rows, names: tuple[str, ...] | None = None
) -> None:
    names = names or tuple(rows[0])
    columns = []
    for name in names:
        convert = _processor(table.c[name], conn.dialect)
        column = [row[name] for row in rows]
        columns.append(column if convert is None else [convert(value) for value in column])
    _send(conn, build(table, names, conn.dialect), list(zip(*columns, strict=True)))


def _send(conn: sa.Connection, statement: str, tuples: Tuples) -> None:
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(statement, list(tuples))
    else:
        columns = zip(*tuples, strict=True)
        conn.exec_driver_sql(statement, tuple(msgspec.json.encode(column).decode() for column in columns))


@cache
def _processor(column: sa.Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value of the column into one for the driver; None when it may stay as it is."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


# Below, only names of our own tables and columns are written into a statement; none of them needs quoting.


@cache
def _insertion(table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> str:
    return f"{_inserted(table, names, dialect)} ON CONFLICT DO NOTHING"


@cache
def _replacement(table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> str:
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f"{_inserted(table, names, dialect)} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"


def _inserted(table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> str:
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    if dialect.name == "sqlite":
        return f"{into} VALUES ({', '.join('?' * len(names))})"
    # WHERE keeps the conflict clause from being read as part of a join
    return f"{into} SELECT * FROM {_given(table, names, dialect)} WHERE TRUE"  # noqa: S608 - names of our own tables


@cache
def _keys_last(table: sa.Table, names: tuple[str, ...]) -> tuple[str, ...]:
    """The order in a change: Python 3.14 takes no tuples for numbered places, 3.12 warns."""
    keys = tuple(column.name for column in table.primary_key)
    return (*(name for name in names if name not in keys), *keys)


@cache
def _change(table: sa.Table, names: tuple[str, ...], dialect: Dialect) -> str:
    """For names with the keys last."""
    if dialect.name == "sqlite":
        values, source = dict.fromkeys(names, "?"), ""
    else:
        values = {name: f"given.{name}" for name in names}
        source = f"FROM {_given(table, names, dialect)}"
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f"{name} = {value}" for name, value in values.items() if name not in keys)
    wanted = " AND ".join(f"{table.name}.{name} = {values[name]}" for name in keys)
    return f"UPDATE {table.name} SET {changes} {source} WHERE {wanted}"  # noqa: S608 - names of our own columns


def _given(table: sa.Table, names: Sequence[str], dialect: Dialect) -> str:
    """The rows as PostgreSQL unfolds them from one parameter for each column."""
    unfolded = ", ".join(["json_array_elements_text(%s::json)"] * len(names))
    typed = ", ".join(f"{name}::{table.c[name].type.compile(dialect)} AS {name}" for name in names)
    raw = f"ROWS FROM ({unfolded}) AS raw ({', '.join(names)})"
    return f"(SELECT {typed} FROM {raw}) AS given"  # noqa: S608 - names of our own columns
