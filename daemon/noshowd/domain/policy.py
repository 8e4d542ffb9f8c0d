"""The parameters of judging and the ladders of what is done when, with the defaults of a courteous person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from noshowd.domain.followup import Approval, Cause, FollowUpKind
from noshowd.domain.meeting import Kind

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingRules:
    """How long is long enough. All defaults are the design's (section 2)."""

    early_window: timedelta = 15 * MINUTE
    shortest_stay: timedelta = MINUTE
    overlap_for_held: timedelta = MINUTE
    confirm_after: timedelta = 15 * MINUTE
    confirm_at_least: timedelta = 5 * MINUTE
    #: Talk shorter than this is no talk, talk between the two may be a mailbox.
    shortest_talk: timedelta = timedelta(seconds=20)
    sure_talk: timedelta = timedelta(seconds=90)
    #: How long before the start a call still counts, and after the end.
    call_early: timedelta = 10 * MINUTE
    call_late: timedelta = 15 * MINUTE
    #: A talk this far away on the same day is a hint that it took place at another time.
    other_time: timedelta = timedelta(hours=2)
    #: How far past the end a call may go on unseen by a source that lists only ended calls.
    longest_overrun: timedelta = 60 * MINUTE
    #: No telephone rings longer: of a call that seems to, the end was lost.
    longest_ringing: timedelta = 5 * MINUTE
    #: An attempt to ring counts as our part from this long before the start.
    attempt_early: timedelta = MINUTE
    #: "Not there now" rests on a look no older than this plus the source's lag.
    fresh_for: timedelta = timedelta(seconds=90)
    #: Two consecutive looks of a snapshot source are this far apart at most, else there is a gap.
    gap: timedelta = MINUTE

    def confirmation(self, length: timedelta) -> timedelta:
        """After how long absence counts as confirmed: 15 min or a third of the slot, never under 5 min."""
        return max(self.confirm_at_least, min(self.confirm_after, length / 3))

    def gives_up(self, length: timedelta) -> timedelta:
        """After how long evidence that broke off before the confirmation is waited for no longer."""
        return min(length, self.confirmation(length) + self.confirm_at_least) + self.gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A firm's own words for a call back, in the order of the call. `{host}` and `{time}` are filled in."""

    opening: str
    #: The one purpose, in one sentence.
    purpose: str
    first_step: str
    second_step: str
    no_time: str
    #: Said to a mailbox; never the topic.
    voicemail: str
    closing: str


class WindowKind(StrEnum):
    """How long a step may still be taken."""

    #: Only while the slot runs.
    SLOT = "slot"
    #: Until the end of the working day (recall tasks, questions).
    DAY = "day"
    #: For some days, in the recipient's waking hours (offers).
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: what is done how long after the start."""

    #: Stable name within its ladder; part of the follow-up's key.
    name: str
    kind: FollowUpKind
    #: After the start; None means at confirmation.
    after: timedelta | None
    approval: Approval = Approval.AUTO
    window: WindowKind = WindowKind.SLOT
    media: frozenset[Kind] = frozenset({Kind.VIDEO, Kind.PHONE})
    #: Take the step again this often while it stays true (nudges); None once.
    every: timedelta | None = None


def _minutes(count: int) -> timedelta:
    return count * MINUTE


VIDEO = frozenset({Kind.VIDEO})
PHONE = frozenset({Kind.PHONE})

#: The default ladders (design, section 7).
DEFAULT_LADDERS: dict[Cause, tuple[Step, ...]] = {
    Cause.THEY_ARE_MISSING: (
        Step(name="waiting", kind=FollowUpKind.WAITING_NOTICE, after=_minutes(3), media=VIDEO),
        Step(name="second_attempt", kind=FollowUpKind.SUGGEST_CALL, after=_minutes(5), media=PHONE),
        Step(
            name="courtesy",
            kind=FollowUpKind.COURTESY_MESSAGE,
            after=_minutes(5),
            approval=Approval.ASK,
            media=VIDEO,
        ),
        Step(name="recall", kind=FollowUpKind.RECALL_TASK, after=None, window=WindowKind.DAY),
        Step(
            name="offer",
            kind=FollowUpKind.RESCHEDULE_OFFER,
            after=_minutes(20),
            approval=Approval.ASK,
            window=WindowKind.DAYS,
        ),
    ),
    Cause.WE_ARE_MISSING: (
        Step(name="nudge", kind=FollowUpKind.NUDGE, after=_minutes(1), every=_minutes(3)),
        Step(
            name="word",
            kind=FollowUpKind.WORD_TO_WAITING,
            after=_minutes(3),
            approval=Approval.ASK,
        ),
        Step(name="cover", kind=FollowUpKind.COVER_NEEDED, after=_minutes(5)),
        Step(name="call_now", kind=FollowUpKind.RECALL_TASK, after=None, window=WindowKind.DAY),
        Step(
            name="offer",
            kind=FollowUpKind.RESCHEDULE_OFFER,
            after=_minutes(20),
            approval=Approval.ASK,
            window=WindowKind.DAYS,
        ),
    ),
    Cause.MISSED_EACH_OTHER: (
        Step(name="recall", kind=FollowUpKind.RECALL_TASK, after=None, window=WindowKind.DAY),
        Step(
            name="offer",
            kind=FollowUpKind.RESCHEDULE_OFFER,
            after=_minutes(20),
            approval=Approval.ASK,
            window=WindowKind.DAYS,
        ),
    ),
    Cause.NOT_ADMITTED: (Step(name="not_admitted", kind=FollowUpKind.WAITING_NOTICE, after=_minutes(1), media=VIDEO),),
    Cause.NOBODY_CAME: (Step(name="question", kind=FollowUpKind.QUESTION, after=None, window=WindowKind.DAY),),
    Cause.UNKNOWN: (
        Step(name="suggest", kind=FollowUpKind.SUGGEST_CALL, after=_minutes(3), media=PHONE),
        Step(name="question", kind=FollowUpKind.QUESTION, after=None, window=WindowKind.DAY),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What applies to a group of meetings."""

    name: str = "default"
    judging: JudgingRules = JudgingRules()
    ladders: dict[Cause, tuple[Step, ...]] = field(default_factory=lambda: dict(DEFAULT_LADDERS))
    #: Guests of one meeting who may be written to; with more it is a task for a person.
    most_guests: int = 3
    #: Messages of one kind to one guest in a day.
    daily_limit: int = 1
    #: How long an offer may still be sent; over a weekend too, when nobody is written to.
    offer_days: timedelta = timedelta(days=4)
    #: This many misses of one guest make the offer a task for a person.
    misses_before_task: int = 3
    #: A veto's clock, from the moment a reachable person received the question.
    veto_after: timedelta = 5 * MINUTE
    #: How long before the start one of ours hears of what will keep them.
    warn_before: timedelta = MINUTE
    #: How long before the start a guest who has not answered the invitation is asked once; None never.
    confirm_before: timedelta | None = None
    shadow: bool = True
    #: Questions wait for this time of day, in the zone of whom they go to, and come as one list; None: one by one.
    ask_at: time | None = None
    #: Own words for a call back; None: the built-in ones.
    guide: Guide | None = None
