"""A few plain fields: summary or title, location, description, url."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noshowd.domain.entry import CalendarEntry
from noshowd.reading.raw.fields import NO_TIME, sample_ref, text


def read_plain(event: Mapping[str, Any]) -> CalendarEntry:
    return CalendarEntry(
        ref=sample_ref(None),
        start=NO_TIME,
        end=NO_TIME,
        title=text(event.get("summary")) or text(event.get("title")),
        location=text(event.get("location")),
        description=text(event.get("description")),
        links=tuple(filter(None, (text(event.get("url")),))),
    )
