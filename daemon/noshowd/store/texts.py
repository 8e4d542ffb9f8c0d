"""How values lie in texts: instants as integers, values of the domain as JSON. Needs no database and no SQL library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from noshowd.domain.evidence import CallRecord, Coverage, Evidence, Sighting, Statement
from noshowd.domain.followup import FollowUp
from noshowd.domain.meeting import Meeting
from noshowd.domain.spans import require_aware
from noshowd.domain.verdict import Verdict
from noshowd.store.errors import Unreadable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

#: Sets in a fixed order, so that equal values have equal texts.
_ENCODER = msgspec.json.Encoder(order="deterministic")


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC. Raises `NaiveInstantError` for an instant without a zone."""
    if at.tzinfo is None:  # instants are many: a call less for each
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


read_meeting: Callable[[str], Meeting] = decoder(Meeting)
read_verdict: Callable[[str], Verdict] = decoder(Verdict)
read_followup: Callable[[str], FollowUp] = decoder(FollowUp)

_READ: dict[str, Callable[[str], Any]] = {
    "sighting": decoder(tuple[Sighting, ...]),
    "call": decoder(tuple[CallRecord, ...]),
    "coverage": decoder(tuple[Coverage, ...]),
    "statement": decoder(tuple[Statement, ...]),
}


def read_evidence(texts: Mapping[str, str]) -> Evidence:
    """The evidence of one round from a list of facts for each kind; raises `Unreadable`."""
    facts = {kind: _READ[kind](text) for kind, text in texts.items()}
    return Evidence(
        sightings=facts.get("sighting", ()),
        calls=facts.get("call", ()),
        coverages=facts.get("coverage", ()),
        statements=facts.get("statement", ()),
    )
