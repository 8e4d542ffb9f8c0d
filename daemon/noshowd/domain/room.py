"""Who was in the room: video meetings. Absence needs coverage, a positive control and nobody unidentified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from noshowd.domain.evidence import Blind, Coverage, Evidence, SourceTraits
from noshowd.domain.findings import Findings, confirmed_being_there, fresh_from, reach
from noshowd.domain.matching import Matches, certainly_missing, may_be
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import Span, total_overlap, union
from noshowd.domain.verdict import PersonVerdict, Presence, Reason, SidePresence
from noshowd.domain.visits import Seen, Visits, sort_sightings

#: A source that cannot see one of these never proves that somebody of the other side is absent.
_HIDES_GUESTS = frozenset({Blind.DIAL_IN, Blind.OUTSIDERS, Blind.OPTED_OUT})


def _supports(coverage: Coverage, person: Person, meeting: Meeting, rules: JudgingRules) -> bool:
    """Whether this coverage could have seen the person, leaving its lobby aside."""
    if coverage.presence_only or coverage.lines or Blind.OPTED_OUT in coverage.blind:
        return False
    if coverage.ended_only and coverage.span.end < meeting.end + rules.longest_overrun:
        return False
    if Blind.DIAL_IN in coverage.blind or (person.side is Side.THEIRS and coverage.blind & _HIDES_GUESTS):
        return False
    return not coverage.only or person.address in coverage.only


def _covered(
    person: Person, coverages: list[Coverage], ours_in_room: tuple[Span, ...], meeting: Meeting, rules: JudgingRules
) -> tuple[Span, ...]:
    """When this person would have been seen, had they been there; stretches with no gap between them are one."""
    spans: list[Span] = []
    for coverage in coverages:
        if not _supports(coverage, person, meeting, rules):
            continue
        if person.side is Side.THEIRS and Blind.LOBBY in coverage.blind:
            # whoever knocks is invisible, and nobody lets them in, unless one of ours is in the room
            spans.extend(s for ours in ours_in_room if (s := coverage.span.overlap(ours)) is not None)
        else:
            spans.append(coverage.span)
    return union(spans, gap=rules.gap)


def _person(
    person: Person,
    seen: Seen,
    covered: tuple[Span, ...],
    fresh_after: datetime,
    meeting: Meeting,
    rules: JudgingRules,
) -> tuple[PersonVerdict, datetime | None]:
    """The verdict about one person and how far their absence reaches."""
    # the last stretch, if it reaches close enough to now to speak of the present
    fresh = covered[-1] if covered and covered[-1].end >= fresh_after else None
    visits = seen.people.get(person.key, Visits())
    maybe = may_be([who for who, _ in seen.doubts], person.key)
    as_of = reach(covered, meeting.start, rules.gap)
    absent = not visits.seen and not maybe and as_of is not None and as_of > meeting.start
    here_now = visits.open_until is not None and (fresh is None or visits.open_until >= fresh.end)
    stranger_now = any(
        v.open_until is not None and fresh is not None and v.open_until >= fresh.end
        for who, v in seen.doubts
        if person.key not in who.not_these
    )
    absent_now = fresh is not None and not here_now and not stranger_now
    since = None
    if absent_now and fresh is not None:
        left = [v.last for who, v in seen.doubts if person.key not in who.not_these and v.last]
        since = max([fresh.start, meeting.start, *left, *([visits.last] if visits.last else [])])
    verdict = PersonVerdict(
        key=person.key,
        side=person.side,
        presence=Presence.PRESENT if visits.stays(rules) else Presence.ABSENT if absent else Presence.UNKNOWN,
        absent_now=absent_now,
        absent_since=since,
        seen=visits.seen,
        maybe_seen=maybe,
        in_lobby=bool(visits.lobby) and not visits.room,
        here_now=here_now,
        arrived_at=visits.first,
        left_at=None if here_now else visits.last,
    )
    return verdict, as_of


def _side(
    side: Side, meeting: Meeting, verdicts: dict[str, PersonVerdict], seen: Seen, rules: JudgingRules, *, here: bool
) -> SidePresence:
    """One word for a side. Required people are judged singly; anybody else may stand in.

    Whoever is `here` but has not stayed long enough yet has arrived.
    """
    people = [p for p in meeting.side(side) if p.expected]
    required = [verdicts[p.key].presence for p in people if p.required]
    if Presence.ABSENT in required:
        return SidePresence.ABSENT
    unlisted = seen.unlisted.get(side, Visits())
    everybody = [verdicts[p.key] for p in meeting.side(side)]
    if unlisted.stays(rules) or any(v.presence is Presence.PRESENT for v in everybody):
        return SidePresence.UNKNOWN if Presence.UNKNOWN in required else SidePresence.PRESENT
    if here or unlisted.lobby or any(v.in_lobby for v in everybody):
        return SidePresence.ARRIVED
    open_ended = side is Side.THEIRS and meeting.open_ended
    if (
        people
        and not open_ended
        and not unlisted.seen
        and all(verdicts[p.key].presence is Presence.ABSENT for p in people)
        and not any(v.seen for v in everybody)
    ):
        return SidePresence.ABSENT
    return SidePresence.UNKNOWN


def _nobody_seen(meeting: Meeting, evidence: Evidence, seen: Seen, rules: JudgingRules) -> datetime | None:
    """How far a source looked into an empty room (no positive control), or None."""
    if seen.people or seen.unlisted or seen.doubts:
        return None
    spans = [
        c.span
        for c in evidence.coverages
        if not c.presence_only
        and not c.lines
        and not (c.ended_only and c.span.end < meeting.end + rules.longest_overrun)
    ]
    return reach(spans, meeting.start, rules.gap)


def _reasons(
    meeting: Meeting,
    evidence: Evidence,
    seen: Seen,
    people: list[PersonVerdict],
    rules: JudgingRules,
    *,
    control: bool,
) -> set[Reason]:
    reasons: set[Reason] = set()
    if seen.unidentified:
        reasons.add(Reason.UNIDENTIFIED_HUMAN)
    if seen.bots and not (seen.people or seen.unlisted or seen.unidentified):
        reasons.add(Reason.ONLY_BOTS)
    if any(v.seen and v.presence is Presence.UNKNOWN and not v.in_lobby for v in people):
        reasons.add(Reason.SHORT_STAY)
    looked = [c for c in evidence.coverages if not c.lines and not c.presence_only]
    if not looked:
        reasons.add(Reason.NO_COVERAGE)
    elif not control:
        reasons.add(Reason.NO_POSITIVE_CONTROL)
    elif len(spans := union([c.span for c in looked], gap=rules.gap)) > 1 or not reach(spans, meeting.start, rules.gap):
        reasons.add(Reason.GAP)
    elif all(c.ended_only for c in looked):
        reasons.add(Reason.ENDED_ONLY)
    if any(c.blind for c in looked):
        reasons.add(Reason.BLIND_SPOT)
    if meeting.open_ended:
        reasons.add(Reason.OPEN_ENDED_GUESTS)
    return reasons


def _at_least_missing(
    meeting: Meeting, seen: Seen, verdicts: dict[str, PersonVerdict], reaches: dict[str, datetime | None]
) -> int:
    """How many of the other side are certainly missing, however the unidentified are assigned."""
    missing = [
        p.key
        for p in meeting.side(Side.THEIRS)
        if p.expected and not verdicts[p.key].seen and reaches[p.key] is not None
    ]
    if seen.devices:
        return 0
    return certainly_missing([who for who, _ in seen.unidentified], missing)


def _together(meeting: Meeting, seen: Seen, rules: JudgingRules) -> Reason | None:
    """How the two sides came together: surely, presumed (an unidentified human beside our own person), or not."""
    ours = seen.room_of(meeting, Side.OURS)
    if total_overlap(ours, seen.room_of(meeting, Side.THEIRS)) >= rules.overlap_for_held:
        return Reason.SEEN_TOGETHER
    if any(total_overlap(ours, v.room) >= rules.overlap_for_held for _, v in seen.unidentified):
        return Reason.PRESUMED
    return None


def _not_admitted(meeting: Meeting, seen: Seen) -> bool:
    """Whether a whole side has come no further than the lobby."""
    sides = [seen.of(meeting, side) for side in Side]
    return any(visits and not any(v.room for v in visits) and any(v.lobby for v in visits) for visits in sides)


def _here(side: Side, meeting: Meeting, seen: Seen, fresh_after: datetime) -> bool:
    """Whether somebody of a side is in the room as of a look that still speaks of the present."""
    return any(v.in_room_until is not None and v.in_room_until >= fresh_after for v in seen.of(meeting, side))


def find_in_room(
    meeting: Meeting,
    evidence: Evidence,
    matches: Matches,
    sources: Mapping[str, SourceTraits],
    rules: JudgingRules,
    now: datetime,
) -> Findings:
    """Findings for a video meeting. Pure; a gap or a missing positive control never yields absence."""
    seen = sort_sightings(meeting, evidence, matches, rules)
    said_there = confirmed_being_there(evidence)
    usable = [c for c in evidence.coverages if said_there or c.source in seen.controlled]
    ours_room = union(seen.room_of(meeting, Side.OURS), gap=rules.gap)
    usable_after = fresh_from(usable, sources, rules, now)
    verdicts: dict[str, PersonVerdict] = {}
    reaches: dict[str, datetime | None] = {}
    for person in meeting.people:
        covered = _covered(person, usable, ours_room, meeting, rules)
        verdicts[person.key], reaches[person.key] = _person(person, seen, covered, usable_after, meeting, rules)
    fresh_after = fresh_from(evidence.coverages, sources, rules, now)
    here = {side: _here(side, meeting, seen, fresh_after) for side in Side}
    ours, theirs = (_side(side, meeting, verdicts, seen, rules, here=here[side]) for side in (Side.OURS, Side.THEIRS))
    reasons = _reasons(meeting, evidence, seen, list(verdicts.values()), rules, control=bool(usable))
    absent = [p.key for p in meeting.people if p.expected and verdicts[p.key].presence is Presence.ABSENT]
    as_of = min((t for k in absent if (t := reaches[k]) is not None), default=None)
    empty = None if said_there else _nobody_seen(meeting, evidence, seen, rules)
    if empty is not None:
        ours = theirs = SidePresence.UNSEEN
        as_of = empty
        reasons.add(Reason.NOBODY_SEEN)
    together = _together(meeting, seen, rules)
    if together is None and ours is SidePresence.ARRIVED and _somebody_beside(meeting, seen):
        # whom we cannot place in the room with them may be the one of ours who was let in
        ours = SidePresence.UNKNOWN
    if together is not None:
        reasons.add(together)
    elif _not_admitted(meeting, seen):
        reasons.add(Reason.NOT_ADMITTED)
    at_least = _at_least_missing(meeting, seen, verdicts, reaches)
    if at_least > sum(verdicts[k].side is Side.THEIRS for k in absent):
        # more are certainly missing than can be named
        reasons.add(Reason.AT_LEAST_MISSING)
    return Findings(
        ours=ours,
        theirs=theirs,
        overlapped=together is not None,
        as_of=as_of,
        people=tuple(verdicts.values()),
        reasons=frozenset(reasons),
        ours_first=seen.first(meeting, Side.OURS),
        theirs_first=seen.first(meeting, Side.THEIRS),
        at_least_missing=at_least,
        ours_here=here[Side.OURS],
        theirs_here=here[Side.THEIRS],
        theirs_surely=_surely_there(meeting, seen, ours_room, rules),
        overlap_would_show=_overlap_would_show(meeting, usable, seen, rules),
    )


def _overlap_would_show(meeting: Meeting, usable: list[Coverage], seen: Seen, rules: JudgingRules) -> bool:
    """Whether one source saw everybody without a gap from the start to the last visit, and nobody is in doubt."""
    last = max((v.last for v in (*seen.people.values(), *seen.unlisted.values()) if v.last is not None), default=None)
    whole = [
        c.span
        for c in usable
        if not c.presence_only and not c.lines and not c.only and not c.blind & (_HIDES_GUESTS | {Blind.OPTED_OUT})
    ]
    until = reach(whole, meeting.start, rules.gap)
    return until is not None and last is not None and until + rules.gap >= min(last, meeting.end) and not seen.doubts


def _somebody_beside(meeting: Meeting, seen: Seen) -> bool:
    theirs = seen.room_of(meeting, Side.THEIRS)
    return any(total_overlap(theirs, v.room) for _, v in seen.doubts)


def _surely_there(meeting: Meeting, seen: Seen, ours_room: Sequence[Span], rules: JudgingRules) -> bool:
    """Whether no word of ours can undo that somebody of theirs was there: well identified, or while ours were not."""
    theirs = [v for p in meeting.side(Side.THEIRS) if (v := seen.people.get(p.key)) is not None and v.stays(rules)]
    if any(v.surely for v in theirs):
        return True
    others = [v for _, v in seen.unidentified if v.stays(rules)]
    return any(total_overlap(v.room, ours_room) < rules.overlap_for_held for v in (*theirs, *others))
