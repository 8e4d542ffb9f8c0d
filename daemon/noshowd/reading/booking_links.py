"""Pages of booking services on which a guest chooses another time, as the services write them into events."""

from __future__ import annotations

import re
from html import unescape

#: `https://calendly.com/reschedulings/...`, `https://app.cal.com/reschedule/...`: every service we know says so itself.
_PAGE = re.compile(r"https://[a-z0-9.-]+(?::\d+)?/[^\s<>\"'|)\]]*\breschedul[^\s<>\"'|)\]]*", re.IGNORECASE)
_LONGEST_TEXT = 20_000


def reschedule_page(description: str) -> str | None:
    """The first such page in the text of an event, plain or HTML."""
    found = _PAGE.search(unescape(description[:_LONGEST_TEXT]))
    return None if found is None else found[0].rstrip(".,;")
