"""A column whose value is one of many, as one parameter: with thousands of them the statement stays short, and the
same however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def among(column: sa.Column[Any], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """As `column.in_(values)`, for texts."""
    return column.in_(sa.select(sa.column("value")).select_from(_unfolded(values)))


def of_each(asked: sa.Select[Any], column: sa.Column[Any], values: Iterable[str], dialect: Dialect) -> sa.Select[Any]:
    """`asked` of all rows whose `column`, by which it groups, is one of these texts.

    SQLite walks an index value by value. PostgreSQL sorts thousands of wide rows first, on the disk, unless it is asked
    for each value by itself.
    """
    if dialect.name == "sqlite":
        return asked.where(among(column, values))
    value = sa.column("value", sa.Text)
    one = asked.where(column == value).lateral("one")
    return sa.select(one).select_from(_unfolded(values)).join(one, sa.true())


def _unfolded(values: Iterable[str]) -> _Unfolded:
    return _Unfolded(sa.literal(msgspec.json.encode(list(values)).decode(), sa.Text))


class _Unfolded(FunctionElement[Any]):
    """A list of texts in JSON as rows with the one column `value`."""

    inherit_cache = True


@compiles(_Unfolded, "sqlite")
def _sqlite(element: _Unfolded, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **how)})"


@compiles(_Unfolded, "postgresql")
def _postgresql(element: _Unfolded, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **how)} AS json))"
