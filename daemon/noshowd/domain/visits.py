"""The visits to a meeting's room, sorted by who came: invited, known but not invited, or unidentified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from noshowd.domain.evidence import Evidence, MatchStrength, Sighting, Where
from noshowd.domain.matching import Matches, Who
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import Span, union


@dataclass(slots=True)
class Visits:
    """Everything seen of one person, one side's unlisted people, or one unidentified human."""

    room: list[Span] = field(default_factory=list)
    lobby: list[Span] = field(default_factory=list)
    #: From the first moment to the last, lobby included; None while nothing was seen.
    first: datetime | None = None
    last: datetime | None = None
    open_until: datetime | None = None
    #: The same, lobby left aside.
    in_room_until: datetime | None = None
    surely: bool = False

    @property
    def seen(self) -> bool:
        return self.first is not None

    def enter(self, sightings: Iterable[Sighting], opens: datetime) -> Self:
        """Add what was seen of them, as far as it lies in the window that `opens`."""
        for sighting in sightings:
            began = max(sighting.began, opens)
            until, in_lobby = sighting.until, sighting.where is Where.LOBBY
            (self.lobby if in_lobby else self.room).append(Span(start=began, end=until))
            if self.first is None or began < self.first:
                self.first = began
            if self.last is None or until > self.last:
                self.last = until
            if sighting.open:
                self.open_until = max(self.open_until or until, until)
                if not in_lobby:
                    self.in_room_until = max(self.in_room_until or until, until)
        return self

    def stays(self, rules: JudgingRules) -> bool:
        """In the room long enough to count; brief drops in between do not end a stay."""
        enough = rules.shortest_stay
        return any(s.length >= enough for s in self.room) or (
            len(self.room) > 1 and any(s.length >= enough for s in union(self.room, gap=rules.gap))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of the meeting: who is invited, and what was seen of anybody of it."""

    side: Side
    people: tuple[Person, ...]
    #: Of people of this side who are not invited by name, taken together.
    unlisted: Visits
    #: Of everybody who was seen, unlisted people included.
    visits: tuple[Visits, ...]
    #: When anybody of them was in the room.
    room: list[Span]

    @property
    def first(self) -> datetime | None:
        """When the first of them arrived, lobby included."""
        return min((v.first for v in self.visits if v.first is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The sightings of a round, sorted by who they are."""

    ours: Party
    theirs: Party
    #: The invited people who were seen.
    people: dict[str, Visits]
    unidentified: list[tuple[Who, Visits]]
    #: Room systems, in front of which anybody may sit.
    devices: list[tuple[Who, Visits]]
    #: Both of these: everything that may be one of the expected people.
    doubts: list[tuple[Who, Visits]]
    #: The latest that each source tells of each human whom it identified.
    controls: list[Sighting]
    bots: bool

    @property
    def parties(self) -> tuple[Party, Party]:
        return self.ours, self.theirs

    @property
    def identified(self) -> bool:
        return bool(self.people) or self.ours.unlisted.seen or self.theirs.unlisted.seen


def sort_sightings(meeting: Meeting, evidence: Evidence, matches: Matches, rules: JudgingRules) -> Seen:
    """The sightings of this round by who they are, without bots, people left over and what lies outside the window."""
    opens, closes = meeting.start - rules.early_window, meeting.end + rules.early_window
    people: defaultdict[str, Visits] = defaultdict(Visits)
    unlisted: defaultdict[Side | None, Visits] = defaultdict(Visits)
    unidentified: list[tuple[Who, Visits]] = []
    devices: list[tuple[Who, Visits]] = []
    controls: list[Sighting] = []
    bots = False
    for identity, stays in evidence.stays.items():
        sightings = [one for one in stays if one.until >= opens and one.began <= closes]
        if not sightings:
            continue
        who = matches.who(identity)
        if who.hides_people:
            # each time somebody else may sit in front of it
            devices += [(who, Visits().enter([one], opens)) for one in sightings]
        elif not who.human:
            bots = True
        elif who.person is None and who.side is None:
            # the same unidentified identity seen twice is one human
            unidentified.append((who, Visits().enter(sightings, opens)))
        else:
            came = _without_left_over(sightings, who, meeting, rules)
            visits = people[who.person] if who.person is not None else unlisted[who.side]
            visits.enter(came, opens).surely |= who.strength is MatchStrength.STRONG
            controls += _latest_by_source(came)
    return Seen(
        ours=_party(Side.OURS, meeting, people, unlisted[Side.OURS]),
        theirs=_party(Side.THEIRS, meeting, people, unlisted[Side.THEIRS]),
        people=people,
        unidentified=unidentified,
        devices=devices,
        doubts=unidentified + devices,
        controls=controls,
        bots=bots,
    )


def _without_left_over(sightings: list[Sighting], who: Who, meeting: Meeting, rules: JudgingRules) -> list[Sighting]:
    """Without a colleague who was not invited and is still there from the meeting before: whoever stays on is not.

    Of anybody else it cannot be told: a guest may have come far too early and left.
    """
    if who.side is not Side.OURS:
        return sightings
    # a source may tell of the window alone
    opens, stayed_on = meeting.start - rules.early_window, meeting.start + rules.confirm_at_least
    return [one for one in sightings if one.began > opens or one.until >= stayed_on]


def _latest_by_source(sightings: list[Sighting]) -> Iterable[Sighting]:
    """Of each source the sighting that reaches farthest."""
    latest: dict[str, Sighting] = {}
    for one in sightings:
        known = latest.get(one.source)
        if known is None or known.until < one.until:
            latest[one.source] = one
    return latest.values()


def _party(side: Side, meeting: Meeting, people: dict[str, Visits], unlisted: Visits) -> Party:
    invited = meeting.side(side)
    visits = [people[p.key] for p in invited if p.key in people]
    if unlisted.seen:
        visits.append(unlisted)
    room = [span for one in visits for span in one.room]
    return Party(side=side, people=invited, unlisted=unlisted, visits=tuple(visits), room=room)
