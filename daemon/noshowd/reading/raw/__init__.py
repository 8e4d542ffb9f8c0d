"""Raw events as `noshowd classify` gets them: a vendor's JSON, iCalendar text or a few plain fields.

Tolerant of everything that is missing, since samples are cut down. What a running noshowd reads comes from the
adapters, with their stricter rules; this reads only what an event means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from noshowd.domain.entry import CalendarEntry
from noshowd.reading.raw.google import read_google
from noshowd.reading.raw.graph import read_graph
from noshowd.reading.raw.ics import read_ics
from noshowd.reading.raw.plain import read_plain

#: Provider names as they stand in the input.
READERS: Mapping[str, Callable[[Mapping[str, Any]], CalendarEntry | None]] = {
    "google": read_google,
    "graph": read_graph,
    "ics": read_ics,
    "text": read_plain,
}
