"""A column whose value is one of many, as one parameter: with thousands of them the statement stays short, and the
same however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def among(column: sa.Column[Any], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """As `column.in_(values)`, for texts."""
    given = sa.literal(msgspec.json.encode(list(values)).decode(), sa.Text)
    return column.in_(sa.select(sa.column("value")).select_from(_Unfolded(given)))


class _Unfolded(FunctionElement[Any]):
    """A list of texts in JSON as rows with the one column `value`."""

    inherit_cache = True


@compiles(_Unfolded, "sqlite")
def _sqlite(element: _Unfolded, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **how)})"


@compiles(_Unfolded, "postgresql")
def _postgresql(element: _Unfolded, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **how)} AS json))"
