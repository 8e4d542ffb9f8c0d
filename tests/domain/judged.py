"""The values of `scenes` judged and planned: each meeting may be seen in its room and on its lines."""

from __future__ import annotations

from datetime import datetime

from domain.scenes import MATCHES, MEET, PBX, POLICY, at, video
from noshowd.domain.evidence import Evidence
from noshowd.domain.gate import Circumstances
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Meeting
from noshowd.domain.plan import Existing, Plan, plan
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import PersonVerdict, Verdict

SOURCES = {"meet": MEET, "pbx": PBX}


def judged(meeting: Meeting, evidence: Evidence, now: datetime) -> Verdict:
    return judge(meeting, evidence, MATCHES, POLICY, now, sources=SOURCES)


def in_room(evidence: Evidence, minute: float, meeting: Meeting | None = None) -> Verdict:
    """What is judged of a video meeting so many minutes after its start."""
    return judged(meeting or video(), evidence, at(minute))


def person(result: Verdict, key: str) -> PersonVerdict:
    found = result.person(key)
    assert found is not None
    return found


def planned(
    meeting: Meeting,
    evidence: Evidence,
    minute: float,
    *existing: Existing,
    around: Circumstances | None = None,
    policy: Policy = POLICY,
) -> Plan:
    now = at(minute)
    return plan(meeting, judged(meeting, evidence, now), policy, existing, around or Circumstances(), now)
