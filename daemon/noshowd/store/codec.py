"""How values lie in columns: instants as integers, values of the domain as JSON text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from noshowd.domain.spans import require_aware
from noshowd.store.errors import Unreadable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

#: Sets in a fixed order, so that equal values have equal texts.
_ENCODER = msgspec.json.Encoder(order="deterministic")


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC. Raises `NaiveInstantError` for an instant without a zone."""
    require_aware("stored instant", at)
    return (at - EPOCH) // MICROSECOND


def instant(stored: int) -> datetime:
    return EPOCH + timedelta(microseconds=stored)


def encode(value: object) -> str:
    """The value as JSON text, equal for equal values. Raises `UnicodeEncodeError` for text that is none."""
    return _ENCODER.encode(value).decode()


def decoder(shape: Any) -> Callable[[str], Any]:
    """Reads such a text back into `shape`; raises `Unreadable` where it does not fit."""
    decode = msgspec.json.Decoder(shape).decode

    def read(text: str) -> Any:
        try:
            return decode(text)
        except msgspec.MsgspecError as error:
            raise Unreadable(f"a stored {shape} cannot be read by this version: {error}") from error

    return read


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
