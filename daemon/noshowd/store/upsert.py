"""Inserting what may be there already, in the dialect of either database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def _insert(conn: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    # Both dialects know ON CONFLICT, and each has an insert of its own for it. Only the one that is used is loaded.
    if conn.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def insert_new(conn: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those whose key is not taken yet; the others change nothing."""
    if rows:
        conn.execute(_insert(conn, table).on_conflict_do_nothing(), rows)


def insert_once(conn: sa.Connection, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert one row; False when its key was taken."""
    statement = _insert(conn, table).on_conflict_do_nothing().returning(sa.literal(1))
    return conn.execute(statement, row).first() is not None


def upsert(conn: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]], *, keep: Iterable[str] = ()) -> None:
    """Insert the rows, or overwrite the columns they name but for the key and those in `keep`."""
    if not rows:
        return
    statement = _insert(conn, table)
    fixed = {column.name for column in table.primary_key} | set(keep)
    changes = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
    statement = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)
    conn.execute(statement, rows)


def upsert_from(
    conn: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    rows: sa.Select[Any],
    *,
    returning: Sequence[sa.Column[Any]],
) -> Sequence[sa.Row[Any]]:
    """As `upsert`, with rows that are in the database already; what is asked back of each row written."""
    statement = _insert(conn, table).from_select(list(names), rows)
    keys = {column.name for column in table.primary_key}
    changes = {name: statement.excluded[name] for name in names if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes)
    return conn.execute(statement.returning(*returning)).all()
