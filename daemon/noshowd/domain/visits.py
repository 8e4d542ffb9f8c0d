"""The visits to a meeting's room, sorted by who came: invited, known but not invited, or unidentified."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from noshowd.domain.evidence import Evidence, Identity, MatchStrength, Sighting, Where
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

    def enter(self, sighting: Sighting, opens: datetime) -> None:
        """Add what was seen of them, as far as it lies in the window that `opens`."""
        began, until = sighting.began, sighting.until
        began = max(began, opens)
        in_lobby = sighting.where is Where.LOBBY
        (self.lobby if in_lobby else self.room).append(Span(start=began, end=until))
        if self.first is None or began < self.first:
            self.first = began
        if self.last is None or until > self.last:
            self.last = until
        if sighting.open:
            self.open_until = max(self.open_until or until, until)
            if not in_lobby:
                self.in_room_until = max(self.in_room_until or until, until)

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

    @property
    def first(self) -> datetime | None:
        """When the first of them arrived, lobby included."""
        return min((v.first for v in self.visits if v.first is not None), default=None)

    @property
    def room(self) -> list[Span]:
        """When anybody of them was in the room."""
        return [span for visits in self.visits for span in visits.room]


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
    strangers: dict[Identity, tuple[Who, Visits]] = {}
    devices: list[tuple[Who, Visits]] = []
    controls: dict[tuple[str, Identity], Sighting] = {}
    bots = False
    for sighting in {(s.source, s.stay): s for s in evidence.sightings}.values():
        if sighting.until < opens or sighting.began > closes:
            continue
        who = matches.who(sighting.identity)
        if who.hides_people:
            visits = Visits()
            devices.append((who, visits))
        elif not who.human:
            bots = True
            continue
        elif _left_over(sighting, who, meeting, rules):
            continue
        elif who.person is None and who.side is None:
            # the same unidentified identity seen twice is one human
            _, visits = strangers.setdefault(sighting.identity, (who, Visits()))
        else:
            visits = people[who.person] if who.person is not None else unlisted[who.side]
            visits.surely |= who.strength is MatchStrength.STRONG
            latest = controls.setdefault((sighting.source, sighting.identity), sighting)
            if latest.until < sighting.until:
                controls[sighting.source, sighting.identity] = sighting
        visits.enter(sighting, opens)
    unidentified = list(strangers.values())
    return Seen(
        ours=_party(Side.OURS, meeting, people, unlisted[Side.OURS]),
        theirs=_party(Side.THEIRS, meeting, people, unlisted[Side.THEIRS]),
        people=people,
        unidentified=unidentified,
        devices=devices,
        doubts=unidentified + devices,
        controls=list(controls.values()),
        bots=bots,
    )


def _left_over(sighting: Sighting, who: Who, meeting: Meeting, rules: JudgingRules) -> bool:
    """Whether a colleague who was not invited is still there from the meeting before: whoever stays on is not.

    Of anybody else it cannot be told: a guest may have come far too early and left.
    """
    # a source may tell of the window alone
    before = sighting.began <= meeting.start - rules.early_window
    return who.side is Side.OURS and before and sighting.until < meeting.start + rules.confirm_at_least


def _party(side: Side, meeting: Meeting, people: dict[str, Visits], unlisted: Visits) -> Party:
    invited = meeting.side(side)
    visits = [people[p.key] for p in invited if p.key in people]
    if unlisted.seen:
        visits.append(unlisted)
    return Party(side=side, people=invited, unlisted=unlisted, visits=tuple(visits))
