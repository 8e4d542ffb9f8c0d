"""Whether the call took place: telephone appointments. Absence needs every line of ours to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from noshowd.domain.evidence import (
    Blind,
    CallRecord,
    CallResult,
    Direction,
    Evidence,
    MatchStrength,
    SourceTraits,
)
from noshowd.domain.findings import Findings, fresh_from, reach
from noshowd.domain.lines import lines_of_ours, lines_of_theirs
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Caller, Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.same_call import told_once
from noshowd.domain.verdict import PersonVerdict, Presence, Reason, SidePresence

_UNANSWERED = frozenset({CallResult.NO_ANSWER, CallResult.VOICEMAIL})
_MAY_BE_A_TALK = frozenset({CallResult.ANSWERED, CallResult.UNCLEAR, CallResult.TALKING, CallResult.RINGING})


@dataclass(slots=True)
class _Calls:
    """The calls of the window, sorted by what they tell."""

    talks: list[CallRecord] = field(default_factory=list)
    running: list[CallRecord] = field(default_factory=list)
    ours: list[CallRecord] = field(default_factory=list)
    theirs: list[CallRecord] = field(default_factory=list)
    #: Ours on the bridge of a telephone conference.
    dialled_in: list[CallRecord] = field(default_factory=list)
    #: Anything after which no absence may be claimed.
    doubts: set[Reason] = field(default_factory=set)
    notes: set[Reason] = field(default_factory=set)
    #: Attempts of ours outside the time for them: a doubt only where there was none inside it.
    off_time: set[Reason] = field(default_factory=set)


def _in_window(call: CallRecord, meeting: Meeting, rules: JudgingRules) -> bool:
    """Whether the call counts for this slot, in either reading of a doubled hour."""
    opens, closes = meeting.start - rules.call_early, meeting.end + rules.call_late
    return any(opens <= began <= closes for began in {call.began, call.began + call.or_later_by})


def _goes_on_into(call: CallRecord, meeting: Meeting, rules: JudgingRules, now: datetime) -> bool:
    """Whether a call from before went on in the slot."""
    together = (call.ended or now) + call.or_later_by - meeting.start
    return call.began < meeting.start and together >= rules.overlap_for_held


def _sort(meeting: Meeting, evidence: Evidence, matches: Matches, rules: JudgingRules, now: datetime) -> _Calls:
    calls = _Calls()
    for call in told_once(evidence.calls):
        strength = _strength(call, meeting, matches)
        if call.their_number in matches.others:
            continue
        if _in_window(call, meeting, rules) or _goes_on_into(call, meeting, rules, now):
            _enter(call, strength, calls, meeting, rules, now)
        elif strength >= MatchStrength.MEDIUM and _at_other_time(call, meeting, rules, now):
            calls.doubts.add(Reason.OTHER_TIME)
        elif meeting.start - rules.early_window <= call.began < meeting.start:
            # a little early, with nobody knows whom, or in vain
            _enter(call, strength, calls, meeting, rules, now)
    if not calls.ours:
        calls.doubts |= calls.off_time
    elif not numbers_to_ring(meeting) <= {call.their_number for call in calls.ours}:
        calls.doubts.add(Reason.NUMBER_UNTRIED)
    return calls


def bridge_of(meeting: Meeting) -> str | None:
    """The number of a telephone conference: everybody dials it, and who else is on it no source of ours sees."""
    return meeting.place.phone if meeting.place.bridge else None


def numbers_to_ring(meeting: Meeting) -> frozenset[str]:
    """Where they wait to be rung: the number of the appointment, else every one that is known to be theirs."""
    number = meeting.place.phone
    if number is not None and number not in lines_of_ours(meeting):
        return frozenset({number})
    return frozenset(lines_of_theirs(meeting))


def _strength(call: CallRecord, meeting: Meeting, matches: Matches) -> MatchStrength:
    """How surely it was the other side. Their switchboard on a colleague's line may be about something else."""
    strength = matches.number(call.their_number)
    ours = lines_of_ours(meeting)
    elsewhere = call.our_line is not None and bool(ours) and call.our_line not in ours
    return MatchStrength.WEAK if strength is MatchStrength.MEDIUM and elsewhere else strength


def _at_other_time(call: CallRecord, meeting: Meeting, rules: JudgingRules, now: datetime) -> bool:
    near = meeting.start - rules.other_time <= call.began <= meeting.end + rules.other_time
    return near and (call.running or call.talked(now) > timedelta(0))


def _enter(
    call: CallRecord,
    strength: MatchStrength,
    calls: _Calls,
    meeting: Meeting,
    rules: JudgingRules,
    now: datetime,
) -> None:
    if strength < MatchStrength.MEDIUM:
        calls.doubts |= _doubts_about(call, strength, rules, now)
    elif call.their_number == bridge_of(meeting):
        calls.dialled_in.append(call)
    elif call.talked(now) >= rules.sure_talk:
        calls.talks.append(call)
    elif call.running and not _end_was_lost(call, rules, now):
        calls.running.append(call)
    elif call.result in _MAY_BE_A_TALK:
        calls.doubts.add(Reason.SHORT_TALK)
    elif call.direction is Direction.OUT:
        _enter_attempt(call, calls, meeting, rules)
    else:
        calls.theirs.append(call)
        calls.notes.add(Reason.THEY_RANG)
        if call.or_later_by:
            # it may have been an hour later: no absence of ours rests on it
            calls.doubts.add(Reason.OTHER_TIME)


def _end_was_lost(call: CallRecord, rules: JudgingRules, now: datetime) -> bool:
    """Whether it seems to ring for ever: a daemon that was restarted, a post that never came."""
    return call.result is CallResult.RINGING and now - call.began > rules.longest_ringing


def _doubts_about(call: CallRecord, strength: MatchStrength, rules: JudgingRules, now: datetime) -> set[Reason]:
    """Why a call with somebody who is not surely theirs may be the appointment: they ring from anywhere."""
    if call.their_number is None:
        return {Reason.HIDDEN_CALL}
    if strength is MatchStrength.WEAK:
        return {Reason.WEAK_NUMBER}
    talked = call.running or call.talked(now) >= rules.shortest_talk
    return {Reason.OTHER_NUMBER} if call.direction is Direction.IN or talked else set()


def _enter_attempt(call: CallRecord, calls: _Calls, meeting: Meeting, rules: JudgingRules) -> None:
    """One of ours rang them: our part only if it rang, inside the slot, where they wait, and they could hear it."""
    if call.result not in _UNANSWERED:
        calls.doubts.add(Reason.BUSY)
        return
    if call.their_number not in numbers_to_ring(meeting):
        calls.doubts.add(Reason.WEAK_NUMBER)
        return
    if call.result is CallResult.VOICEMAIL:
        calls.notes.add(Reason.VOICEMAIL)
    latest = meeting.start + rules.confirmation(meeting.length)
    if meeting.start - rules.attempt_early <= call.began <= latest and not call.or_later_by:
        calls.ours.append(call)
        calls.notes.add(Reason.WE_RANG)
    else:
        calls.off_time.add(Reason.CAME_LATE if call.began > latest else Reason.OTHER_TIME)


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
        until = reach(spans, meeting.start - rules.call_early, rules.gap)
        if until is None:
            return None, reasons or {Reason.GAP if spans else Reason.NO_COVERAGE}
        reached.append(until)
    return min(reached), reasons


def _sides(calls: _Calls, caller: Caller, *, complete: bool) -> tuple[SidePresence, SidePresence]:
    """What the attempts prove about both sides when no talk was seen."""
    known, absent, unknown = SidePresence.PRESENT, SidePresence.ABSENT, SidePresence.UNKNOWN
    sure = complete and not calls.doubts and not calls.running
    if calls.ours and calls.theirs:
        return (known, known) if sure else (unknown, SidePresence.ARRIVED)
    if calls.ours:
        return known, absent if sure else unknown
    if calls.theirs:
        return absent if sure else unknown, SidePresence.ARRIVED
    if not sure or caller is Caller.UNKNOWN:
        return unknown, unknown
    # nobody rang: whoever should have is missing; the other side was there to be rung
    return (absent, unknown) if caller is Caller.OURS else (known, absent)


def find_on_phone(
    meeting: Meeting,
    evidence: Evidence,
    matches: Matches,
    sources: Mapping[str, SourceTraits],
    rules: JudgingRules,
    now: datetime,
) -> Findings:
    """Findings for a telephone appointment. Pure; attempts are facts for our own side."""
    calls = _sort(meeting, evidence, matches, rules, now)
    if calls.talks:
        return _held(meeting, min(c.began for c in calls.talks))
    as_of, gaps = _all_lines_seen(meeting, evidence, rules)
    # on a bridge they may be together with others, and no source of ours sees it
    complete = as_of is not None and not meeting.place.bridge
    ours, theirs = _sides(calls, meeting.place.caller, complete=complete)
    if any(c.running or c.talked(now) >= rules.shortest_talk for c in calls.dialled_in):
        ours = SidePresence.PRESENT
    reasons = gaps | _reasons(calls, meeting)
    running = bool(calls.running)
    seen = bool(calls.theirs) or running
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
                maybe_seen=p.side is Side.THEIRS and bool(calls.doubts),
            )
            for p in meeting.people
        ),
        reasons=frozenset(reasons),
        ours_here=running or any(c.running for c in calls.dialled_in),
        theirs_here=running,
        ours_first=min((c.began for c in calls.ours), default=None),
        theirs_first=min((c.began for c in calls.theirs), default=None),
        theirs_surely=seen,
    )


def _reasons(calls: _Calls, meeting: Meeting) -> set[Reason]:
    reasons = calls.doubts | calls.notes
    if calls.running or any(call.running for call in calls.dialled_in):
        reasons.add(Reason.CALL_RUNNING)
    if calls.dialled_in:
        reasons.add(Reason.BLIND_SPOT)
    if not (calls.ours or calls.theirs or calls.running or calls.dialled_in):
        reasons.add(Reason.NOBODY_RANG)
    if meeting.place.caller is Caller.UNKNOWN:
        reasons.add(Reason.CALLER_UNKNOWN)
    return reasons


def _person(side: SidePresence) -> Presence:
    if side in (SidePresence.PRESENT, SidePresence.ARRIVED):
        return Presence.PRESENT
    return Presence.ABSENT if side is SidePresence.ABSENT else Presence.UNKNOWN


def _held(meeting: Meeting, began: datetime) -> Findings:
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
    )
