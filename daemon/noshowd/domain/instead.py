"""A call in the place of a video meeting: the link does not open and the guest rings, or nobody comes and we ring.

What telephones tell beside a room proves that somebody was there, never that they were not. Only calls with a number of
the other side count: on a line of ours anybody may be talking. A talk with another extension of their firm proves
nothing, and leaves a doubt: that is how a switchboard shows who rings.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from noshowd.domain.attempts import MAY_BE_A_TALK, is_by_one_of_ours, latest_sign, sort_calls
from noshowd.domain.evidence import CallRecord, Direction, Evidence, MatchStrength, SourceTraits
from noshowd.domain.findings import Findings
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Kind, Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.verdict import PersonVerdict, Presence, Reason, SidePresence


def is_beside(source: SourceTraits, meeting: Meeting) -> bool:
    """Whether this source sees calls only, and the meeting is none: nothing waits for what it tells."""
    return source.telephone and meeting.place.kind is not Kind.PHONE


def heard_beside(
    findings: Findings, meeting: Meeting, evidence: Evidence, matches: Matches, rules: JudgingRules, now: datetime
) -> Findings:
    """What was found in the room, after what calls with the other side tell."""
    if not evidence.calls:
        return findings
    calls = sort_calls(meeting, evidence, matches, rules, now)
    if any(_in_its_place(call, meeting, rules, now) for call in calls.with_them):
        return _talked(findings, meeting, latest_sign(calls))
    left_open = {reason for call in calls.with_them if (reason := _left_open(call)) is not None}
    findings = replace(findings, reasons=findings.reasons | left_open)
    their_firm = [call for call in calls.maybe_theirs if matches.number(call.their_number) is not MatchStrength.NONE]
    return _perhaps_talked(findings, meeting, their_firm, rules, now)


def _in_its_place(call: CallRecord, meeting: Meeting, rules: JudgingRules, now: datetime) -> bool:
    """Long enough after the start: who rings before it may say that they will not come."""
    within = (call.ended or now) - meeting.start
    return min(call.talked(now), within) >= rules.sure_talk


def _left_open(call: CallRecord) -> Reason | None:
    """What a call leaves open that was no talk for sure."""
    if call.running:
        return Reason.CALL_RUNNING
    if call.result in MAY_BE_A_TALK:
        return Reason.SHORT_TALK
    return Reason.THEY_RANG if call.direction is Direction.IN else None


def _perhaps_talked(
    findings: Findings, meeting: Meeting, with_their_firm: list[CallRecord], rules: JudgingRules, now: datetime
) -> Findings:
    """Long talks with their firm: neither side is missing for sure. A person of ours is still told that they are waited
    for, unless the talk went over a line of ours.
    """
    by_ours = [call for call in with_their_firm if is_by_one_of_ours(call, meeting)]
    if any(call.running for call in by_ours):
        findings = replace(findings, reasons=findings.reasons | {Reason.CALL_RUNNING})
    long = [call for call in with_their_firm if _in_its_place(call, meeting, rules, now)]
    if not long:
        return findings
    in_doubt = {Side.THEIRS} | {Side.OURS for call in long if call in by_ours}

    def anew(person: PersonVerdict) -> PersonVerdict:
        if person.side not in in_doubt:
            return person
        absent = person.presence is Presence.ABSENT
        presence = Presence.UNKNOWN if absent else person.presence
        return replace(person, presence=presence, absent_now=False, absent_since=None)

    return replace(
        findings,
        ours=_doubted(findings.ours),
        theirs=_doubted(findings.theirs),
        overlap_would_show=False,
        people=tuple(anew(person) for person in findings.people),
        reasons=findings.reasons | {Reason.WEAK_NUMBER},
    )


def _doubted(side: SidePresence) -> SidePresence:
    return SidePresence.UNKNOWN if side is SidePresence.ABSENT else side


def _talked(findings: Findings, meeting: Meeting, heard: datetime | None) -> Findings:
    """They met, on the telephone. Who of several it was is not known."""
    several = {side for side in Side if len(meeting.side(side)) > 1}

    def anew(person: PersonVerdict) -> PersonVerdict:
        there = Presence.UNKNOWN if person.side in several else Presence.PRESENT
        known = person.presence if person.presence is Presence.PRESENT else there
        return replace(person, presence=known, absent_now=False, absent_since=None)

    return replace(
        findings,
        ours=SidePresence.PRESENT,
        theirs=SidePresence.PRESENT,
        overlapped=True,
        theirs_surely=True,
        theirs_latest=max((at for at in (findings.theirs_latest, heard) if at is not None), default=None),
        people=tuple(anew(person) for person in findings.people),
        reasons=findings.reasons | {Reason.TALKED},
    )
