"""Whether the call took place: telephone appointments. Absence needs every line of ours to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from noshowd.domain.attempts import Calls, latest_sign, sort_calls
from noshowd.domain.evidence import Blind, Direction, Evidence, SourceTraits
from noshowd.domain.findings import Findings, fresh_from, reach
from noshowd.domain.lines import lines_of_ours
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Caller, Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import union
from noshowd.domain.verdict import PersonVerdict, Presence, Reason, SidePresence


def _all_lines_seen(meeting: Meeting, evidence: Evidence, rules: JudgingRules) -> tuple[datetime | None, set[Reason]]:
    """How far all our lines were seen from the start on without a gap, else None and why not."""
    people = [p for p in meeting.side(Side.OURS) if p.expected]
    if not people or any(not p.all_lines_seen or not p.lines for p in people):
        return None, {Reason.UNSEEN_LINE}
    reached: list[datetime] = []
    reasons: set[Reason] = set()
    for line in lines_of_ours(meeting):
        spans = []
        for coverage in evidence.coverages:
            if line not in coverage.lines or coverage.presence_only:
                continue
            if Blind.HIDDEN_NUMBERS in coverage.blind:
                reasons.add(Reason.BLIND_SPOT)
            elif coverage.ended_only and coverage.span.end < meeting.end + rules.longest_overrun:
                reasons.add(Reason.ENDED_ONLY)
            else:
                spans.append(coverage.span)
        # a call that began early may still go on
        until = reach(union(spans, gap=rules.gap), meeting.start - rules.call_early, rules.gap)
        if until is None or until <= meeting.start:
            return None, reasons or {Reason.GAP if spans else Reason.NO_COVERAGE}
        reached.append(until)
    return min(reached), reasons


def _sides(calls: Calls, caller: Caller, *, complete: bool) -> tuple[SidePresence, SidePresence]:
    """What the attempts prove about both sides when no talk was seen."""
    known, absent, unknown = SidePresence.PRESENT, SidePresence.ABSENT, SidePresence.UNKNOWN
    # nothing of ours is in doubt; nothing of theirs only if nobody rang who may have been them.
    ours_sure = complete and not calls.doubts and not calls.running
    theirs_sure = ours_sure and not calls.may_be_them
    if calls.ours and calls.theirs:
        return (known, known) if ours_sure else (unknown, SidePresence.ARRIVED)
    if calls.ours:
        return known, absent if theirs_sure else unknown
    if calls.theirs:
        return absent if ours_sure else unknown, SidePresence.ARRIVED
    # nobody rang: whoever should have is missing; the other side was there to be rung
    if caller is Caller.OURS and ours_sure:
        return absent, unknown
    return (known, absent) if caller is Caller.THEIRS and theirs_sure else (unknown, unknown)


def find_on_phone(
    meeting: Meeting,
    evidence: Evidence,
    matches: Matches,
    sources: Mapping[str, SourceTraits],
    rules: JudgingRules,
    now: datetime,
) -> Findings:
    """Findings for a telephone appointment. Pure; attempts are facts for our own side."""
    calls = sort_calls(meeting, evidence, matches, rules, now)
    if calls.talks:
        return _held(meeting, calls)
    as_of, gaps = _all_lines_seen(meeting, evidence, rules)
    # on a bridge they may be together with others, and no source of ours sees it
    complete = as_of is not None and not meeting.place.bridge
    ours, theirs = _sides(calls, meeting.place.caller, complete=complete)
    if any(c.running or c.talked(now) >= rules.shortest_talk for c in calls.dialled_in):
        ours = SidePresence.PRESENT
    reasons = gaps | _reasons(calls, meeting)
    running = bool(calls.running)
    # whoever rang was there, whatever became of the call
    seen = running or any(call.direction is Direction.IN for call in calls.with_them)
    fresh = as_of is not None and as_of >= fresh_from(evidence.coverages, sources, rules, now)
    # the person who rang cannot be told apart from a colleague on the same line: sides are judged, people follow
    return Findings(
        ours=ours,
        theirs=theirs,
        as_of=as_of,
        people=tuple(
            PersonVerdict(
                key=p.key,
                side=p.side,
                presence=_person(ours if p.side is Side.OURS else theirs),
                absent_now=fresh and (ours if p.side is Side.OURS else theirs) is SidePresence.ABSENT,
                seen=seen if p.side is Side.THEIRS else bool(calls.ours),
                maybe_seen=p.side is Side.THEIRS and bool(calls.doubts | calls.may_be_them),
            )
            for p in meeting.people
        ),
        reasons=frozenset(reasons),
        ours_here=running or any(c.running for c in calls.dialled_in),
        theirs_here=running,
        ours_first=min((c.began for c in calls.ours), default=None),
        theirs_first=min((c.began for c in calls.theirs), default=None),
        theirs_surely=seen,
        theirs_latest=latest_sign(calls),
    )


def _reasons(calls: Calls, meeting: Meeting) -> set[Reason]:
    reasons = calls.doubts | calls.may_be_them | calls.notes
    if calls.running or any(call.running for call in calls.dialled_in):
        reasons.add(Reason.CALL_RUNNING)
    if calls.dialled_in:
        reasons.add(Reason.BLIND_SPOT)
    if not (calls.with_them or calls.dialled_in):
        reasons.add(Reason.NOBODY_RANG)
    if meeting.place.caller is Caller.UNKNOWN:
        reasons.add(Reason.CALLER_UNKNOWN)
    return reasons


def _person(side: SidePresence) -> Presence:
    if side in (SidePresence.PRESENT, SidePresence.ARRIVED):
        return Presence.PRESENT
    return Presence.ABSENT if side is SidePresence.ABSENT else Presence.UNKNOWN


def _held(meeting: Meeting, calls: Calls) -> Findings:
    began = min(c.began for c in calls.talks)
    return Findings(
        ours=SidePresence.PRESENT,
        theirs=SidePresence.PRESENT,
        overlapped=True,
        people=tuple(
            PersonVerdict(key=p.key, side=p.side, presence=Presence.PRESENT, seen=True, arrived_at=began)
            for p in meeting.people
        ),
        reasons=frozenset({Reason.TALKED}),
        ours_first=began,
        theirs_first=began,
        theirs_surely=True,
        theirs_latest=latest_sign(calls),
    )
