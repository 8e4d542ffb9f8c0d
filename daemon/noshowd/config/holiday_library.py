"""What the `holidays` library knows, as JSON on standard output: see `public_holidays`, which starts this as a program.

    python -P holiday_library.py                 the countries with their regions
    python -P holiday_library.py DE-BY 2026      the public holidays of a year

Imports nothing of noshowd, so that it starts quickly.
"""

from __future__ import annotations

import json
import sys


def countries() -> dict[str, list[str]]:
    """Each country of ISO 3166 whose holidays are known, with its regions."""
    import holidays  # 16 MB that the daemon is to be spared

    return holidays.list_supported_countries(include_aliases=False)


def days(region: str, year: int) -> list[str]:
    """ISO dates of a year in a country or its region (`DE-BY`); none for a country that is not known."""
    import holidays  # as `countries` does

    country, _, part = region.partition("-")
    if not hasattr(holidays, country):
        return []
    return [day.isoformat() for day in holidays.country_holidays(country, subdiv=part or None, years=year)]


if __name__ == "__main__":
    json.dump(days(sys.argv[1], int(sys.argv[2])) if sys.argv[1:] else countries(), sys.stdout)
