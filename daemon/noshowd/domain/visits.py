"""The visits to a meeting's room, sorted by who came: invited, known but not invited, or unidentified."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from noshowd.domain.evidence import Evidence, MatchStrength, Sighting, Where
from noshowd.domain.matching import Matches, Who
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import Span, union


@dataclass(slots=True)
class Visits:
    """Everything seen of one person, one side's unlisted people, or one unidentified human."""

    room: list[Span] = field(default_factory=list)
    lobby: list[Span] = field(default_factory=list)
    open_until: datetime | None = None
    #: The same, lobby left aside.
    in_room_until: datetime | None = None
    surely: bool = False

    @property
    def seen(self) -> bool:
        return bool(self.room or self.lobby)

    @property
    def first(self) -> datetime | None:
        return min((s.start for s in (*self.room, *self.lobby)), default=None)

    @property
    def last(self) -> datetime | None:
        return max((s.end for s in (*self.room, *self.lobby)), default=None)

    def stays(self, rules: JudgingRules) -> bool:
        """In the room long enough to count; brief drops in between do not end a stay."""
        enough = rules.shortest_stay
        return any(s.length >= enough for s in self.room) or (
            len(self.room) > 1 and any(s.length >= enough for s in union(self.room, gap=rules.gap))
        )


@dataclass(slots=True)
class Seen:
    """The sightings of a round, sorted by who they are."""

    people: dict[str, Visits] = field(default_factory=dict)
    unlisted: dict[Side, Visits] = field(default_factory=dict)
    unidentified: list[tuple[Who, Visits]] = field(default_factory=list)
    controlled: set[str] = field(default_factory=set)
    #: Room systems, in front of which anybody may sit.
    devices: list[tuple[Who, Visits]] = field(default_factory=list)
    bots: bool = False

    def of(self, meeting: Meeting, side: Side) -> list[Visits]:
        """The visits of everybody of a side who was seen, unlisted people included."""
        invited = [self.people[p.key] for p in meeting.side(side) if p.key in self.people]
        return invited + ([self.unlisted[side]] if side in self.unlisted else [])

    @property
    def doubts(self) -> list[tuple[Who, Visits]]:
        """Everything that may be one of the expected people."""
        return [*self.unidentified, *self.devices]

    def first(self, meeting: Meeting, side: Side) -> datetime | None:
        """When the first of a side arrived, lobby included."""
        return min((v.first for v in self.of(meeting, side) if v.first is not None), default=None)

    def room_of(self, meeting: Meeting, side: Side) -> list[Span]:
        """When anybody of a side was in the room."""
        return [span for visits in self.of(meeting, side) for span in visits.room]


def sort_sightings(meeting: Meeting, evidence: Evidence, matches: Matches, rules: JudgingRules) -> Seen:
    """The sightings of this round by who they are; what lies outside the window, bots and leftovers left aside."""
    opens, closes = meeting.start - rules.early_window, meeting.end + rules.early_window
    latest = {(s.source, s.stay): s for s in evidence.sightings}
    seen = Seen()
    strangers: dict[object, Visits] = {}
    for sighting in latest.values():
        if sighting.until < opens or sighting.began > closes:
            continue
        who = matches.who(sighting.identity)
        if who.hides_people:
            device = Visits()
            _enter(sighting, device, opens)
            seen.devices.append((who, device))
        elif not who.human:
            seen.bots = True
        elif not who.leftover:
            visits = _visits_of(who, sighting, seen, strangers)
            _enter(sighting, visits, opens)
            if who.identified:
                seen.controlled.add(sighting.source)
                visits.surely |= who.strength is MatchStrength.STRONG
    return seen


def _visits_of(who: Who, sighting: Sighting, seen: Seen, strangers: dict[object, Visits]) -> Visits:
    """Where this sighting belongs; the same unidentified identity seen twice is one human."""
    if who.person is not None:
        return seen.people.setdefault(who.person, Visits())
    if who.side is not None:
        return seen.unlisted.setdefault(who.side, Visits())
    if sighting.identity not in strangers:
        strangers[sighting.identity] = Visits()
        seen.unidentified.append((who, strangers[sighting.identity]))
    return strangers[sighting.identity]


def _enter(sighting: Sighting, visits: Visits, opens: datetime) -> None:
    span = Span(start=max(sighting.began, opens), end=sighting.until)
    (visits.lobby if sighting.where is Where.LOBBY else visits.room).append(span)
    if sighting.open:
        visits.open_until = max(visits.open_until or sighting.until, sighting.until)
        if sighting.where is not Where.LOBBY:
            visits.in_room_until = max(visits.in_room_until or sighting.until, sighting.until)
