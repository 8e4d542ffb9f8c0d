"""The calls around an appointment, sorted by what each tells: talks, attempts, and whatever leaves a doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from noshowd.domain.evidence import CallRecord, CallResult, Direction, Evidence, MatchStrength
from noshowd.domain.lines import bridge_of, lines_of_ours, numbers_to_ring
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.same_call import told_once
from noshowd.domain.verdict import Reason

_UNANSWERED = frozenset({CallResult.NO_ANSWER, CallResult.VOICEMAIL})
#: Their telephone did not ring.
_NOT_THROUGH = frozenset({CallResult.BUSY, CallResult.FAILED})
MAY_BE_A_TALK = frozenset({CallResult.ANSWERED, CallResult.UNCLEAR, CallResult.TALKING, CallResult.RINGING})


@dataclass(slots=True)
class Calls:
    """The calls of one appointment, sorted by what they tell."""

    talks: list[CallRecord] = field(default_factory=list)
    running: list[CallRecord] = field(default_factory=list)
    #: Every call with their side, whatever became of it.
    with_them: list[CallRecord] = field(default_factory=list)
    #: Our attempts that count as our part.
    ours: list[CallRecord] = field(default_factory=list)
    theirs: list[CallRecord] = field(default_factory=list)
    #: Ours on the bridge of a telephone conference.
    dialled_in: list[CallRecord] = field(default_factory=list)
    #: Calls that may have been with them.
    maybe_theirs: list[CallRecord] = field(default_factory=list)
    #: Our attempts in vain, whenever they were.
    in_vain: list[CallRecord] = field(default_factory=list)
    #: Our attempts that did not ring at their side: a doubt, until a later one did.
    not_through: list[CallRecord] = field(default_factory=list)
    #: Anything after which no absence may be claimed.
    doubts: set[Reason] = field(default_factory=set)
    #: Somebody unknown rang us in vain: it may have been them, so theirs may not be claimed; ours all the same.
    may_be_them: set[Reason] = field(default_factory=set)
    notes: set[Reason] = field(default_factory=set)
    #: Attempts of ours outside the time for them: a doubt only where there was none inside it.
    off_time: set[Reason] = field(default_factory=set)


def sort_calls(meeting: Meeting, evidence: Evidence, matches: Matches, rules: JudgingRules, now: datetime) -> Calls:
    """What the calls of the evidence tell of this appointment as of `now`."""
    calls = Calls()
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
    _weigh_attempts(calls, meeting)
    return calls


def latest_sign(calls: Calls) -> datetime | None:
    """When a call began last in which they were heard, or may have been; to ring them in vain is no sign of them."""
    maybe = (*calls.with_them, *calls.maybe_theirs)
    heard = [c for c in maybe if c.direction is Direction.IN or c.result in MAY_BE_A_TALK]
    return max((c.began + c.or_later_by for c in heard), default=None)


def _in_window(call: CallRecord, meeting: Meeting, rules: JudgingRules) -> bool:
    """Whether the call counts for this slot, in either reading of a doubled hour."""
    opens, closes = meeting.start - rules.call_early, meeting.end + rules.call_late
    return any(opens <= began <= closes for began in {call.began, call.began + call.or_later_by})


def _goes_on_into(call: CallRecord, meeting: Meeting, rules: JudgingRules, now: datetime) -> bool:
    """Whether a call from before went on in the slot."""
    together = (call.ended or now) + call.or_later_by - meeting.start
    return call.began < meeting.start and together >= rules.overlap_for_held


def _at_other_time(call: CallRecord, meeting: Meeting, rules: JudgingRules, now: datetime) -> bool:
    near = meeting.start - rules.other_time <= call.began <= meeting.end + rules.other_time
    return near and (call.running or call.talked(now) > timedelta(0))


def _strength(call: CallRecord, meeting: Meeting, matches: Matches) -> MatchStrength:
    """How surely it was the other side. Their switchboard on a colleague's line may be about something else."""
    strength = matches.number(call.their_number)
    ours = lines_of_ours(meeting)
    elsewhere = call.our_line is not None and bool(ours) and call.our_line not in ours
    return MatchStrength.WEAK if strength is MatchStrength.MEDIUM and elsewhere else strength


def _enter(
    call: CallRecord,
    strength: MatchStrength,
    calls: Calls,
    meeting: Meeting,
    rules: JudgingRules,
    now: datetime,
) -> None:
    if strength < MatchStrength.MEDIUM:
        found = _doubts_about(call, strength, rules, now)
        doubts = calls.may_be_them if _rang_us_in_vain(call) else calls.doubts
        doubts |= found
        calls.maybe_theirs += [call] if found else []
        if call.running and not _end_was_lost(call, rules, now) and is_by_one_of_ours(call, meeting):
            # whoever it is with, nobody is asked in the middle of it; and it may be the appointment
            calls.notes.add(Reason.CALL_RUNNING)
    elif call.their_number == bridge_of(meeting):
        calls.dialled_in.append(call)
    else:
        calls.with_them.append(call)
        _enter_theirs(call, calls, meeting, rules, now)


def _enter_theirs(call: CallRecord, calls: Calls, meeting: Meeting, rules: JudgingRules, now: datetime) -> None:
    """A call with the other side."""
    if call.talked(now) >= rules.sure_talk:
        calls.talks.append(call)
    elif call.running and not _end_was_lost(call, rules, now):
        calls.running.append(call)
    elif call.result in MAY_BE_A_TALK:
        calls.doubts.add(Reason.SHORT_TALK)
    elif call.direction is Direction.OUT:
        _enter_attempt(call, calls, meeting, rules)
    else:
        calls.theirs.append(call)
        calls.notes.add(Reason.THEY_RANG)
        if call.or_later_by:
            # it may have been an hour later: no absence of ours rests on it
            calls.doubts.add(Reason.OTHER_TIME)


def is_by_one_of_ours(call: CallRecord, meeting: Meeting) -> bool:
    """Whether it runs over a line of one of our people; on a switchboard there is always somebody talking."""
    return any(call.our_line in person.lines for person in meeting.side(Side.OURS))


def _rang_us_in_vain(call: CallRecord) -> bool:
    return call.direction is Direction.IN and call.result not in MAY_BE_A_TALK


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


def _enter_attempt(call: CallRecord, calls: Calls, meeting: Meeting, rules: JudgingRules) -> None:
    """One of ours rang them: our part only if it rang, inside the slot, where they wait, and they could hear it."""
    if call.result in _NOT_THROUGH:
        calls.not_through.append(call)
        return
    if call.result not in _UNANSWERED:
        calls.doubts.add(Reason.BUSY)
        return
    if call.their_number not in numbers_to_ring(meeting):
        calls.doubts.add(Reason.WEAK_NUMBER)
        return
    calls.in_vain.append(call)
    if call.result is CallResult.VOICEMAIL:
        calls.notes.add(Reason.VOICEMAIL)
    latest = meeting.start + rules.confirmation(meeting.length)
    if meeting.start - rules.attempt_early <= call.began <= latest and not call.or_later_by:
        calls.ours.append(call)
        calls.notes.add(Reason.WE_RANG)
    else:
        calls.off_time.add(Reason.CAME_LATE if call.began > latest else Reason.OTHER_TIME)


def _weigh_attempts(calls: Calls, meeting: Meeting) -> None:
    """What our attempts leave open when seen together."""
    if not calls.ours:
        calls.doubts |= calls.off_time
    elif not numbers_to_ring(meeting) <= {call.their_number for call in calls.ours}:
        calls.doubts.add(Reason.NUMBER_UNTRIED)
    # a line that was busy and rings later is free again, and nobody takes the call
    for call in calls.not_through:
        later = (other.began for other in calls.in_vain if other.their_number == call.their_number)
        if not any(began > call.began + call.or_later_by for began in later):
            calls.doubts.add(Reason.BUSY)
