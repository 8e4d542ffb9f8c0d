"""What every table of the store shares: the metadata that they belong to, leases, and indexes of what is due."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from noshowd.store.codec import Instant

metadata = sa.MetaData()

#: SQLite numbers rows by itself only in a column called INTEGER.
Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def lease_columns() -> tuple[sa.Column[str], sa.Column[object]]:
    return sa.Column("lease_token", sa.Text), sa.Column("lease_until", Instant)


def partial_index(name: str, *columns: sa.Column[Any], where: sa.ColumnElement[bool] | sa.TextClause) -> None:
    """An index of only those rows.

    The migrations make it so in both databases; to say it for PostgreSQL here would load that dialect (2 MB) for a
    file of SQLite too.
    """
    sa.Index(name, *columns, sqlite_where=where)


def due_index(table: sa.Table, column: str) -> None:
    """An index of only those rows that wait for an instant."""
    partial_index(f"ix_{table.name}_{column}", table.c[column], where=table.c[column].is_not(None))
