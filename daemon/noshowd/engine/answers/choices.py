"""The opaque value behind a button or link: a verb and the key of the message it stands under."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from noshowd.domain.evidence import SAYS_HELD, SAYS_OFF, Said
from noshowd.domain.followup import FollowUp, FollowUpKind, State
from noshowd.domain.meeting import Meeting
from noshowd.ports.answers import TAKEN


class Verb(StrEnum):
    """What a tap may ask for, beside the statements of `Said`."""

    APPROVE = "approve"
    REFUSE = "refuse"
    #: "Five minutes late", to the other side.
    LATE = "late"
    #: "Offer three times", to the other side.
    OFFER = "offer"
    #: "Send the message", to a guest, on a person's order.
    COURTESY = "courtesy"
    #: "Stop everything today": nothing more about any meeting of this person until midnight.
    STOP_TODAY = "stop_today"
    #: "Do not watch over my appointments", and the opposite.
    LEAVE = "leave"
    COME_BACK = "come_back"
    #: Plain words of a reply; what they mean depends on what was asked.
    YES = "yes"
    NO = "no"
    #: It did leave / it did not, about a message in doubt.
    IT_LEFT = "it_left"
    IT_DID_NOT = "it_did_not"
    #: Book the time that a guest named in a reply.
    BOOK = "book"


class Noted(StrEnum):
    """What became of an answer, for whoever gave it."""

    NOTED = TAKEN
    ALREADY = "already decided"
    TOO_LATE = "too late"
    NOT_YOURS = "not yours to answer"
    UNKNOWN = "not understood"


Tap = Verb | Said
_SECONDS = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """One possible tap under one message."""

    tap: Tap
    #: Outbox key of the message it stands under.
    key: str
    #: The time to be booked, to the second.
    start: datetime | None = None

    @property
    def value(self) -> str:
        start = "" if self.start is None else f".{int(self.start.timestamp())}"
        return f"{self.tap.value}.{self.key}{start}"


def parse(value: str) -> Choosing | None:
    """The tap behind a value; None for anything that is not one of ours."""
    match value.split("."):
        case [word, key] if key.isalnum():
            start = None
        case [word, key, seconds] if key.isalnum() and _SECONDS.fullmatch(seconds):
            start = datetime.fromtimestamp(int(seconds), UTC)
        case _:
            return None
    for kind in (Verb, Said):
        if word in kind._value2member_map_:
            return Choosing(tap=kind(word), key=key, start=start)
    return None


def meant(tap: Tap, kind: FollowUpKind, *, phone: bool) -> Tap:
    """What a plain yes or no says in answer to a message of this kind."""
    if tap not in (Verb.YES, Verb.NO):
        return tap
    yes = tap is Verb.YES
    if kind is FollowUpKind.APPROVAL:
        return Verb.APPROVE if yes else Verb.REFUSE
    if kind is FollowUpKind.NOTICE:
        return Verb.IT_LEFT if yes else Verb.IT_DID_NOT
    if kind is FollowUpKind.NUDGE:
        return Said.I_AM_HERE if yes else Said.I_FORGOT
    if phone:
        return Said.TALKED if yes else Said.NOBODY_ANSWERED
    return Said.THEY_ARE_HERE if yes else Said.NOT_THERE


_VIDEO_QUESTION: tuple[Tap, ...] = (Said.THEY_ARE_HERE, Said.NOT_THERE, Said.MET_ELSEWHERE, Said.MOVED, Said.I_FORGOT)
_PHONE_QUESTION: tuple[Tap, ...] = (
    Said.TALKED,
    Said.NOBODY_ANSWERED,
    Said.THEY_NEVER_RANG,
    Said.MOVED,
    Said.MET_ELSEWHERE,
    Said.I_FORGOT,
)


def taps_for(kind: FollowUpKind, *, phone: bool) -> tuple[Tap, ...]:
    """What may be answered to a message of this kind."""
    match kind:
        case FollowUpKind.QUESTION:
            return _PHONE_QUESTION if phone else _VIDEO_QUESTION
        case FollowUpKind.NUDGE:
            return (
                Said.I_AM_HERE,
                Verb.LATE,
                Said.WRONG_ROOM,
                Said.MET_ELSEWHERE,
                Said.MOVED,
                Said.LEAVE_IT,
                Verb.STOP_TODAY,
            )
        case FollowUpKind.WAITING_NOTICE:
            return (
                Said.THEY_ARE_HERE,
                Said.THEY_TOLD_ME,
                Said.MET_ELSEWHERE,
                Said.WRONG_ROOM,
                Verb.COURTESY,
                Verb.OFFER,
                Said.LEAVE_IT,
                Verb.STOP_TODAY,
            )
        case FollowUpKind.SUGGEST_CALL:
            return (Said.TALKED, Said.NOBODY_ANSWERED, Said.MOVED, Said.LEAVE_IT)
        case FollowUpKind.HEADS_UP:
            return (Verb.LATE, Said.MOVED, Said.LEAVE_IT, Verb.STOP_TODAY)
        case FollowUpKind.COVER_NEEDED:
            return (Said.I_AM_HERE, Verb.LATE)
        case FollowUpKind.APPROVAL:
            return (Verb.APPROVE, Verb.REFUSE)
        case _:
            return ()


#: What a tap orders for the other side.
ORDERS: dict[Tap, FollowUpKind] = {
    Verb.LATE: FollowUpKind.ORDERED_MESSAGE,
    Verb.OFFER: FollowUpKind.RESCHEDULE_OFFER,
    Verb.COURTESY: FollowUpKind.COURTESY_MESSAGE,
}
#: So long after a message lost its use somebody may still answer it, or answer otherwise (the last word counts).
_SECOND_THOUGHTS = timedelta(hours=24)
#: No offer of new times stands longer; until then it still matters that they met or agreed otherwise.
_OFFERED_AT_MOST = timedelta(days=14)


def stands_until(tap: Tap, followup: FollowUp, meeting: Meeting) -> datetime:
    """Until when this tap under this message counts."""
    if tap is Verb.COURTESY:
        return meeting.end
    settles = tap in SAYS_HELD or tap in SAYS_OFF
    return followup.not_after + (_OFFERED_AT_MOST if settles else _SECOND_THOUGHTS)


#: States of a message under which a tap still counts.
ANSWERABLE = frozenset({State.SENDING, State.SENT, State.UNCERTAIN})
