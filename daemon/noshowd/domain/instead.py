"""A call in the place of a video meeting: the link does not open and the guest rings, or nobody comes and we ring.

What telephones tell beside a room proves that somebody was there, never that they were not. Only calls with a number of
the other side count: on a line of ours anybody may be talking.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from noshowd.domain.attempts import MAY_BE_A_TALK, latest_sign, sort_calls
from noshowd.domain.evidence import CallRecord, Direction, Evidence, SourceTraits
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
    return replace(findings, reasons=findings.reasons | left_open)


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
