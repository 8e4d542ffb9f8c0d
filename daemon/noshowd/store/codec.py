"""Columns of values: instants as integers, values of the domain as JSON text (`store.texts`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from noshowd.store.texts import decoder, encode, instant, micros


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant, stored so that both databases sort and index it alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else instant(value)


class Value(sa.types.TypeDecorator[Any]):
    """A value of the domain that is never searched, stored as JSON text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape
        self._read = decoder(shape)

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else self._read(value)
