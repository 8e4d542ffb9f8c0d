"""Small values for the tests of the domain: one meeting at ten, our Anna, their Gus, and what a source saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from noshowd.domain.entry import Response
from noshowd.domain.evidence import (
    Blind,
    CallRecord,
    CallResult,
    Coverage,
    Direction,
    Evidence,
    Identity,
    MatchStrength,
    Sighting,
    SourceTraits,
    Where,
)
from noshowd.domain.matching import Matches, Who
from noshowd.domain.meeting import Caller, Kind, Meeting, Person, Place, Role, Side
from noshowd.domain.policy import Policy
from noshowd.domain.spans import Span

TEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LAG = timedelta(seconds=15)
LINE = "+498923714480"
NUMBER = "+493012345678"

ANNA = Person(
    key="anna@us.example",
    side=Side.OURS,
    role=Role.HOST,
    address="anna@us.example",
    name="Anna",
    response=Response.ACCEPTED,
    lines=(LINE,),
    all_lines_seen=True,
)
BEN = Person(key="ben@us.example", side=Side.OURS, address="ben@us.example", response=Response.ACCEPTED)
GUS = Person(
    key="gus@them.example",
    side=Side.THEIRS,
    address="gus@them.example",
    name="Gus",
    response=Response.ACCEPTED,
    lines=(NUMBER,),
)
HILDE = Person(key="hilde@them.example", side=Side.THEIRS, address="hilde@them.example", response=Response.ACCEPTED)

MEET = SourceTraits(name="meet", keeps_history=True, lag=LAG)
PBX = SourceTraits(name="pbx", keeps_history=True, lag=LAG)
POLICY = Policy(shadow=False)

IDENTITIES = {
    person.key: Identity(provider_id=f"id-{person.key}", address=person.address, verified=True)
    for person in (ANNA, BEN, GUS, HILDE)
}
STRANGER = Identity(name="iPhone")
BOT = Identity(name="Otter.ai")
ROOM_SYSTEM = Identity(name="Besprechungsraum 2", machine=True)
MATCHES = Matches(
    identities={
        **{identity: Who(person=key, strength=MatchStrength.STRONG) for key, identity in IDENTITIES.items()},
        STRANGER: Who(),
        BOT: Who(human=False),
        ROOM_SYSTEM: Who(human=False, hides_people=True),
    },
    numbers={NUMBER: MatchStrength.STRONG, "+493012345670": MatchStrength.MEDIUM, "+4912345678": MatchStrength.WEAK},
)


def at(minutes: float) -> datetime:
    """That many minutes after the start."""
    return TEN + MINUTE * minutes


def video(*people: Person, length: float = 30, **changes: object) -> Meeting:
    """A video meeting at ten with Anna and Gus, or with these people."""
    values: dict[str, object] = {
        "key": "m",
        "start": TEN,
        "end": at(length),
        "place": Place(kind=Kind.VIDEO, platform="google_meet", url="https://meet.google.com/abc-defg-hij"),
        "people": people or (ANNA, GUS),
        "organizer": ANNA.key,
    }
    return Meeting(**{**values, **changes})  # type: ignore[arg-type]  # any field may be overridden


def phone(*people: Person, caller: Caller = Caller.OURS, length: float = 30) -> Meeting:
    """A telephone appointment at ten."""
    place = Place(kind=Kind.PHONE, phone=NUMBER, caller=caller)
    return video(*people, length=length, place=place)


def stay(
    who: Identity | Person, begin: float, end: float | None = None, *, until: float | None = None, **changes: object
) -> Sighting:
    """Somebody from minute `begin` to `end`; without `end` still there as of minute `until`."""
    identity = IDENTITIES[who.key] if isinstance(who, Person) else who
    last = end if end is not None else (until if until is not None else begin)
    values: dict[str, object] = {
        "source": "meet",
        "stay": f"{identity.provider_id or identity.name}-{begin}",
        "identity": identity,
        "began": at(begin),
        "until": at(max(last, begin)),
        "open": end is None,
        "where": Where.ROOM,
    }
    return Sighting(**{**values, **changes})  # type: ignore[arg-type]  # any field may be overridden


def covered(begin: float, end: float, *blind: Blind, source: str = "meet", **changes: object) -> Coverage:
    """A source looked from minute `begin` to minute `end`."""
    values: dict[str, object] = {
        "source": source,
        "span": Span(start=at(begin), end=at(end)),
        "blind": frozenset(blind),
    }
    return Coverage(**{**values, **changes})  # type: ignore[arg-type]  # any field may be overridden


def lines_covered(begin: float, end: float, **changes: object) -> Coverage:
    """Anna's line was seen completely from minute `begin` to minute `end`."""
    return covered(begin, end, source="pbx", lines=frozenset({LINE}), **changes)


def call(
    direction: Direction,
    begin: float,
    *,
    result: CallResult = CallResult.NO_ANSWER,
    talked: float | None = None,
    number: str | None = NUMBER,
    over: bool = True,
) -> CallRecord:
    """A call at minute `begin`; with `talked` it was answered after twenty seconds for so many minutes."""
    answered = at(begin) + timedelta(seconds=20) if talked is not None else None
    ended = (answered + MINUTE * talked if answered and talked is not None else at(begin + 0.5)) if over else None
    return CallRecord(
        source="pbx",
        call=f"{direction}-{begin}",
        direction=direction,
        our_line=LINE,
        their_number=number,
        began=at(begin),
        answered=answered,
        ended=ended,
        result=CallResult.ANSWERED if talked is not None and over else result,
    )


def seen(*facts: Sighting | Coverage | CallRecord) -> Evidence:
    """Evidence of these facts."""
    return Evidence(
        sightings=tuple(f for f in facts if isinstance(f, Sighting)),
        calls=tuple(f for f in facts if isinstance(f, CallRecord)),
        coverages=tuple(f for f in facts if isinstance(f, Coverage)),
    )
