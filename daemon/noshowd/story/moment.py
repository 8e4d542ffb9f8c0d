"""How a story writes an instant."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated

from pydantic import AfterValidator

from noshowd.config.refusal import refuse

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2} )?([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")


def _moment(given: str) -> str:
    if not _MOMENT.fullmatch(given):
        raise refuse("10:00, 10:00:30 or, on another day, 2026-03-03 10:00", do="Write an instant in the story's zone.")
    return given


#: An instant in the story's zone, on the story's day where it names none.
Moment = Annotated[str, AfterValidator(_moment)]


def on_the_clock(moment: Moment, day: date) -> datetime:
    """What a clock in the story's zone shows then; without a zone, as it was written."""
    given, clock = moment.rsplit(" ", 1) if " " in moment else (day.isoformat(), moment)
    hour, minute, second = (int(part) for part in f"{clock}:0".split(":")[:3])
    return datetime.combine(date.fromisoformat(given), time(hour, minute, second))
