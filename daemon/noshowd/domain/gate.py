"""The send gate: just before anything leaves the house it is checked again, on freshly read facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from noshowd.domain.followup import TO_GUESTS, Approval, FollowUp, FollowUpKind, Withheld
from noshowd.domain.meeting import Meeting
from noshowd.domain.premises import Case, unmet
from noshowd.domain.verdict import Verdict

#: What shadow mode and a held database keep back: everything that leaves our side or writes somewhere.
_OUTWARD = TO_GUESTS | {FollowUpKind.RECALL_TASK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything outside the evidence that may keep noshowd from acting, as of now."""

    shadow: bool = False
    paused: bool = False
    #: A restored or copied database, or another living installation on the same calendars.
    sending_held: bool = False
    #: Sources whose circuit breaker is open, and those that this verdict rests on.
    broken_sources: frozenset[str] = field(default_factory=frozenset)
    relied_on: frozenset[str] = field(default_factory=frozenset)
    human_took_over: bool = False
    #: Whom it goes to, or all those whom a task is about, have a new appointment already.
    rebooked: bool = False
    #: The event and the sources could be read afresh.
    rechecked: bool = True
    #: The event alone could be read afresh.
    event_read: bool = True
    #: The event is no longer the one the follow-up was planned for.
    event_changed: bool = False
    opted_out: frozenset[str] = field(default_factory=frozenset)
    #: Persons (keys) that can be reached by some channel.
    unreachable: frozenset[str] = field(default_factory=frozenset)
    #: Guests who missed so many meetings that a person had better ring them.
    often_missed: frozenset[str] = field(default_factory=frozenset)
    #: Guests who are met again today, and when that will be decided; and those whom a later miss is written about.
    later_today: Mapping[str, datetime] = field(default_factory=dict)
    told_later: frozenset[str] = field(default_factory=frozenset)
    #: Messages of a kind already sent to a person today.
    sent_today: Mapping[tuple[str, FollowUpKind], int] = field(default_factory=dict)
    hourly_cap_reached: bool = False
    #: When a person may next be written to outside the slot; a missing key means at any time.
    awake_from: Mapping[str, datetime] = field(default_factory=dict)
    #: Persons of ours with a question still open.
    being_asked: frozenset[str] = field(default_factory=frozenset)
    #: Persons of ours of whom a hint says that they are in a call.
    in_a_call: frozenset[str] = field(default_factory=frozenset)
    #: Who takes over for whom (person key -> person key), where a policy names them.
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    #: End of the working day of the meeting's owner.
    day_ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`reason` None: go. With `until` it waits for that instant, without it never goes."""

    reason: Withheld | None = None
    until: datetime | None = None

    @property
    def go(self) -> bool:
        return self.reason is None


GO = Ruling()


def circumstance(followup: FollowUp, around: Circumstances, *, daily_limit: int, ordered: bool) -> Withheld | None:
    """The first circumstance that forbids this follow-up for good, or None."""
    kind, person = followup.kind, followup.key.person
    if around.human_took_over and not ordered:
        return Withheld.HUMAN_TOOK_OVER
    if person in around.unreachable:
        return Withheld.NO_ADDRESS
    if kind in _OUTWARD and around.shadow:
        return Withheld.SHADOW
    if kind is FollowUpKind.RECALL_TASK and around.rebooked and not ordered:
        return Withheld.ALREADY_REBOOKED
    if kind not in TO_GUESTS:
        return None
    if around.sending_held:
        return Withheld.SENDING_HELD
    if around.broken_sources & around.relied_on:
        return Withheld.CIRCUIT_BREAKER
    if person in around.opted_out:
        return Withheld.OPTED_OUT
    if around.rebooked:
        return Withheld.ALREADY_REBOOKED
    reason = None if ordered else _of_an_offer(followup, around)
    return reason or (Withheld.DAILY_LIMIT if around.sent_today.get((person, kind), 0) >= daily_limit else None)


def _of_an_offer(followup: FollowUp, around: Circumstances) -> Withheld | None:
    person = followup.key.person
    if followup.kind is not FollowUpKind.RESCHEDULE_OFFER:
        return None
    if person in around.told_later:
        return Withheld.SUPERSEDED_STEP
    return Withheld.SEVERAL_MISSES if person in around.often_missed else None


def _wait(followup: FollowUp, meeting: Meeting, around: Circumstances, now: datetime) -> Ruling:
    """What only has to wait: a calendar that cannot be read, pauses, quiet hours after the slot, the budgets."""
    if followup.kind is FollowUpKind.RECALL_TASK and not around.event_read:
        # that nobody came is proved, but perhaps the appointment no longer stands: better a later task than a wrong one
        return Ruling(reason=Withheld.CANNOT_RECHECK, until=followup.not_after)
    if around.paused:
        return Ruling(reason=Withheld.PAUSED, until=followup.not_after)
    if followup.to_guest and around.hourly_cap_reached:
        return Ruling(reason=Withheld.HOURLY_CAP, until=followup.not_after)
    later = around.later_today.get(followup.key.person)
    if later is not None and followup.kind is FollowUpKind.RESCHEDULE_OFFER and not followup.ordered:
        return Ruling(reason=Withheld.LATER_TODAY, until=later)
    awake = around.awake_from.get(followup.key.person)
    outside = now > meeting.end or followup.kind is FollowUpKind.CONFIRMATION
    if awake is not None and awake > now and outside:
        return Ruling(reason=Withheld.QUIET_HOURS, until=awake)
    if followup.kind is FollowUpKind.QUESTION:
        if followup.key.person in around.in_a_call:
            return Ruling(reason=Withheld.HINT_IN_A_CALL, until=followup.not_after)
        if followup.key.person in around.being_asked:
            return Ruling(reason=Withheld.QUESTION_BUDGET, until=followup.not_after)
    return GO


def gate(
    followup: FollowUp,
    meeting: Meeting,
    verdict: Verdict,
    around: Circumstances,
    now: datetime,
    *,
    daily_limit: int,
    ordered: bool = False,
) -> Ruling:
    """Whether this follow-up may leave now. `verdict` must be judged on evidence read for this very purpose.

    A message whose facts could not be read again goes to nobody outside (`cannot_recheck`); our own side is then asked.
    """
    if not followup.not_before <= now <= followup.not_after:
        return Ruling(reason=Withheld.OUTSIDE_WINDOW)
    if around.event_changed:
        return Ruling(reason=Withheld.EVENT_CHANGED)
    if not around.rechecked and (followup.to_guest or followup.kind is FollowUpKind.NUDGE):
        return Ruling(reason=Withheld.CANNOT_RECHECK)
    reason = unmet(Case(followup=followup, meeting=meeting, verdict=verdict, ordered=ordered))
    reason = reason or circumstance(followup, around, daily_limit=daily_limit, ordered=ordered)
    if reason is not None:
        return Ruling(reason=reason)
    return _wait(followup, meeting, around, now)


#: Approvals under which a person of ours decides before the guest reads it.
NEEDS_A_PERSON = frozenset({Approval.ASK, Approval.VETO})
