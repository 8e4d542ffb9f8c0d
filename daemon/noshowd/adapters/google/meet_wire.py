"""Meet's JSON as sightings. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noshowd.domain.evidence import Identity, Sighting

Json = dict[str, Any]
#: What `spaces.get` and filters take as a code; nothing else may be put into a filter.
CODE = re.compile(r"[a-z]+-[a-z]+-[a-z]+")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def account_id(participant: Json) -> str | None:
    """The number of a signed-in account; None for typed names and telephones."""
    user = participant.get("signedinUser", {}).get("user", "")
    return user.removeprefix("users/") or None


def identity(participant: Json, addresses: Mapping[str, str]) -> Identity:
    """Who it is, as Meet says it; `addresses` are those known of account ids."""
    if known := participant.get("signedinUser"):
        account = account_id(participant)
        address = addresses.get(account) if account else None
        return Identity(provider_id=account, address=address, name=known.get("displayName"), verified=True)
    if caller := participant.get("phoneUser"):
        return Identity(phone=caller.get("displayName"))
    return Identity(name=participant.get("anonymousUser", {}).get("displayName"))


def sighting(
    visit: Json, participant: Json, *, source: str, conference: str, who: Identity, known_until: datetime
) -> Sighting:
    """One stay. `visit` is a session of the participant, or the participant as a whole.

    Of somebody still in the call it is known that they were there up to `known_until`.
    """
    began = instant(visit.get("startTime") or participant["earliestStartTime"])
    ended = visit.get("latestEndTime") or visit.get("endTime")
    until = instant(ended) if ended else max(began, known_until)
    return Sighting(
        source=source,
        stay=visit["name"],
        identity=who,
        began=began,
        until=until,
        open=not ended,
        conference=conference,
    )
