"""For each kind of message a case in which it may go: what is planned, the verdict, and the meeting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.scenes import ANNA, GUS, at, video
from noshowd.domain.entry import Response
from noshowd.domain.followup import Approval, Cause, FollowUp, FollowUpKey, FollowUpKind, Withheld
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.premises import Case, unmet
from noshowd.domain.verdict import Outcome, PersonVerdict, Presence, SidePresence, Verdict

K, W = FollowUpKind, Withheld
NOW = at(12)


def followup(kind: FollowUpKind, cause: Cause, person: str, **changes: Any) -> FollowUp:
    values: dict[str, Any] = {
        "key": FollowUpKey(meeting="m", round=1, person=person, kind=kind, step="s"),
        "cause": cause,
        "approval": Approval.AUTO,
        "not_before": at(0),
        "not_after": at(30),
    }
    return FollowUp(**{**values, **changes})


def verdict(**changes: Any) -> Verdict:
    """They are missing, confirmed: Anna sits in the room, Gus was never seen."""
    values: dict[str, Any] = {
        "outcome": Outcome.THEY_ARE_MISSING,
        "judged_at": NOW,
        "ours": SidePresence.PRESENT,
        "theirs": SidePresence.ABSENT,
        "as_of": NOW,
        "ours_here": True,
        "confirmed": True,
        "people": (
            PersonVerdict(key=ANNA.key, side=Side.OURS, presence=Presence.PRESENT, seen=True, here_now=True),
            PersonVerdict(key=GUS.key, side=Side.THEIRS, presence=Presence.ABSENT, absent_now=True),
        ),
    }
    return Verdict(**{**values, **changes})


def guest(**changes: Any) -> tuple[PersonVerdict, ...]:
    """The people of `verdict` with Gus changed."""
    anna, gus = verdict().people
    return anna, replace(gus, **changes)


WE_MISS = verdict(
    outcome=Outcome.WE_ARE_MISSING,
    ours=SidePresence.ABSENT,
    theirs=SidePresence.PRESENT,
    ours_here=False,
    theirs_here=True,
    people=(
        PersonVerdict(key=ANNA.key, side=Side.OURS, presence=Presence.ABSENT, absent_now=True),
        PersonVerdict(key=GUS.key, side=Side.THEIRS, presence=Presence.PRESENT, seen=True, here_now=True),
    ),
)


OPEN = verdict(outcome=Outcome.WAITING, confirmed=False)
UNCLEAR = verdict(outcome=Outcome.UNKNOWN, theirs=SidePresence.UNKNOWN, confirmed=True)


#: kind -> a case in which it may go.
GOES: dict[FollowUpKind, tuple[FollowUp, Verdict]] = {
    K.NUDGE: (followup(K.NUDGE, Cause.WE_ARE_MISSING, ANNA.key), WE_MISS),
    K.WAITING_NOTICE: (followup(K.WAITING_NOTICE, Cause.THEY_ARE_MISSING, ANNA.key), OPEN),
    K.COURTESY_MESSAGE: (followup(K.COURTESY_MESSAGE, Cause.THEY_ARE_MISSING, GUS.key), OPEN),
    K.WORD_TO_WAITING: (followup(K.WORD_TO_WAITING, Cause.WE_ARE_MISSING, GUS.key), WE_MISS),
    K.RECALL_TASK: (followup(K.RECALL_TASK, Cause.THEY_ARE_MISSING, ANNA.key), verdict()),
    K.RESCHEDULE_OFFER: (followup(K.RESCHEDULE_OFFER, Cause.THEY_ARE_MISSING, GUS.key), verdict()),
    K.ORDERED_MESSAGE: (followup(K.ORDERED_MESSAGE, Cause.ORDERED, GUS.key, ordered=True), UNCLEAR),
    K.CONFIRMATION: (followup(K.CONFIRMATION, Cause.UNKNOWN, GUS.key), OPEN),
    K.HEADS_UP: (followup(K.HEADS_UP, Cause.UNKNOWN, ANNA.key), WE_MISS),
    K.QUESTION: (followup(K.QUESTION, Cause.UNKNOWN, ANNA.key), UNCLEAR),
    K.COVER_NEEDED: (followup(K.COVER_NEEDED, Cause.WE_ARE_MISSING, "ben@us.example"), WE_MISS),
    K.SUGGEST_CALL: (followup(K.SUGGEST_CALL, Cause.THEY_ARE_MISSING, ANNA.key), OPEN),
    K.APPROVAL: (followup(K.APPROVAL, Cause.THEY_ARE_MISSING, ANNA.key), verdict()),
    K.CORRECTION: (followup(K.CORRECTION, Cause.THEY_ARE_MISSING, ANNA.key), verdict()),
    K.NOTICE: (followup(K.NOTICE, Cause.UNKNOWN, ANNA.key), verdict()),
}


def meant(kind: FollowUpKind) -> Meeting:
    """The meeting in which this kind may go: Gus has accepted, but where he is asked whether he will come."""
    return video(ANNA, replace(GUS, response=Response.NONE)) if kind is K.CONFIRMATION else video()


def rule(kind: FollowUpKind, planned: FollowUp, result: Verdict, meeting: Meeting | None = None) -> Withheld | None:
    case = Case(followup=planned, meeting=meeting or meant(kind), verdict=result, ordered=planned.ordered)
    assert planned.kind is kind
    return unmet(case)
