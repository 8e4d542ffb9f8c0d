"""What must be true before each kind of message leaves: the premises of the send gate (design, section 4).

One rule a function. A rule returns None when it is met, else the named reason not to act. Nothing here knows of
circumstances (pauses, limits, opt-outs); those are the gate's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from noshowd.domain.causes import cause_of
from noshowd.domain.entry import Response
from noshowd.domain.followup import Approval, Cause, FollowUp, FollowUpKind, Withheld
from noshowd.domain.meeting import Kind, Meeting, Person, Side
from noshowd.domain.verdict import (
    CONFIRMED_MISSES,
    Outcome,
    PersonVerdict,
    Presence,
    Reason,
    SidePresence,
    Verdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a rule may look at."""

    followup: FollowUp
    meeting: Meeting
    verdict: Verdict
    #: A person of ours asked for exactly this.
    ordered: bool = False

    @property
    def recipient(self) -> Person | None:
        return self.meeting.person(self.followup.key.person)

    @property
    def seen(self) -> PersonVerdict | None:
        return self.verdict.person(self.followup.key.person)


Rule = Callable[[Case], Withheld | None]


def not_held(case: Case) -> Withheld | None:
    return Withheld.HELD if case.verdict.outcome is Outcome.HELD else None


def not_called_off(case: Case) -> Withheld | None:
    off = (Outcome.CALLED_OFF, Outcome.NOT_WATCHED)
    return Withheld.CALLED_OFF if case.verdict.outcome in off else None


def no_call_running(case: Case) -> Withheld | None:
    return Withheld.HINT_IN_A_CALL if Reason.CALL_RUNNING in case.verdict.reasons else None


def recipient_absent_now(case: Case) -> Withheld | None:
    seen = case.seen
    return None if seen is not None and seen.absent_now else Withheld.NOT_PROVED


def recipient_never_seen(case: Case) -> Withheld | None:
    seen = case.seen
    if seen is None or seen.seen or seen.maybe_seen or seen.presence is Presence.PRESENT:
        return Withheld.SEEN_IN_THIS_ROUND
    return None


def their_side_never_seen(case: Case) -> Withheld | None:
    came = case.verdict.theirs in (SidePresence.PRESENT, SidePresence.ARRIVED)
    return Withheld.SEEN_IN_THIS_ROUND if came else None


def ours_here_now(case: Case) -> Withheld | None:
    return None if case.verdict.ours_here else Withheld.OUR_SIDE_NOT_THERE


def ours_waiting_now(case: Case) -> Withheld | None:
    """Somebody of ours is in the room, or knocks and is not let in."""
    ours = [p for p in case.verdict.people if p.side is Side.OURS]
    knocking = any(p.in_lobby and p.here_now for p in ours)
    return None if case.verdict.ours_here or knocking else Withheld.OUR_SIDE_NOT_THERE


def theirs_arrived(case: Case) -> Withheld | None:
    there = (SidePresence.PRESENT, SidePresence.ARRIVED)
    return None if case.ordered or case.verdict.theirs in there else Withheld.THEIR_SIDE_NOT_THERE


def ours_missing(case: Case) -> Withheld | None:
    return None if case.ordered or case.verdict.ours is SidePresence.ABSENT else Withheld.NOT_PROVED


def accepted(case: Case) -> Withheld | None:
    """Nobody writes to a guest who has neither accepted nor answered."""
    recipient = case.recipient
    return None if recipient is not None and recipient.accepted else Withheld.NOT_ACCEPTED


def video(case: Case) -> Withheld | None:
    return None if case.meeting.place.kind is Kind.VIDEO else Withheld.NOT_A_VIDEO_MEETING


def confirmed(case: Case) -> Withheld | None:
    known = case.verdict.confirmed and case.verdict.outcome in CONFIRMED_MISSES
    return None if case.ordered or known else Withheld.NOT_CONFIRMED


def cause_stands(case: Case) -> Withheld | None:
    """What was planned for one cause is not sent for another (their miss turned out to be ours)."""
    if case.ordered or case.followup.cause is cause_of(case.verdict):
        return None
    return Withheld.NOT_CONFIRMED


def recipient_missing_if_theirs(case: Case) -> Withheld | None:
    """An offer because they are missing goes only to those who were provably not there."""
    if case.ordered or case.followup.cause is not Cause.THEY_ARE_MISSING:
        return None
    seen = case.seen
    absent = seen is not None and seen.presence is Presence.ABSENT and not seen.maybe_seen
    return None if absent else Withheld.SEEN_IN_THIS_ROUND


def ordered(case: Case) -> Withheld | None:
    return None if case.ordered else Withheld.NOT_ORDERED


def unanswered(case: Case) -> Withheld | None:
    """Only who has not answered the invitation is asked whether they will come."""
    recipient = case.recipient
    return None if recipient is not None and recipient.response is Response.NONE else Withheld.ANSWERED


def recipient_not_here(case: Case) -> Withheld | None:
    seen = case.seen
    return Withheld.OUR_SIDE_IS_THERE if seen is not None and seen.here_now else None


def still_unclear(case: Case) -> Withheld | None:
    """A question is worth asking only while the answer is not known."""
    return Withheld.ANSWERED if case.verdict.outcome in CONFIRMED_MISSES else None


def still_not_talking(case: Case) -> Withheld | None:
    talked = case.verdict.ours_here and case.verdict.theirs_here
    return Withheld.HELD if talked else None


#: With one of these a call may be going on, or have been, that nobody told us of.
_MAY_HAVE_TALKED = frozenset(
    {
        Reason.UNSEEN_LINE,
        Reason.ENDED_ONLY,
        Reason.NO_COVERAGE,
        Reason.NO_SOURCE,
        Reason.GAP,
        Reason.BLIND_SPOT,
        Reason.HIDDEN_CALL,
        Reason.WEAK_NUMBER,
        Reason.OTHER_NUMBER,
        Reason.SHORT_TALK,
        Reason.OTHER_TIME,
    }
)


def surely_no_talk(case: Case) -> Withheld | None:
    """Nobody is told to ring who may be talking already, on a line or in a way that is not seen."""
    return Withheld.NOT_PROVED if case.verdict.reasons & _MAY_HAVE_TALKED else None


#: Approvals that are a person's own act, before the guest reads anything.
A_PERSONS_ACT = frozenset({Approval.ASK, Approval.DRAFT})


def a_person_decides_where_a_word_may_be_lost(case: Case) -> Withheld | None:
    """Silence of a source that may have lost somebody's coming never speaks to a guest by itself."""
    unsure = Reason.MAY_BE_LOST in case.verdict.reasons
    by_itself = not case.ordered and case.followup.approval not in A_PERSONS_ACT
    return Withheld.NOT_PROVED if unsure and by_itself else None


_THEY_SAID_SOMETHING = frozenset({Reason.SHORT_TALK, Reason.THEY_RANG})


def a_person_decides_after_a_ring(case: Case) -> Withheld | None:
    """A guest who was on the telephone meanwhile, or rang us in vain, has not kept silent."""
    rang = case.followup.cause is Cause.THEY_ARE_MISSING and case.verdict.reasons & _THEY_SAID_SOMETHING
    by_itself = not case.ordered and case.followup.approval not in A_PERSONS_ACT
    return Withheld.NOT_PROVED if rang and by_itself else None


def nothing_better_is_to_come(case: Case) -> Withheld | None:
    """An offer has days: what may rest on a lost word waits for whoever keeps a list, until the last of them spoke."""
    unsure = Reason.MAY_BE_LOST in case.verdict.reasons
    return Withheld.NOT_PROVED if unsure and not case.ordered and not case.verdict.final else None


def still_known(case: Case) -> Withheld | None:
    """An offer says that we did not speak: whoever came late while nobody looked may have come after all."""
    return Withheld.NOT_PROVED if case.verdict.broken_off and not case.ordered else None


_STANDS = (not_held, not_called_off)
PREMISES: dict[FollowUpKind, tuple[Rule, ...]] = {
    FollowUpKind.NUDGE: (*_STANDS, no_call_running, recipient_absent_now),
    FollowUpKind.WAITING_NOTICE: (*_STANDS, ours_waiting_now, still_not_talking),
    FollowUpKind.COURTESY_MESSAGE: (
        *_STANDS,
        video,
        accepted,
        ours_here_now,
        their_side_never_seen,
        recipient_never_seen,
        recipient_absent_now,
        no_call_running,
        a_person_decides_where_a_word_may_be_lost,
        a_person_decides_after_a_ring,
    ),
    FollowUpKind.WORD_TO_WAITING: (
        *_STANDS,
        accepted,
        no_call_running,
        theirs_arrived,
        ours_missing,
        a_person_decides_where_a_word_may_be_lost,
    ),
    FollowUpKind.RECALL_TASK: (*_STANDS, no_call_running, confirmed, cause_stands),
    FollowUpKind.RESCHEDULE_OFFER: (
        *_STANDS,
        accepted,
        no_call_running,
        confirmed,
        cause_stands,
        recipient_missing_if_theirs,
        still_known,
        nothing_better_is_to_come,
        a_person_decides_where_a_word_may_be_lost,
        a_person_decides_after_a_ring,
    ),
    FollowUpKind.ORDERED_MESSAGE: (not_called_off, ordered),
    FollowUpKind.CONFIRMATION: (not_called_off, unanswered),
    FollowUpKind.HEADS_UP: (*_STANDS, recipient_not_here),
    FollowUpKind.QUESTION: (*_STANDS, no_call_running, still_unclear),
    FollowUpKind.COVER_NEEDED: (*_STANDS, theirs_arrived, ours_missing),
    FollowUpKind.SUGGEST_CALL: (*_STANDS, no_call_running, surely_no_talk),
    FollowUpKind.APPROVAL: (),
    FollowUpKind.CORRECTION: (),
    FollowUpKind.NOTICE: (),
}


def unmet(case: Case) -> Withheld | None:
    """The first premise of this kind that does not hold, or None when all do."""
    for rule in PREMISES[case.followup.kind]:
        reason = rule(case)
        if reason is not None:
            return reason
    return None
