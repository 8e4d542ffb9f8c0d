"""Why noshowd does what it does, in a sentence for somebody who sees it for the first time."""

from __future__ import annotations

from noshowd.domain.followup import Approval, Cause, FollowUp, FollowUpKind

_WHY: dict[FollowUpKind, str] = {
    FollowUpKind.NUDGE: "The guest is there and a live source shows that {person} is not. Nobody else is told.",
    FollowUpKind.WAITING_NOTICE: "{person} is there and waits; the room shows that the guest is not there yet.",
    FollowUpKind.COURTESY_MESSAGE: "We are in the room, the guest is not and was not; the invitation was accepted.",
    FollowUpKind.WORD_TO_WAITING: "The guest waits, and none of us is there.",
    FollowUpKind.RECALL_TASK: "It is confirmed that the guest did not come.",
    FollowUpKind.RESCHEDULE_OFFER: "It is confirmed, and the invitation was accepted.",
    FollowUpKind.QUESTION: "No source can know. One question settles it; without an answer it stays open.",
    FollowUpKind.APPROVAL: "Nothing goes to a guest before one of us has read exactly this text.",
    FollowUpKind.SUGGEST_CALL: "Nobody has rung yet.",
    FollowUpKind.COVER_NEEDED: "Somebody else may have to step in.",
    FollowUpKind.CORRECTION: "Something said before turned out otherwise.",
}
_NOTICES = {
    "blind": "Access refused ({detail}). While it is blind nothing is concluded and nobody is accused.",
    "recovered": "It can be seen again.",
    "enrolled": "Nobody is watched without being told, and without a way to leave.",
    "digest": "The day in a few lines.",
    "offer_booked": "The guest took a time on the page of the offer.",
    "in_doubt": "Killed while sending: a person looks, rather than a second mail going out.",
}
_OURS_MISSED = "It is confirmed that {person} did not come; the guest was there."


def why(followup: FollowUp, person: str) -> str:
    """The reason for sending this to `person` (a name)."""
    if followup.kind is FollowUpKind.NOTICE:
        step = followup.key.step.partition(":")[0]
        return _NOTICES.get(step, "").format(detail=followup.text or "no reason given")
    if followup.kind is FollowUpKind.RECALL_TASK and followup.cause is Cause.WE_ARE_MISSING:
        return _OURS_MISSED.format(person=person)
    said = _WHY.get(followup.kind, "").format(person=person)
    if followup.to_guest and followup.approval is Approval.ASK:
        return f"{said} One of us read the text and agreed."
    return said
