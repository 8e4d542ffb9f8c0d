"""Public holidays: whose are kept, and on which days they fall."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from babel.core import get_global
from pydantic import AfterValidator, Field

from noshowd.config import holiday_library
from noshowd.config.refusal import refuse

#: A region for those who work on public holidays.
NO_HOLIDAYS = "none"
_LIBRARY = str(Path(holiday_library.__file__))
#: Seconds for a process that needs a third of one.
_PATIENCE = 30.0


def _region(value: str) -> str:
    if value == NO_HOLIDAYS:
        return value
    country, _, part = value.partition("-")
    known = _countries()
    if country not in known:
        near = difflib.get_close_matches(country, known, n=1, cutoff=0.4)
        raise refuse('a country such as "DE", or with its region "DE-BY"', nearest="".join(near))
    if part and part not in known[country]:
        near = difflib.get_close_matches(part, known[country], n=1, cutoff=0.3)
        raise refuse(
            f"a region of {country}: {', '.join(known[country]) or 'it has none'}",
            nearest="".join(f"{country}-{name}" for name in near),
        )
    return value


#: Country of ISO 3166, or country and subdivision.
_REGION = r"^([A-Z]{2}(-[A-Z0-9]{1,3})?|none)$"
HolidayRegion = Annotated[str, Field(json_schema_extra={"pattern": _REGION}), AfterValidator(_region)]


def kept_holidays(configured: str | None, zone: str | None) -> tuple[str, ...]:
    """The region whose public holidays are kept: the configured one, else the country in which a known zone lies."""
    region = configured or (_country_of(zone) if zone is not None else None)
    return () if region in (None, NO_HOLIDAYS) else (str(region),)


@lru_cache(maxsize=256)
def _country_of(zone: str) -> str | None:
    """The country of a zone of the tz database, as CLDR has it; None for UTC and the like."""
    country = get_global("zone_territories").get(get_global("zone_aliases").get(zone, zone))
    return str(country) if country is not None and country.isalpha() and country != "ZZ" else None


@lru_cache(maxsize=256)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The days of a year that are public holidays of a country or its region; none where nobody has listed them."""
    found = _asked(region, str(year))
    return frozenset(map(date.fromisoformat, holiday_library.days(region, year) if found is None else found))


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    found = _asked()
    return holiday_library.countries() if found is None else dict(found)


def _asked(*words: str) -> Any:
    """The answer of the library in a process of its own, which takes its memory along; None where none can be had."""
    command = [sys.executable, "-P", _LIBRARY, *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own program; no shell reads its words
            command, capture_output=True, text=True, check=True, timeout=_PATIENCE
        )
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
