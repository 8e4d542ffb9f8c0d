"""One generated meeting, watched from its window's opening to its last correction: look, judge, plan, gate, send.

Every approval is given a minute after it was asked for, without a thought, unless the two met by a way of which no
source tells: so a wrong message that only a person would have stopped counts as wrong. Questions are answered
truthfully, by whoever answers at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mission.claims import came_by, met_by, off_by, only_they_know, talks_by_telephone, there_now
from mission.convert import instant, said, seconds, to_meeting, to_observation, to_traits, to_us
from mission.sensor import look
from noshowd.domain.evidence import CallRecord, Coverage, Evidence, Sighting, SourceTraits, Statement
from noshowd.domain.followup import Approval, FollowUp, FollowUpKind, State
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.instead import is_beside
from noshowd.domain.judge import judge
from noshowd.domain.matching import Matches
from noshowd.domain.meeting import Meeting
from noshowd.domain.plan import Existing, plan
from noshowd.domain.policy import Policy
from noshowd.domain.timing import next_source_look
from noshowd.domain.verdict import Outcome, Verdict
from noshowd.engine.presence.matching import discreet, match
from noshowd.reading.sides import Us

#: How long after a change in the calendar the watching side knows of it; the gate reads afresh.
SYNC_LAG = 60
_APPROVED_AFTER = timedelta(minutes=1)
_LAST = timedelta(hours=4)
_NEVER = datetime.max.replace(tzinfo=UTC)
#: A meeting whose looks go on and on is a fault of the judge.
_MOST_TURNS = 2000

Case = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message or task that left, and what is wrong with it (empty when nothing)."""

    at: int
    kind: FollowUpKind
    to: str
    cause: str
    wrong: str = ""


@dataclass(slots=True)
class Day:
    """The state of one meeting while its day runs."""

    case: Case
    policy: Policy = field(default_factory=lambda: Policy(shadow=False))
    sightings: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    calls: dict[tuple[str, str], CallRecord] = field(default_factory=dict)
    coverages: dict[str, list[Coverage]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    promised: list[Statement] = field(default_factory=list)
    rows: dict[str, Existing] = field(default_factory=dict)
    approve_at: dict[str, datetime] = field(default_factory=dict)
    looks: dict[str, datetime] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    verdict: Verdict | None = None
    #: When each outcome was first said.
    first_said: dict[Outcome, int] = field(default_factory=dict)
    meeting: Meeting | None = None
    turns: int = 0
    _traits: dict[str, SourceTraits] = field(init=False)
    _us: Us = field(init=False)
    _versions: dict[tuple[int, int], Meeting] = field(default_factory=dict)
    _matched: dict[tuple[object, ...], Matches] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._traits = {s["name"]: to_traits(s) for s in self.case["sources"]}
        self._us = to_us(self.case)

    def run(self) -> None:
        now = instant(self.case["versions"][0]["start"] - 15 * 60)
        last = instant(max(v["end"] for v in self.case["versions"])) + _LAST
        next_turn: datetime | None = now
        while next_turn is not None and next_turn <= last:
            now = next_turn
            self.turns += 1
            if self.turns > _MOST_TURNS:
                raise RuntimeError(f"{self.case['key']}: more than {_MOST_TURNS} looks")
            self._turn(now)
            next_turn = self._next(now)

    def _turn(self, now: datetime) -> None:
        meeting = self._known_meeting(now)
        self.statements += [s for s in self.promised if s.at <= now]
        self.promised = [s for s in self.promised if s.at > now]
        due = [s for s in self.case["sources"] if self.looks.get(s["name"], now) <= now]
        heard = dict(self.calls)
        self._look(due, now)
        silent = bool(due) and all(s["beside"] for s in due) and heard == self.calls
        if self.verdict is not None and silent and not self._may_differ(now):
            self._look_next(due, meeting, self.verdict, now)
            return
        verdict = self.verdict = self._judge(meeting, now)
        self.first_said.setdefault(verdict.outcome, seconds(now))
        self._look_next(due, meeting, verdict, now)
        self._plan(meeting, verdict, now)
        for key, row in list(self.rows.items()):
            asked_for = row.state is State.AWAITING and self.approve_at.get(key, _NEVER) <= now
            if asked_for and not only_they_know(self.case, seconds(now)):
                self.rows[key] = Existing(followup=row.followup, state=State.QUEUED)
            if self.rows[key].state is State.QUEUED:
                self._deliver(key, now)

    def _may_differ(self, now: datetime) -> bool:
        """Whether anything but a look may have changed since the last verdict: time, a word, the calendar, a call."""
        last = self.verdict
        assert last is not None
        instants = [*(s.at for s in self.statements), *self.approve_at.values(), last.next_look_at or _NEVER]
        instants += [instant(v["known_at"] + SYNC_LAG) for v in self.case["versions"]]
        return any(last.judged_at < t <= now for t in instants) or any(c.running for c in self.calls.values())

    def _look_next(self, sources: list[dict[str, Any]], meeting: Meeting, verdict: Verdict, now: datetime) -> None:
        for source in sources:
            upcoming = next_source_look(meeting, self._traits[source["name"]], self.policy, verdict, now)
            self.looks[source["name"]] = upcoming or _NEVER

    def _next(self, now: datetime) -> datetime | None:
        instants = [*self.looks.values(), *(s.at for s in self.promised)]
        instants += [t for key, t in self.approve_at.items() if self.rows[key].state is State.AWAITING]
        instants += [instant(v["known_at"] + SYNC_LAG) for v in self.case["versions"]]
        if self.verdict is not None and self.verdict.next_look_at is not None:
            instants.append(self.verdict.next_look_at)
        return min((t for t in instants if t > now), default=None)

    def _known_meeting(self, now: datetime) -> Meeting:
        """The meeting as the mirror has it; a new start is a new round, with evidence of its own."""
        known = [v for v in self.case["versions"] if v["known_at"] + SYNC_LAG <= seconds(now)]
        known = known or self.case["versions"][:1]
        round_number = len({v["start"] for v in known})
        version = (len(known), round_number)
        meeting = self._versions.get(version)
        if meeting is None:
            meeting = self._versions[version] = to_meeting(self.case, known[-1], round_number)
        if self.meeting is not None and meeting.round != self.meeting.round:
            self.sightings, self.calls, self.coverages, self.looks = {}, {}, {}, {}
            for key, row in self.rows.items():
                if row.state in (State.AWAITING, State.QUEUED):
                    self.rows[key] = Existing(followup=row.followup, state=State.WITHDRAWN)
        self.meeting = meeting
        return meeting

    def _look(self, sources: list[dict[str, Any]], now: datetime) -> bool:
        """Ask these sources; whether all of them answered."""
        assert self.meeting is not None
        opening = seconds(self.meeting.start) - 15 * 60
        good = True
        for source in sources:
            answer = look(source, opening, seconds(now))
            traits = self._traits[source["name"]]
            beside = is_beside(traits, self.meeting)
            if "error" in answer:
                good = good and beside
                continue
            seen = discreet(self.meeting, to_observation(source, traits, answer), self._us)
            self.sightings.update({(s.source, s.stay): s for s in seen.sightings})
            self.calls.update({(c.source, c.call): c for c in seen.calls})
            if source["kind"] == "snapshot":
                self._add_moments(source["name"], seen.coverages)
            elif not beside:
                self.coverages[source["name"]] = list(seen.coverages)
        return good

    def _add_moments(self, name: str, new: tuple[Coverage, ...]) -> None:
        """Moments are kept as they are; only what is equal is not kept twice."""
        kept = self.coverages.setdefault(name, [])
        kept += [c for c in new if c not in kept]

    def _judge(self, meeting: Meeting, now: datetime) -> Verdict:
        evidence = Evidence(
            sightings=tuple(self.sightings.values()),
            calls=tuple(self.calls.values()),
            coverages=tuple(c for kept in self.coverages.values() for c in kept),
            statements=tuple(self.statements),
        )
        matches = self._match(meeting, evidence)
        sources = {name: traits for name, traits in self._traits.items() if not is_beside(traits, meeting)}
        return judge(meeting, evidence, matches, self.policy, now, sources=sources)

    def _match(self, meeting: Meeting, evidence: Evidence) -> Matches:
        """Who is who; the same people in the same meeting are matched once."""
        seen = (meeting.round, *(s.identity for s in evidence.sightings), *(c.their_number for c in evidence.calls))
        if seen not in self._matched:
            self._matched[seen] = match(meeting, evidence, self._us)
        return self._matched[seen]

    def _plan(self, meeting: Meeting, verdict: Verdict, now: datetime) -> None:
        made = plan(meeting, verdict, self.policy, list(self.rows.values()), Circumstances(), now)
        gone = [(str(k), State.WITHDRAWN) for k, _ in made.withdraw]
        gone += [(str(k), State.RETRACTED) for k in made.take_back]
        for key, state in gone:
            self.rows[key] = Existing(followup=self.rows[key].followup, state=state)
        for followup in made.add:
            asks = followup.to_guest and followup.approval is not Approval.AUTO
            key = str(followup.key)
            self.rows[key] = Existing(followup=followup, state=State.AWAITING if asks else State.QUEUED)
            if asks:
                self.approve_at[key] = now + _APPROVED_AFTER

    def _deliver(self, key: str, now: datetime) -> None:
        """The gate on facts read for this purpose, then the send."""
        followup = self.rows[key].followup
        assert self.meeting is not None
        rechecked = self._look(self.case["sources"], now)
        verdict = self._judge(self.meeting, now)
        changed = off_by(self.case, seconds(self.meeting.start), seconds(now))
        around = Circumstances(rechecked=rechecked, event_changed=changed)
        ruling = gate(followup, self.meeting, verdict, around, now, daily_limit=self.policy.daily_limit)
        if ruling.go:
            self.rows[key] = Existing(followup=followup, state=State.SENT)
            self._note(followup, seconds(now))
        elif ruling.until is None or ruling.until <= now:
            self.rows[key] = Existing(followup=followup, state=State.WITHHELD)

    def _note(self, followup: FollowUp, now: int) -> None:
        self.sent.append(
            Sent(
                at=now,
                kind=followup.kind,
                to=followup.key.person,
                cause=followup.cause.value,
                wrong=wrong(self.case, followup, now),
            )
        )
        if followup.kind is FollowUpKind.QUESTION:
            self._answer(followup.key.person, now)

    def _answer(self, by: str, now: int) -> None:
        delay = self.case["answers"].get(by)
        if delay is None:
            return
        statement = said(self.case, by, now + delay)
        if statement is not None:
            self.promised.append(statement)


_SAYS_WE = frozenset({FollowUpKind.NUDGE, FollowUpKind.WORD_TO_WAITING, FollowUpKind.COVER_NEEDED})
_SAYS_MISSED = frozenset({FollowUpKind.RECALL_TASK, FollowUpKind.RESCHEDULE_OFFER})


def wrong(case: Case, followup: FollowUp, now: int) -> str:
    """What a message claims that is not so; empty when it claims no absence or the truth."""
    kind, cause = followup.kind, followup.cause.value
    if kind not in _SAYS_WE | _SAYS_MISSED | {FollowUpKind.COURTESY_MESSAGE}:
        return ""
    if only_they_know(case, now):
        return "met elsewhere" if case["truth"]["elsewhere"] else "talked untold"
    if kind in {FollowUpKind.COURTESY_MESSAGE, FollowUpKind.WORD_TO_WAITING} and talks_by_telephone(case, now):
        return "they had met by telephone"
    if kind is FollowUpKind.NUDGE:
        return "our person was there" if there_now(case, "ours", now, {followup.key.person}) else ""
    if kind in _SAYS_WE:
        return "our side was there" if there_now(case, "ours", now) else ""
    if kind is FollowUpKind.COURTESY_MESSAGE:
        return "the guest was there" if there_now(case, "theirs", now, {followup.key.person}) else ""
    if cause == "they_are_missing":
        return "their side had come" if came_by(case, "theirs", now) else ""
    if cause == "we_are_missing":
        return "our side had come" if came_by(case, "ours", now) else ""
    return "they had met" if met_by(case, now) else ""
