"""The verdict: a pure function of the meeting, the evidence, the policy and one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from noshowd.domain.calls import find_on_phone
from noshowd.domain.evidence import (
    SAYS_ABSENT,
    SAYS_HELD,
    SAYS_OFF,
    Evidence,
    Said,
    SourceTraits,
    Statement,
)
from noshowd.domain.findings import Findings, last_words
from noshowd.domain.instead import heard_beside
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Kind, Meeting, Side
from noshowd.domain.outcome import Moment, decide
from noshowd.domain.policy import Policy
from noshowd.domain.room import find_in_room
from noshowd.domain.spans import require_aware
from noshowd.domain.timing import confirmation, gives_up, next_look_at, next_rung_at, settled_at
from noshowd.domain.verdict import (
    CONFIRMED_MISSES,
    OPEN,
    Outcome,
    PersonVerdict,
    Presence,
    Reason,
    SidePresence,
    Verdict,
)

_MINUTE = timedelta(minutes=1)
#: Outcomes with a ladder of their own.
_STILL_FOLLOWED_UP = CONFIRMED_MISSES | OPEN


def judge(
    meeting: Meeting,
    evidence: Evidence,
    matches: Matches,
    policy: Policy,
    now: datetime,
    *,
    sources: Mapping[str, SourceTraits],
) -> Verdict:
    """Outcome, presence of each person, reasons, and when to ask again.

    `sources` are the traits of those that can see this meeting at all. The same arguments always give the same verdict.
    Where an absence would not stand without sources that may have lost a word, the verdict says so (`MAY_BE_LOST`).
    """
    require_aware("now", now)
    verdict = _judge(meeting, evidence, matches, policy, now, sources)
    kept = tuple(coverage for coverage in evidence.coverages if not coverage.lossy)
    if len(kept) == len(evidence.coverages):
        return verdict
    sure = _judge(meeting, replace(evidence, coverages=kept), matches, policy, now, sources)
    if _absences(verdict, meeting) <= _absences(sure, meeting):
        return verdict
    return replace(verdict, reasons=verdict.reasons | {Reason.MAY_BE_LOST})


def _absences(verdict: Verdict, meeting: Meeting) -> set[tuple[str, str]]:
    """Everything in a verdict that says of somebody that they are or were not there.

    Who is not there now counts up to the very end of the slot, as long as a word about it may leave.
    """
    missing = {("absent", p.key) for p in verdict.people if p.presence is Presence.ABSENT}
    if verdict.judged_at <= meeting.end:
        missing |= {("absent now", p.key) for p in verdict.people if p.absent_now}
    return missing | ({("outcome", verdict.outcome)} if verdict.outcome in CONFIRMED_MISSES else set())


def _judge(
    meeting: Meeting,
    evidence: Evidence,
    matches: Matches,
    policy: Policy,
    now: datetime,
    sources: Mapping[str, SourceTraits],
) -> Verdict:
    if meeting.called_off:
        return _closed(meeting, now, Outcome.CALLED_OFF, _cancelled(meeting, evidence, now))
    if meeting.skip is not None:
        return _closed(meeting, now, Outcome.NOT_WATCHED, {Reason.SKIPPED})
    words = last_words(evidence)
    if any(w.said in SAYS_OFF for w in words) and not any(w.said in SAYS_HELD for w in words):
        return _closed(meeting, now, Outcome.CALLED_OFF, {Reason.SAID_OFF})
    if meeting.place.kind is Kind.PHONE:
        findings = find_on_phone(meeting, evidence, matches, sources, policy.judging, now)
    else:
        findings = find_in_room(meeting, evidence, matches, sources, policy.judging, now)
        findings = heard_beside(findings, meeting, evidence, matches, policy.judging, now)
    if not sources and not words:
        findings = replace(findings, reasons=findings.reasons | {Reason.NO_SOURCE})
    findings, said_confirms = _hear(meeting, words, findings, policy)
    return _word(meeting, findings, policy, now, sources, said_confirms=said_confirms)


def _cancelled(meeting: Meeting, evidence: Evidence, now: datetime) -> set[Reason]:
    """A cancellation after somebody had already come is something our side should know."""
    came = now >= meeting.start and any(s.until >= meeting.start for s in evidence.sightings)
    return {Reason.CANCELLED, Reason.CANCELLED_AFTER_START} if came else {Reason.CANCELLED}


def _closed(meeting: Meeting, now: datetime, outcome: Outcome, reasons: set[Reason]) -> Verdict:
    return Verdict(
        outcome=outcome,
        judged_at=now,
        people=tuple(PersonVerdict(key=p.key, side=p.side) for p in meeting.people),
        reasons=frozenset(reasons),
        ended=now >= meeting.end,
        final=True,
    )


def _hear(meeting: Meeting, words: tuple[Statement, ...], findings: Findings, policy: Policy) -> tuple[Findings, bool]:
    """Findings after what our people said, and whether a person's negative answer confirms the absence by itself."""
    if any(w.said in SAYS_HELD for w in words):
        return _said_held(findings), False
    confirms = False
    for word in words:
        if word.said in SAYS_ABSENT:
            findings = _said_absent(findings, word)
            early = word.at < meeting.start + policy.judging.confirm_at_least
            confirms |= findings.theirs is SidePresence.ABSENT and not early
        elif word.said is Said.I_FORGOT and findings.ours is not SidePresence.PRESENT:
            people = _set(findings.people, {word.by}, Presence.ABSENT)
            # one of several who forgot does not speak for the others
            nobody = all(p.presence is Presence.ABSENT for p in people if p.side is Side.OURS)
            findings = replace(
                findings,
                ours=SidePresence.ABSENT if nobody else findings.ours,
                people=people,
                reasons=findings.reasons | {Reason.SAID_FORGOT},
            )
            confirms |= nobody
        elif word.said is Said.I_AM_HERE:
            findings = _said_here(findings, word)
    return findings, confirms


def _said_here(findings: Findings, word: Statement) -> Findings:
    people = _set(findings.people, {word.by}, Presence.PRESENT)
    return replace(findings, ours=SidePresence.PRESENT, people=people)


def _said_held(findings: Findings) -> Findings:
    """Any statement that somebody was present wins over everything else."""
    return replace(
        findings,
        ours=SidePresence.PRESENT,
        theirs=SidePresence.PRESENT,
        overlapped=True,
        people=tuple(
            replace(p, presence=Presence.PRESENT, absent_now=False, absent_since=None) for p in findings.people
        ),
        reasons=findings.reasons | {Reason.SAID_HELD},
    )


def _said_absent(findings: Findings, word: Statement) -> Findings:
    """A negative answer is coverage from the start to the answer; against a sure sighting it is a conflict."""
    if findings.theirs_latest is not None and findings.theirs_latest >= word.at:
        # they came after it was said: what the sources tell stands
        return _said_here(findings, word)
    if findings.theirs_surely:
        return replace(
            findings,
            theirs=SidePresence.UNKNOWN,
            overlapped=False,
            reasons=findings.reasons | {Reason.CONFLICT},
        )
    theirs = {p.key for p in findings.people if p.side is Side.THEIRS}
    return replace(
        findings,
        ours=SidePresence.PRESENT,
        theirs=SidePresence.ABSENT,
        overlapped=False,
        people=_set(_set(findings.people, theirs, Presence.ABSENT), {word.by}, Presence.PRESENT),
        as_of=max(findings.as_of or word.at, word.at),
        reasons=findings.reasons | {Reason.SAID_ABSENT},
    )


def _set(people: tuple[PersonVerdict, ...], keys: set[str], presence: Presence) -> tuple[PersonVerdict, ...]:
    return tuple(
        replace(p, presence=presence, maybe_seen=False, absent_now=False) if p.key in keys else p for p in people
    )


def _moment(
    meeting: Meeting, findings: Findings, confirmed: timedelta, now: datetime, *, said_confirms: bool
) -> Moment:
    """How far the slot has come: the evidence counts only as far as it reaches (as of t)."""
    reached = min(findings.as_of or now, now)
    if reached < meeting.start + confirmed and not said_confirms:
        return Moment.OPEN
    return Moment.ENDED if now >= meeting.end else Moment.CONFIRMED


def _late(meeting: Meeting, first: datetime | None) -> int | None:
    return None if first is None else max(0, int((first - meeting.start) / _MINUTE))


def _word(
    meeting: Meeting,
    findings: Findings,
    policy: Policy,
    now: datetime,
    sources: Mapping[str, SourceTraits],
    *,
    said_confirms: bool,
) -> Verdict:
    confirmed = confirmation(meeting, policy.judging)
    moment = _moment(meeting, findings, confirmed, now, said_confirms=said_confirms)
    slowest = max((s.lag for s in sources.values()), default=timedelta(0))
    if moment is Moment.OPEN and now >= meeting.start + gives_up(meeting, policy.judging, confirmed) + slowest:
        # the evidence broke off before the confirmation: the past is unknown
        findings = replace(
            findings,
            theirs=_doubt(findings.theirs),
            ours=_doubt(findings.ours),
            overlap_would_show=False,
            may_still_meet=False,
        )
        moment = Moment.ENDED if now >= meeting.end else Moment.CONFIRMED
    settled = settled_at(meeting, policy.judging, sources.values())
    outcome = decide(ours=findings.ours, theirs=findings.theirs, overlapped=findings.overlapped, moment=moment)
    if outcome is Outcome.MISSED_EACH_OTHER and (findings.may_still_meet or not findings.overlap_would_show):
        outcome = Outcome.UNKNOWN
    if outcome is Outcome.UNKNOWN and now < settled and _may_clear_up(findings, sources):
        moment, outcome = Moment.OPEN, Outcome.WAITING
    known_to = (findings.as_of or now) + slowest + policy.judging.fresh_for
    said = not findings.reasons.isdisjoint((Reason.SAID_ABSENT, Reason.SAID_FORGOT))
    sure = outcome is Outcome.HELD and Reason.PRESUMED not in findings.reasons
    final = sure or now >= settled
    return Verdict(
        outcome=outcome,
        judged_at=now,
        ours=findings.ours,
        theirs=findings.theirs,
        as_of=findings.as_of,
        people=findings.people,
        reasons=findings.reasons,
        ours_late=_late(meeting, findings.ours_first),
        theirs_late=_late(meeting, findings.theirs_first),
        at_least_missing=findings.at_least_missing,
        ours_here=findings.ours_here,
        theirs_here=findings.theirs_here,
        confirmed=moment is not Moment.OPEN,
        broken_off=known_to < min(now, meeting.end) and not said,
        ended=now >= meeting.end,
        final=final,
        next_look_at=_next_look_at(meeting, outcome, policy, sources, now, final=final),
    )


def _next_look_at(
    meeting: Meeting,
    outcome: Outcome,
    policy: Policy,
    sources: Mapping[str, SourceTraits],
    now: datetime,
    *,
    final: bool,
) -> datetime | None:
    """When time may change anything: what no source can change any more may still have rungs to come."""
    if not final:
        return next_look_at(meeting, policy, sources.values(), now)
    return next_rung_at(meeting, policy, now) if outcome in _STILL_FOLLOWED_UP else None


def _may_clear_up(findings: Findings, sources: Mapping[str, SourceTraits]) -> bool:
    """Whether it may still become clear by itself: both are there and may meet yet, or a source knows of talks and
    visits only once they have ended.

    Until then nobody is asked: what such a source cannot see yet is most often a talk that goes on.
    """
    if Reason.CONFLICT in findings.reasons:
        return False
    return findings.may_still_meet or any(s.ended_only for s in sources.values())


def _doubt(side: SidePresence) -> SidePresence:
    return SidePresence.UNKNOWN if side in (SidePresence.ABSENT, SidePresence.UNSEEN) else side
