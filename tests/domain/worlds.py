"""Situations drawn by chance: a meeting, what its sources told up to some instant, and that instant.

Half of them are video meetings, half telephone appointments. Evidence that is pure noise proves hardly anything, so
most of it is drawn as sources tell it: looks from before the start to almost now, perhaps with holes, and people who
come and go. `test_properties` counts that everything that can be proved really is proved in some of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hypothesis import strategies as st

from domain.scenes import (
    ANNA,
    BEN,
    BOT,
    GUS,
    HILDE,
    IDENTITIES,
    LINE,
    MATCHES,
    MEET,
    MINUTE,
    NUMBER,
    PBX,
    POLICY,
    ROOM_SYSTEM,
    STRANGER,
    at,
    call,
    phone,
    stay,
    video,
)
from noshowd.domain.evidence import (
    Blind,
    CallRecord,
    CallResult,
    Coverage,
    Direction,
    Evidence,
    Identity,
    Said,
    Sighting,
    Statement,
    Where,
)
from noshowd.domain.gate import Circumstances
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller, Kind, Meeting
from noshowd.domain.plan import Existing, Plan, plan
from noshowd.domain.policy import Policy
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Verdict

DAY_ENDS = at(8 * 60)
SOURCES = {"meet": MEET, "pbx": PBX, "other": replace(MEET, name="other")}
OTHER_STRANGER = Identity(name="Gast")
OVER = (
    *[CallResult.NO_ANSWER] * 8,
    CallResult.VOICEMAIL,
    *[CallResult.BUSY] * 3,
    CallResult.REJECTED,
    CallResult.FAILED,
    CallResult.UNCLEAR,
)
NUMBERS = (*[NUMBER] * 8, None, "+493012345670", "+4912345678", "+4917099999")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A meeting, what is known of it, and when."""

    meeting: Meeting
    evidence: Evidence
    now: datetime

    @property
    def video(self) -> bool:
        return self.meeting.place.kind is Kind.VIDEO

    def judged(self, evidence: Evidence | None = None, *, policy: Policy = POLICY) -> Verdict:
        """The verdict, perhaps on other evidence than its own."""
        known = self.evidence if evidence is None else evidence
        return judge(self.meeting, known, MATCHES, policy, self.now, sources=SOURCES)

    def planned(self, *existing: Existing) -> Plan:
        """What the default ladders make of it beside these effects; Ben stands in for Anna."""
        around = Circumstances(day_ends=DAY_ENDS, stand_ins={ANNA.key: BEN.key})
        return plan(self.meeting, self.judged(), POLICY, existing, around, self.now)


def quarters(least: float, most: float) -> st.SearchStrategy[float]:
    """Minutes in steps of fifteen seconds."""
    return up_to(int(most * 4) - int(least * 4)).map(lambda n: least + n / 4)


def up_to(most: int) -> st.SearchStrategy[int]:
    """A number from 0 on. (`integers` also tries numbers of the modules that happen to be loaded.)"""
    return st.sampled_from(range(most + 1))


identities = st.sampled_from([*IDENTITIES.values()] * 3 + [STRANGER, OTHER_STRANGER, BOT, ROOM_SYSTEM])
sources = st.sampled_from(["meet"] * 6 + ["other"])
minutes = quarters(-20, 50)


@st.composite
def sightings(draw: st.DrawFn, reach: float = 50) -> Sighting:
    """One visit that began at any time, over or still going on as of minute `reach`."""
    began = draw(st.one_of(quarters(-5, 8), minutes))
    ended = began + draw(st.one_of(quarters(0, 5), quarters(0, 60)))
    still = draw(up_to(2)) > 0 and began <= reach
    return Sighting(
        source=draw(sources),
        stay=str(draw(up_to(50))),
        where=draw(st.sampled_from([Where.ROOM] * 5 + [Where.LOBBY])),
        identity=draw(identities),
        began=at(began),
        until=at(reach if still else ended),
        open=still,
    )


@st.composite
def coverages(draw: st.DrawFn, reach: float = 50) -> Coverage:
    """One look at a room or at our line, wherever."""
    start, end = sorted((draw(minutes), draw(minutes)))
    lines = draw(st.booleans())
    return replace(draw(looks(lines=lines)), span=Span(start=at(start), end=at(max(start, min(end, reach)))))


@st.composite
def looks(draw: st.DrawFn, *, lines: bool) -> Coverage:
    """A look whose source may have any of the weaknesses that sources have; most have none."""
    weak = draw(up_to(13))
    return Coverage(
        source="pbx" if lines else draw(sources),
        span=Span(start=at(-15), end=at(0)),
        ended_only=weak == 0,
        presence_only=weak == 1,
        lossy=weak == 2,
        blind=frozenset({draw(st.sampled_from(Blind))}) if weak in (3, 4) else frozenset(),
        only=frozenset({draw(st.sampled_from([GUS.key, HILDE.key]))}) if weak == 5 and not lines else frozenset(),
        lines=frozenset({LINE}) if lines else frozenset(),
    )


@st.composite
def whole(draw: st.DrawFn, reach: float, *, lines: bool) -> list[Coverage]:
    """What a source that is asked again and again tells: from before the start to `reach`, perhaps with a hole."""
    look, begin = draw(looks(lines=lines)), draw(st.sampled_from([-15.0, -15.0, -15.0, -9.5, 0.0, 2.0]))
    cuts = [draw(quarters(0, 30)) for _ in range(draw(st.sampled_from([0, 0, 0, 1])))]
    edges = [begin, *sorted(cut for cut in cuts if begin < cut < reach), reach]
    hole = draw(st.sampled_from([0.5, 1.0, 1.25, 4.0]))
    spans = [(edge + (hole if i else 0), end) for i, (edge, end) in enumerate(itertools.pairwise(edges))]
    return [replace(look, span=Span(start=at(a), end=at(b))) for a, b in spans if a <= b]


@st.composite
def calls(draw: st.DrawFn, reach: float = 50) -> CallRecord:
    """One call; most with the number of the guest."""
    running = draw(up_to(15)) == 0
    began = reach - draw(quarters(0, 4)) if running else draw(st.one_of(quarters(-2, 8), quarters(-15, 45)))
    talked = draw(st.sampled_from([None] * 6 + [10, 30, 80, 300]))
    answered = at(began) + MINUTE / 3 if talked is not None else None
    result = draw(st.sampled_from(OVER)) if talked is None else CallResult.ANSWERED
    if running:
        result = CallResult.RINGING if talked is None else CallResult.TALKING
    ended = answered + MINUTE * (talked or 0) / 60 if answered is not None else at(began + 1)
    return CallRecord(
        source=draw(st.sampled_from(["pbx", "pbx", "mobile"])),
        call=str(draw(up_to(50))),
        direction=draw(st.sampled_from(Direction)),
        our_line=LINE,
        their_number=draw(st.sampled_from(NUMBERS)),
        began=at(began),
        answered=answered,
        ended=None if running else ended,
        result=result,
    )


said = st.builds(Statement, by=st.sampled_from([ANNA.key, BEN.key]), at=minutes.map(at), said=st.sampled_from(Said))
lengths = st.sampled_from([5, 15, 30, 30, 60, 240])
video_meetings = st.builds(
    lambda length, people, required: video(
        *[replace(p, required=True) if required and p is ANNA else p for p in people], length=length
    ),
    lengths,
    st.sampled_from([(ANNA, GUS), (ANNA, GUS), (ANNA, BEN, GUS), (ANNA, GUS, HILDE), (ANNA, BEN, GUS, HILDE)]),
    up_to(5).map(lambda n: n == 0),
)
phone_meetings = st.builds(
    lambda length, caller, all_seen: phone(
        replace(ANNA, all_lines_seen=all_seen < 5), GUS, caller=caller, length=length
    ),
    lengths,
    st.sampled_from([Caller.OURS, Caller.THEIRS, Caller.OURS, Caller.THEIRS, Caller.UNKNOWN]),
    up_to(5),
)
meetings = st.one_of(video_meetings, phone_meetings)


#: What happens most often, seen up to some minute.
COMMON_VISITS: list[Callable[[float], list[Sighting]]] = [
    lambda _: [],
    *[lambda reach: [stay(ANNA, -1, until=reach)]] * 3,
    *[lambda reach: [stay(GUS, -2, until=reach)]] * 2,
    lambda reach: [stay(ANNA, -1, until=reach), stay(GUS, 2, until=reach)],
    *[lambda reach: [stay(GUS, -2, 3), stay(ANNA, 5, until=reach)]] * 2,
    lambda reach: [stay(ANNA, -1, until=reach), stay(STRANGER, 1, until=reach)],
    lambda reach: [stay(ANNA, -1, until=reach), stay(GUS, 0, until=reach, where=Where.LOBBY)],
]
COMMON_CALLS: list[Callable[[float], list[CallRecord]]] = [
    lambda _: [],
    lambda _: [],
    lambda _: [call(Direction.OUT, 0)],
    lambda _: [call(Direction.IN, 1)],
    lambda _: [call(Direction.OUT, 0), call(Direction.IN, 3)],
    lambda _: [call(Direction.IN, 2, number=None)],
    lambda reach: [call(Direction.OUT, reach - 0.5, result=CallResult.RINGING, over=False)],
]


@st.composite
def situations(draw: st.DrawFn, *, words: bool = True, kinds: st.SearchStrategy[Meeting] = meetings) -> Situation:
    """A meeting of either kind and what was told of it up to a moment ago; `words`: what our people said, too."""
    meeting = draw(kinds)
    on_phone = meeting.place.kind is Kind.PHONE
    reach = draw(st.one_of(quarters(10, 40), quarters(-5, 40)))
    covers = [c for _ in range(draw(st.sampled_from([1, 1, 2]))) for c in draw(whole(reach, lines=on_phone))]
    noise = draw(st.sampled_from([0, 0, 1, 3]))
    visits = [] if on_phone else draw(st.sampled_from(COMMON_VISITS))(reach)
    visits += draw(st.lists(sightings(reach), max_size=min(noise, 1) if on_phone else noise))
    rung = draw(st.sampled_from(COMMON_CALLS))(reach) if on_phone else []
    rung += draw(st.lists(calls(reach), max_size=noise if on_phone else min(noise, 1)))
    evidence = Evidence(
        sightings=tuple(replace(visit, stay=f"s{i}") for i, visit in enumerate(visits)),
        calls=tuple(replace(one, call=f"c{i}") for i, one in enumerate(rung)),
        coverages=tuple(covers + draw(st.lists(coverages(reach), max_size=min(noise, 1)))),
        statements=(draw(said),) if words and draw(up_to(3)) == 0 else (),
    )
    late = draw(st.sampled_from([*[0.25] * 6, 0.5, 5, 20, 70]))
    return Situation(meeting=meeting, evidence=evidence, now=at(reach + late))
