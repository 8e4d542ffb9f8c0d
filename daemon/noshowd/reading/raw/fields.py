"""Reading fields that may be missing or of another type than they should be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noshowd.domain.entry import EntryRef

#: Stands for a time that a sample leaves out; what an event means does not depend on it.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    return value if isinstance(value, int) else 0


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def instant(value: object) -> datetime:
    """An ISO time; one without offset counts as UTC, what is no time as `NO_TIME`."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return NO_TIME
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def sample_ref(entry_id: object) -> EntryRef:
    return EntryRef(account="sample", calendar="sample", entry_id=text(entry_id) or "event")
