"""From the plain values of the generated world to noshowd's own, as an adapter and `reading` would make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mission.people import OUR_DOMAIN
from mission.provable import there, together, wait
from noshowd.domain.entry import Response
from noshowd.domain.evidence import (
    Blind,
    CallRecord,
    CallResult,
    Coverage,
    Direction,
    Identity,
    Observation,
    Said,
    Sighting,
    SourceTraits,
    Statement,
    Where,
)
from noshowd.domain.meeting import Caller, Kind, Meeting, Person, Place, Side
from noshowd.domain.spans import Span
from noshowd.reading.sides import KnownPerson, Us

Case = dict[str, Any]


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def seconds(moment: datetime) -> int:
    return round(moment.timestamp())


def to_meeting(case: Case, version: dict[str, Any], round_number: int) -> Meeting:
    return Meeting(
        key=case["key"],
        round=round_number,
        start=instant(version["start"]),
        end=instant(version["end"]),
        place=Place(
            kind=Kind(case["kind"]),
            platform="simulated",
            url=None if case["kind"] == "phone" else "https://meet.example/room",
            phone=case["phone"],
            caller=Caller(case["caller"]),
        ),
        people=tuple(_person(person) for person in case["people"]),
        called_off=version["cancelled"],
    )


def _person(person: dict[str, Any]) -> Person:
    return Person(
        key=person["key"],
        side=Side(person["side"]),
        address=person["key"],
        name=person["name"],
        response=Response(person["response"]),
        optional=person["optional"],
        lines=tuple(person["lines"]),
        all_lines_seen=person["all_lines_seen"],
    )


def to_traits(source: dict[str, Any]) -> SourceTraits:
    return SourceTraits(
        name=source["name"],
        keeps_history=source["kind"] in ("history", "ended_only", "ended_calls"),
        ended_only=source["kind"] in ("ended_only", "ended_calls"),
        presence_only=source["presence_only"],
        blind=frozenset(Blind(blind) for blind in source["blind"]),
        lag=timedelta(seconds=source["lag"]),
        settles_after=timedelta(seconds=source["settles_after"]),
        telephone=bool(source["lines"]),
    )


def to_observation(source: dict[str, Any], traits: SourceTraits, answer: dict[str, Any]) -> Observation:
    """What the adapter of this source would hand over after one good look."""
    return Observation(
        sightings=tuple(_sighting(traits, row) for row in answer["sightings"]),
        calls=tuple(_call(traits, row) for row in answer["calls"]),
        coverages=tuple(
            Coverage(
                source=traits.name,
                span=Span(start=instant(since), end=instant(until)),
                ended_only=traits.ended_only,
                blind=traits.blind,
                lines=frozenset(source["lines"]),
                presence_only=traits.presence_only,
            )
            for since, until in answer["coverages"]
        ),
    )


def _sighting(traits: SourceTraits, row: dict[str, Any]) -> Sighting:
    raw = row["identity"]
    return Sighting(
        source=traits.name,
        stay=row["stay"],
        where=Where(row["where"]),
        identity=Identity(
            provider_id=raw["provider_id"],
            address=raw["address"],
            name=raw["name"],
            phone=raw["phone"],
            verified=raw["verified"],
            machine=raw["machine"],
        ),
        began=instant(row["began"]),
        until=instant(row["until"]),
        open=row["open"],
    )


def _call(traits: SourceTraits, row: dict[str, Any]) -> CallRecord:
    return CallRecord(
        source=traits.name,
        call=row["call"],
        direction=Direction(row["direction"]),
        our_line=row["line"],
        their_number=row["number"],
        began=instant(row["began"]),
        answered=None if row["answered"] is None else instant(row["answered"]),
        ended=None if row["ended"] is None else instant(row["ended"]),
        result=CallResult(row["result"]),
    )


def to_us(case: Case) -> Us:
    """What the configuration of these people would say: our domain, and the ids of our accounts."""
    return Us(
        domains=frozenset({OUR_DOMAIN}),
        persons={
            person["key"]: KnownPerson(provider_ids=(person["provider_id"],))
            for person in case["people"]
            if person["side"] == "ours"
        },
        region="DE",
    )


def said(case: Case, by: str, at: int) -> Statement | None:
    """What an honest person of ours taps when asked at `at`; None where they would not know what to say."""
    word = _said_of_call(case) if case["kind"] == "phone" else _said_of_room(case, by)
    call = case["truth"]["instead"]
    if case["truth"]["elsewhere"] or (call is not None and call["answered"] <= at):
        word = Said.MET_ELSEWHERE
    return None if word is None else Statement(by=by, at=instant(at), said=word)


def _down(source: dict[str, Any], at: int) -> bool:
    return any(since <= at < until for since, until in source["outages"])


def _said_of_room(case: Case, by: str) -> Said | None:
    """Only who was inside through the whole wait can say that nobody came; whoever was not there says so."""
    mine = case["truth"]["inside"].get(by, [])
    if mine and together(case):
        return Said.TALKED
    if not case["truth"]["stays"].get(by):
        return Said.I_FORGOT
    waited = any(a <= case["start"] + 2 * 60 and b >= case["start"] + wait(case) for a, b in mine)
    return Said.NOT_THERE if waited and not there(case, "theirs") else None


def _said_of_call(case: Case) -> Said | None:
    """Whoever missed a call knows it from the telephone; only where a source saw it may they be unaware."""
    calls = [c for c in case["truth"]["calls"] if c["related"]]
    if together(case):
        return Said.TALKED
    rang_them = any(c["direction"] == "out" for c in calls)
    if any(c["direction"] == "in" for c in calls):
        # what a line monitor missed while it was down is on the telephone alone
        recorded = {
            c["number"]
            for s in case["sources"]
            for c in s["calls"]
            if c["direction"] == "in" and not (s["kind"] == "live_calls" and _down(s, c["began"]))
        }
        unaware = Said.NOBODY_ANSWERED if case["phone"] in recorded else None
        return unaware if rang_them else Said.I_FORGOT
    if rang_them:
        return Said.NOBODY_ANSWERED
    return Said.I_FORGOT if case["caller"] == "ours" else Said.THEY_NEVER_RANG
