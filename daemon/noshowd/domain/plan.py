"""From a verdict to what should be done about it: rungs of a ladder to add, to withdraw, to take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter

from noshowd.domain.causes import cause_of
from noshowd.domain.followup import (
    TO_GUESTS,
    Approval,
    Cause,
    FollowUp,
    FollowUpKey,
    FollowUpKind,
    State,
    Withheld,
)
from noshowd.domain.gate import NEEDS_A_PERSON, Circumstances, circumstance
from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy, Step, WindowKind
from noshowd.domain.premises import A_PERSONS_ACT, Case, unmet
from noshowd.domain.recipients import owner, recipients
from noshowd.domain.timing import confirmation, last_instant
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence, Verdict

#: States in which an effect has not left yet and can simply be withdrawn.
_PENDING = frozenset({State.AWAITING, State.QUEUED})
#: Kinds that only ask or inform; once the case is settled their message is edited, not kept.
_REVOCABLE = frozenset(
    {
        FollowUpKind.NUDGE,
        FollowUpKind.HEADS_UP,
        FollowUpKind.WAITING_NOTICE,
        FollowUpKind.RECALL_TASK,
        FollowUpKind.RESCHEDULE_OFFER,
        FollowUpKind.QUESTION,
        FollowUpKind.COVER_NEEDED,
        FollowUpKind.SUGGEST_CALL,
        FollowUpKind.APPROVAL,
    }
)
_SETTLED = frozenset({Outcome.HELD, Outcome.CALLED_OFF, Outcome.NOT_WATCHED})
#: States of a message that reaches its reader.
_LEFT = frozenset({State.QUEUED, State.SENDING, State.SENT, State.UNCERTAIN})
#: "Five minutes", and one to come in.
_A_LITTLE_LATER = timedelta(minutes=6)
#: What is not needed before somebody comes who has said so.
_UNTIL_WE_COME = frozenset({FollowUpKind.NUDGE, FollowUpKind.WORD_TO_WAITING, FollowUpKind.COVER_NEEDED})
_MAX_DAY = timedelta(hours=10)
_LATEST = itemgetter(0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """An effect already planned earlier."""

    followup: FollowUp
    state: State
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to save together with the verdict. Planning twice on the same facts adds nothing the second time."""

    add: tuple[FollowUp, ...] = ()
    withhold: tuple[tuple[FollowUp, Withheld], ...] = ()
    withdraw: tuple[tuple[FollowUpKey, Withheld], ...] = ()
    take_back: tuple[FollowUpKey, ...] = ()


def plan(
    meeting: Meeting,
    verdict: Verdict,
    policy: Policy,
    existing: Sequence[Existing],
    around: Circumstances,
    now: datetime,
) -> Plan:
    """What the ladders ask for as of `now`, less what exists, what lacks a premise and what circumstances forbid."""
    have = {row.followup.key for row in existing}
    wanted = [f for f in _rungs(meeting, verdict, policy, around, now) if f.key not in have]
    announced = _announced(existing)
    if announced is not None:
        # a nudge comes again by itself; what comes once has to wait
        wanted = [
            f
            for f in wanted
            if f.kind not in _UNTIL_WE_COME or announced <= (f.not_before if f.kind is FollowUpKind.NUDGE else now)
        ]
    add: list[FollowUp] = []
    withhold: list[tuple[FollowUp, Withheld]] = []
    for followup in wanted:
        reason = circumstance(followup, around, daily_limit=policy.daily_limit, ordered=False)
        if reason is not None:
            withhold.append((followup, reason))
            continue
        add.append(followup)
        if followup.approval in NEEDS_A_PERSON:
            add.append(_approval(followup, meeting, verdict))
    withdraw = _withdrawals(meeting, verdict, existing)
    return Plan(
        add=tuple(add),
        withhold=tuple(withhold),
        withdraw=tuple(withdraw),
        take_back=_revocable(existing) if verdict.outcome in _SETTLED else _moot(existing, withdraw),
    )


def _announced(existing: Sequence[Existing]) -> datetime | None:
    """By when one of ours is to be there who has told the guests that they come a little later."""
    told = [
        row.followup.not_before
        for row in existing
        if row.followup.kind is FollowUpKind.ORDERED_MESSAGE and row.state in _LEFT
    ]
    return max(told) + _A_LITTLE_LATER if told else None


def close_round(existing: Sequence[Existing]) -> Plan:
    """What becomes of the effects of a round whose meeting was moved: nothing of it is sent or asked any more."""
    return Plan(
        withdraw=tuple((row.followup.key, Withheld.EVENT_CHANGED) for row in existing if row.state in _PENDING),
        take_back=_revocable(existing),
    )


def _revocable(existing: Sequence[Existing]) -> tuple[FollowUpKey, ...]:
    return tuple(r.followup.key for r in existing if r.state is State.SENT and r.followup.kind in _REVOCABLE)


def _moot(existing: Sequence[Existing], withdraw: Sequence[tuple[FollowUpKey, Withheld]]) -> tuple[FollowUpKey, ...]:
    """Questions for approval that lie before somebody although there is nothing left to approve."""
    asked = [r.followup for r in existing if r.followup.kind is FollowUpKind.APPROVAL and r.state is State.SENT]
    if not asked:
        return ()
    pending = {row.followup.key for row in existing if row.state in _PENDING} - {key for key, _ in withdraw}
    undecided = {str(key) for key in pending}
    return tuple(question.key for question in asked if question.concerns not in undecided)


def _rungs(
    meeting: Meeting,
    verdict: Verdict,
    policy: Policy,
    around: Circumstances,
    now: datetime,
) -> list[FollowUp]:
    """The rungs that are due; of several for one audience only the latest: one that was missed never comes after it."""
    cause = cause_of(verdict)
    if cause is None:
        return []
    confirmed, reached = confirmation(meeting, policy.judging), _reached(verdict, now)
    missing = tuple([p.key for p in verdict.people if p.absent_now or p.presence is Presence.ABSENT])
    due = [
        (at, number, rung)
        for number, rung in enumerate(policy.ladders.get(cause, ()))
        if meeting.place.kind in rung.media and (at := _due_at(meeting, rung, verdict, confirmed, reached)) is not None
    ]
    told: dict[tuple[bool, str, bool], FollowUp] = {}
    # the latest first; of two at one instant the one that stands later in the ladder
    for at, _, of_ladder in sorted(due, key=_LATEST, reverse=True):
        rung = _by_a_person(meeting, verdict, policy, cause, of_ladder)
        closes = _closes(rung.window, meeting, policy, around)
        for person in _audience(meeting, verdict, policy, cause, rung, around):
            # what comes again and again takes the place of nothing else
            audience = (rung.kind in TO_GUESTS, person, rung.every is None)
            if audience in told:
                continue
            followup = _followup(meeting, verdict, cause, rung, person, missing, at, closes)
            stands = unmet(Case(followup=followup, meeting=meeting, verdict=verdict)) is None
            if stands and now <= followup.not_after:
                told[audience] = followup
    return list(told.values())


def _reached(verdict: Verdict, now: datetime) -> datetime:
    """How far the slot has come for the rungs: with an unconfirmed absence as far as the evidence reaches (as of t)."""
    absence = SidePresence.ABSENT in (verdict.ours, verdict.theirs)
    return min(verdict.as_of, now) if absence and verdict.as_of is not None and not verdict.confirmed else now


def _due_at(meeting: Meeting, rung: Step, verdict: Verdict, confirmed: timedelta, reached: datetime) -> datetime | None:
    """The latest instant of this rung that has been `reached`, or None."""
    if rung.after is None and not verdict.confirmed:
        return None
    return last_instant(meeting, rung, confirmed, reached) or (meeting.start if rung.after is None else None)


def _audience(
    meeting: Meeting, verdict: Verdict, policy: Policy, cause: Cause, rung: Step, around: Circumstances
) -> list[str]:
    """The person keys a rung goes to; nobody where it would be too many guests."""
    people = recipients(rung.kind, cause, meeting, verdict, around.stand_ins)
    return [] if rung.kind in TO_GUESTS and len(people) > policy.most_guests else people


def _followup(
    meeting: Meeting,
    verdict: Verdict,
    cause: Cause,
    rung: Step,
    person: str,
    missing: tuple[str, ...],
    at: datetime,
    closes: datetime,
) -> FollowUp:
    name = rung.name if rung.every is None else f"{rung.name}@{int((at - meeting.start).total_seconds())}"
    return FollowUp(
        key=FollowUpKey(meeting=meeting.key, round=meeting.round, person=person, kind=rung.kind, step=name),
        cause=cause,
        approval=_approval_for(rung, verdict),
        about=missing,
        not_before=min(at, closes),
        not_after=max(at, closes),
    )


def _closes(window: WindowKind, meeting: Meeting, policy: Policy, around: Circumstances) -> datetime:
    match window:
        case WindowKind.SLOT:
            return meeting.end
        case WindowKind.DAY:
            return around.day_ends or meeting.end + _MAX_DAY
        case WindowKind.DAYS:
            return meeting.end + policy.offer_days


def _approval_for(rung: Step, verdict: Verdict) -> Approval:
    """What the ladder says; but what may rest on a lost word waits for a person's yes."""
    if rung.kind not in TO_GUESTS:
        return Approval.AUTO
    unsure = Reason.MAY_BE_LOST in verdict.reasons and rung.approval not in A_PERSONS_ACT
    return Approval.ASK if unsure else rung.approval


def _by_a_person(meeting: Meeting, verdict: Verdict, policy: Policy, cause: Cause, rung: Step) -> Step:
    """An offer to nobody who may be written to is a task in its place, unless the ladder has one anyway."""
    if rung.kind is not FollowUpKind.RESCHEDULE_OFFER:
        return rung
    guests = [meeting.person(key) for key in recipients(rung.kind, cause, meeting, verdict, {})]
    writable = len(guests) <= policy.most_guests and any(g is not None and g.accepted for g in guests)
    tasks = [one for one in policy.ladders[cause] if one.kind is FollowUpKind.RECALL_TASK]
    if writable or not guests or any(meeting.place.kind in one.media for one in tasks):
        return rung
    return replace(rung, kind=FollowUpKind.RECALL_TASK, approval=Approval.AUTO, window=WindowKind.DAY)


def _approval(followup: FollowUp, meeting: Meeting, verdict: Verdict) -> FollowUp:
    """The question to our side whether this message may go out; it lives as long as the message."""
    return FollowUp(
        key=FollowUpKey(
            meeting=meeting.key,
            round=meeting.round,
            person=owner(meeting, verdict),
            kind=FollowUpKind.APPROVAL,
            step=f"{followup.kind}:{followup.key.step}:{followup.key.person}",
        ),
        cause=followup.cause,
        about=followup.about,
        not_before=followup.not_before,
        not_after=followup.not_after,
        concerns=str(followup.key),
    )


def _withdrawals(
    meeting: Meeting, verdict: Verdict, existing: Sequence[Existing]
) -> list[tuple[FollowUpKey, Withheld]]:
    """Everything not sent yet whose premises no longer hold, and the approvals that ask about it."""
    gone: dict[str, Withheld] = {}
    found: list[tuple[FollowUpKey, Withheld]] = []
    for row in existing:
        if row.state not in _PENDING:
            continue
        case = Case(followup=row.followup, meeting=meeting, verdict=verdict, ordered=row.ordered)
        reason = unmet(case)
        if reason is not None:
            found.append((row.followup.key, reason))
            gone[str(row.followup.key)] = reason
    found += [
        (row.followup.key, gone[row.followup.concerns])
        for row in existing
        if row.state in _PENDING and row.followup.concerns in gone
    ]
    return found
