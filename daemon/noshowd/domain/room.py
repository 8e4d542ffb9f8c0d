"""Who was in the room: video meetings. Absence needs coverage, a positive control and nobody unidentified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from noshowd.domain.coverage import (
    HIDES_GUESTS,
    blind_stretches,
    into_the_room,
    lost_sight,
    too_early,
    trusted,
    when_covered,
)
from noshowd.domain.evidence import Coverage, Evidence, SourceTraits
from noshowd.domain.findings import Findings, confirmed_being_there, fresh_from, reach
from noshowd.domain.matching import Matches, certainly_missing
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import Span, total_overlap, union
from noshowd.domain.verdict import PersonVerdict, Presence, Reason, SidePresence
from noshowd.domain.visits import Party, Seen, Visits, sort_sightings

_NOTHING_SEEN = Visits()


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
    visits = seen.people.get(person.key, _NOTHING_SEEN)
    #: Whoever may be this person.
    doubts = [v for who, v in seen.doubts if person.key not in who.not_these]
    as_of = reach(covered, meeting.start, rules.gap)
    absent = not visits.seen and not doubts and as_of is not None and as_of > meeting.start
    here_now = visits.open_until is not None and (fresh is None or visits.open_until >= fresh.end)
    absent_now, since = False, None
    if fresh is not None and not here_now:
        absent_now = not any(v.open_until is not None and v.open_until >= fresh.end for v in doubts)
    if fresh is not None and absent_now:
        left = [v.last for v in (visits, *doubts) if v.last is not None]
        since = max(fresh.start, meeting.start, *left)
    verdict = PersonVerdict(
        key=person.key,
        side=person.side,
        presence=Presence.PRESENT if visits.stays(rules) else Presence.ABSENT if absent else Presence.UNKNOWN,
        absent_now=absent_now,
        absent_since=since,
        seen=visits.seen,
        maybe_seen=bool(doubts),
        in_lobby=bool(visits.lobby) and not visits.room,
        here_now=here_now,
        arrived_at=visits.first,
        left_at=None if here_now else visits.last,
    )
    return verdict, as_of


def _side(
    party: Party, meeting: Meeting, verdicts: dict[str, PersonVerdict], rules: JudgingRules, *, here: bool
) -> SidePresence:
    """One word for a side. Required people are judged singly; anybody else may stand in.

    Whoever is `here` but has not stayed long enough yet has arrived.
    """
    expected = [verdicts[p.key].presence for p in party.people if p.expected]
    required = [verdicts[p.key].presence for p in party.people if p.required and p.expected]
    if Presence.ABSENT in required:
        return SidePresence.ABSENT
    everybody = [verdicts[p.key] for p in party.people]
    if party.unlisted.stays(rules) or any(v.presence is Presence.PRESENT for v in everybody):
        return SidePresence.UNKNOWN if Presence.UNKNOWN in required else SidePresence.PRESENT
    if here or party.unlisted.lobby or any(v.in_lobby for v in everybody):
        return SidePresence.ARRIVED
    open_ended = party.side is Side.THEIRS and meeting.open_ended
    nobody = not party.visits and all(presence is Presence.ABSENT for presence in expected)
    return SidePresence.ABSENT if expected and nobody and not open_ended else SidePresence.UNKNOWN


def _nobody_seen(meeting: Meeting, evidence: Evidence, seen: Seen, rules: JudgingRules) -> datetime | None:
    """How far a source looked into an empty room (no positive control), or None."""
    if seen.identified or seen.doubts:
        return None
    spans = [c.span for c in into_the_room(evidence) if not too_early(c, meeting, rules)]
    return reach(union(spans, gap=rules.gap), meeting.start, rules.gap)


def _reasons(
    meeting: Meeting,
    evidence: Evidence,
    seen: Seen,
    people: list[PersonVerdict],
    rules: JudgingRules,
    *,
    control: bool,
) -> set[Reason]:
    reasons = _who_came(seen, people)
    looked = into_the_room(evidence)
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


def _who_came(seen: Seen, people: list[PersonVerdict]) -> set[Reason]:
    reasons: set[Reason] = set()
    if seen.unidentified:
        reasons.add(Reason.UNIDENTIFIED_HUMAN)
    if seen.bots and not (seen.theirs.visits or seen.doubts):
        reasons.add(Reason.BOT_INSTEAD if seen.ours.visits else Reason.ONLY_BOTS)
    if any(v.presence is Presence.ABSENT for v in people):
        reasons.add(Reason.NEVER_SEEN)
    if any(v.seen and v.presence is Presence.UNKNOWN and not v.in_lobby for v in people):
        reasons.add(Reason.SHORT_STAY)
    return reasons


def _at_least_missing(seen: Seen, verdicts: dict[str, PersonVerdict], reaches: dict[str, datetime | None]) -> int:
    """How many of the other side are certainly missing, however the unidentified are assigned."""
    if seen.devices:
        return 0
    expected = [p.key for p in seen.theirs.people if p.expected]
    missing = [key for key in expected if not verdicts[key].seen and reaches[key] is not None]
    return certainly_missing([who for who, _ in seen.unidentified], missing)


def _together(seen: Seen, rules: JudgingRules) -> Reason | None:
    """How the two sides came together: surely, presumed (an unidentified human beside our own person), or not.

    Where somebody of ours is required, it is they who must have met the others.
    """
    required = [p.key for p in seen.ours.people if p.required and p.expected]
    ours = [seen.people.get(key, _NOTHING_SEEN).room for key in required] or [seen.ours.room]
    if _each_beside(ours, seen.theirs.room, rules):
        return Reason.SEEN_TOGETHER
    if any(_each_beside(ours, v.room, rules) for _, v in seen.unidentified):
        return Reason.PRESUMED
    return None


def _each_beside(ours: list[list[Span]], others: list[Span], rules: JudgingRules) -> bool:
    return all(total_overlap(one, others) >= rules.overlap_for_held for one in ours)


def _not_admitted(seen: Seen) -> bool:
    """Whether a whole side has come no further than the lobby."""
    return any(party.visits and not party.room for party in seen.parties)


def _here(party: Party, fresh_after: datetime) -> bool:
    """Whether somebody of a side is in the room as of a look that still speaks of the present."""
    return any(v.in_room_until is not None and v.in_room_until >= fresh_after for v in party.visits)


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
    usable, lost = _believed(evidence, seen, sources, rules, said_there=said_there)
    ours_room = union(seen.ours.room, gap=rules.gap)
    covered = when_covered(seen, usable, ours_room, meeting, rules)
    usable_after = fresh_from(usable, sources, rules, now)
    people = {p.key: _person(p, seen, covered[p.key], usable_after, meeting, rules) for p in meeting.people}
    verdicts = {key: verdict for key, (verdict, _) in people.items()}
    reaches = {key: reached for key, (_, reached) in people.items()}
    fresh_after = fresh_from(evidence.coverages, sources, rules, now)
    ours_here, theirs_here = (_here(party, fresh_after) for party in seen.parties)
    ours = _side(seen.ours, meeting, verdicts, rules, here=ours_here)
    theirs = _side(seen.theirs, meeting, verdicts, rules, here=theirs_here)
    reasons = _reasons(meeting, evidence, seen, list(verdicts.values()), rules, control=bool(usable))
    reasons |= {Reason.LOST_SIGHT} if lost else set()
    absent = [p.key for p in meeting.people if p.expected and verdicts[p.key].presence is Presence.ABSENT]
    as_of = min((t for k in absent if (t := reaches[k]) is not None), default=None)
    empty = None if said_there else _nobody_seen(meeting, evidence, seen, rules)
    if empty is not None:
        ours, theirs, as_of = SidePresence.UNSEEN, SidePresence.UNSEEN, empty
        reasons.add(Reason.NOBODY_SEEN)
    together = _together(seen, rules)
    if ours is SidePresence.ARRIVED and _somebody_beside(seen):
        # whom we cannot place in the room with them may be the one of ours who was let in
        ours = SidePresence.UNKNOWN
    if together is not None:
        reasons.add(together)
    elif _not_admitted(seen):
        reasons.add(Reason.NOT_ADMITTED)
    at_least = _at_least_missing(seen, verdicts, reaches)
    if at_least > sum(verdicts[k].side is Side.THEIRS for k in absent):
        # more are certainly missing than can be named
        reasons.add(Reason.AT_LEAST_MISSING)
    apart_until = _seen_apart_until(meeting, usable, seen, rules)
    return Findings(
        ours=ours,
        theirs=theirs,
        overlapped=together is not None,
        as_of=as_of or apart_until,
        people=tuple(verdicts.values()),
        reasons=frozenset(reasons),
        ours_first=seen.ours.first,
        theirs_first=seen.theirs.first,
        at_least_missing=at_least,
        ours_here=ours_here,
        theirs_here=theirs_here,
        theirs_surely=_surely_there(seen, ours_room, rules),
        theirs_latest=_latest_coming(seen),
        overlap_would_show=apart_until is not None,
        may_still_meet=apart_until is not None and _both_linger(seen, apart_until),
    )


def _believed(
    evidence: Evidence, seen: Seen, sources: Mapping[str, SourceTraits], rules: JudgingRules, *, said_there: bool
) -> tuple[list[Coverage], bool]:
    """What of the coverage is believed, and whether some of it is not because a source had lost sight."""
    lost = lost_sight(evidence, seen, sources, rules)
    blind = blind_stretches(evidence, seen, sources, rules)
    return trusted(evidence, seen, lost, blind, said_there=said_there), bool(lost or blind)


def _seen_apart_until(meeting: Meeting, usable: list[Coverage], seen: Seen, rules: JudgingRules) -> datetime | None:
    """How far the two sides would have been seen together, had they been; None when that is not known.

    It is known where nobody is in doubt and everybody was seen without a gap from the start to the last visit.
    """
    last = max((v.last for party in seen.parties for v in party.visits if v.last is not None), default=None)
    able = [c for c in usable if not (c.presence_only or c.lines or c.only or c.blind & HIDES_GUESTS)]
    whole = [c.span for c in able if not too_early(c, meeting, rules)]
    until = reach(union(whole, gap=rules.gap), meeting.start, rules.gap)
    if seen.doubts or until is None or last is None or until + rules.gap < min(last, meeting.end):
        return None
    return until


def _both_linger(seen: Seen, until: datetime) -> bool:
    """Whether somebody of either side was there when last seen, or came later: nothing shows that they then parted."""
    return all(
        any((v.open_until is not None and v.open_until >= until) or (v.last or until) > until for v in party.visits)
        for party in seen.parties
    )


def _somebody_beside(seen: Seen) -> bool:
    theirs = seen.theirs.room
    return any(total_overlap(theirs, v.room) for _, v in seen.doubts)


def _surely_there(seen: Seen, ours_room: Sequence[Span], rules: JudgingRules) -> bool:
    """Whether no word of ours can undo that somebody of theirs was there: well identified, or while ours were not."""
    theirs = [v for p in seen.theirs.people if (v := seen.people.get(p.key)) is not None and v.stays(rules)]
    if any(v.surely for v in theirs):
        return True
    others = [v for _, v in seen.unidentified if v.stays(rules)]
    return any(total_overlap(v.room, ours_room) < rules.overlap_for_held for v in (*theirs, *others))


def _latest_coming(seen: Seen) -> datetime | None:
    """When one of theirs, or somebody who may be one of them, last came into the room or its lobby."""
    maybe = [v for who, v in seen.doubts if any(p.key not in who.not_these for p in seen.theirs.people)]
    spans = [span for v in (*seen.theirs.visits, *maybe) for span in (*v.room, *v.lobby)]
    return max((span.start for span in spans), default=None)
