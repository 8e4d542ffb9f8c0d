"""Something noshowd means to do: a word to somebody, a task, a question. And the machine each one runs through."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from noshowd.domain.spans import require_aware


class FollowUpKind(StrEnum):
    """What is sent. The order is that of the design's send gate, then what only our own side sees."""

    NUDGE = "nudge"
    WAITING_NOTICE = "waiting_notice"
    COURTESY_MESSAGE = "courtesy_message"
    WORD_TO_WAITING = "word_to_waiting"
    RECALL_TASK = "recall_task"
    RESCHEDULE_OFFER = "reschedule_offer"
    ORDERED_MESSAGE = "ordered_message"
    #: "Does this time suit?", the day before, to a guest who has not answered the invitation.
    CONFIRMATION = "confirmation"
    #: To one of ours, before the start: something else will keep you.
    HEADS_UP = "heads_up"
    #: "Did it take place?" when nothing can be proved.
    QUESTION = "question"
    #: "A colleague may need you to take over", without a word about the colleague.
    COVER_NEEDED = "cover_needed"
    #: "Nobody has rung yet, perhaps you should", or a second attempt.
    SUGGEST_CALL = "suggest_call"
    #: Asks our side whether a message to a guest may go out, with its final text.
    APPROVAL = "approval"
    #: "Forget what we said": something already sent turned out otherwise.
    CORRECTION = "correction"
    #: Something about noshowd itself: a source is blind, a message is in doubt.
    NOTICE = "notice"


#: Kinds that leave the house.
TO_GUESTS = frozenset(
    {
        FollowUpKind.COURTESY_MESSAGE,
        FollowUpKind.WORD_TO_WAITING,
        FollowUpKind.RESCHEDULE_OFFER,
        FollowUpKind.ORDERED_MESSAGE,
        FollowUpKind.CONFIRMATION,
    }
)


class Approval(StrEnum):
    """Who lets a message to a guest go."""

    ASK = "ask"
    VETO = "veto"
    AUTO = "auto"
    DRAFT = "draft"


class Cause(StrEnum):
    """Why something is done. Chooses the ladder and the words."""

    THEY_ARE_MISSING = "they_are_missing"
    WE_ARE_MISSING = "we_are_missing"
    NOBODY_CAME = "nobody_came"
    MISSED_EACH_OTHER = "missed_each_other"
    NOT_ADMITTED = "not_admitted"
    UNKNOWN = "unknown"
    ORDERED = "ordered"


class Withheld(StrEnum):
    """A named reason not to act, always recorded."""

    # the premises of the kind
    NOT_CONFIRMED = "not_confirmed"
    NOT_PROVED = "not_proved"
    SEEN_IN_THIS_ROUND = "seen_in_this_round"
    OUR_SIDE_NOT_THERE = "our_side_not_there"
    THEIR_SIDE_NOT_THERE = "their_side_not_there"
    OUR_SIDE_IS_THERE = "our_side_is_there"
    HELD = "held"
    CALLED_OFF = "called_off"
    NOT_ORDERED = "not_ordered"
    NOT_ACCEPTED = "not_accepted"
    NOT_A_VIDEO_MEETING = "not_a_video_meeting"
    ANSWERED = "answered"
    HINT_IN_A_CALL = "hint_in_a_call"
    # the look before the send
    CANNOT_RECHECK = "cannot_recheck"
    EVENT_CHANGED = "event_changed"
    #: Whoever was to be warned is kept elsewhere no more.
    FREE_AGAIN = "free_again"
    #: An offer: nobody has a free time, or the times in its text are gone.
    NO_FREE_TIME = "no_free_time"
    TIMES_TAKEN = "times_taken"
    # the circumstances
    OUTSIDE_WINDOW = "outside_window"
    QUIET_HOURS = "quiet_hours"
    OPTED_OUT = "opted_out"
    DAILY_LIMIT = "daily_limit"
    #: A guest who missed several meetings is better talked to than written to.
    SEVERAL_MISSES = "several_misses"
    #: Another meeting with this guest is still to come today: one message then says it all.
    LATER_TODAY = "later_today"
    HOURLY_CAP = "hourly_cap"
    ALREADY_REBOOKED = "already_rebooked"
    HUMAN_TOOK_OVER = "human_took_over"
    SHADOW = "shadow"
    PAUSED = "paused"
    CIRCUIT_BREAKER = "circuit_breaker"
    SENDING_HELD = "sending_held"
    NO_ADDRESS = "no_address"
    NO_CHANNEL = "no_channel"
    TOO_MANY_GUESTS = "too_many_guests"
    SUPERSEDED_STEP = "superseded_step"
    QUESTION_BUDGET = "question_budget"
    IN_THE_LIST = "in_the_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpKey:
    """What makes two intended effects the same one: occurrence, round, person, kind, step."""

    meeting: str
    round: int
    person: str
    kind: FollowUpKind
    step: str

    def __str__(self) -> str:
        """A stable name of 32 hex digits; equal exactly when the keys are equal (SHA-256 over a length-framed form)."""
        parts = (self.meeting, str(self.round), self.person, str(self.kind), self.step)
        framed = "".join([f"{len(part)}:{part}" for part in parts])
        return hashlib.sha256(framed.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One intended effect: what, to whom, why, and between which instants it may happen."""

    key: FollowUpKey
    cause: Cause
    approval: Approval = Approval.AUTO
    #: Person keys it speaks of (who is missing), for the words; may be empty.
    about: tuple[str, ...] = ()
    not_before: datetime
    not_after: datetime
    #: Key of the follow-up this one asks about, corrects or concerns.
    concerns: str | None = None
    #: A person of ours asked for exactly this; then it may go on unknown, and claims no absence.
    ordered: bool = False
    #: Text a person ordered or edited; exactly this is sent.
    text: str | None = None

    def __post_init__(self) -> None:
        require_aware("followup.not_before", self.not_before)
        require_aware("followup.not_after", self.not_after)
        if self.not_after < self.not_before:
            raise ValueError(f"{self.key.kind} closes before it opens")

    @property
    def kind(self) -> FollowUpKind:
        return self.key.kind

    @property
    def to_guest(self) -> bool:
        return self.key.kind in TO_GUESTS


class State(StrEnum):
    """Where an intended effect stands."""

    AWAITING = "awaiting"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    #: Not known whether it left: a visible question to our side.
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"
    REFUSED = "refused"
    EXPIRED = "expired"
    RETRACTING = "retracting"
    RETRACTED = "retracted"


class Happening(StrEnum):
    """What can happen to an intended effect."""

    APPROVED = "approved"
    REFUSED = "refused"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    #: Surely not sent; may be tried again.
    NOT_SENT = "not_sent"
    REJECTED = "rejected"
    IN_DOUBT = "in_doubt"
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"
    #: Changed where it lies; what it says now stands.
    EDITED = "edited"
    GONE = "gone"


#: Everything that may happen to an effect; what is not here raises `IllegalStepError`.
TRANSITIONS: dict[State, dict[Happening, State]] = {
    State.AWAITING: {
        Happening.APPROVED: State.QUEUED,
        Happening.REFUSED: State.REFUSED,
        Happening.WITHDRAWN: State.WITHDRAWN,
        Happening.WITHHELD: State.WITHHELD,
        Happening.LAPSED: State.EXPIRED,
    },
    State.QUEUED: {
        Happening.CLAIMED: State.SENDING,
        Happening.WITHDRAWN: State.WITHDRAWN,
        Happening.WITHHELD: State.WITHHELD,
        Happening.LAPSED: State.EXPIRED,
        Happening.REFUSED: State.REFUSED,
    },
    State.SENDING: {
        Happening.DELIVERED: State.SENT,
        Happening.NOT_SENT: State.QUEUED,
        Happening.REJECTED: State.FAILED,
        Happening.IN_DOUBT: State.UNCERTAIN,
    },
    State.UNCERTAIN: {
        Happening.DELIVERED: State.SENT,
        Happening.NOT_SENT: State.QUEUED,
        Happening.REFUSED: State.REFUSED,
    },
    State.SENT: {Happening.TAKEN_BACK: State.RETRACTING},
    State.RETRACTING: {Happening.GONE: State.RETRACTED, Happening.EDITED: State.SENT},
    State.FAILED: {},
    State.WITHDRAWN: {},
    State.WITHHELD: {},
    State.REFUSED: {},
    State.EXPIRED: {},
    State.RETRACTED: {},
}


class IllegalStepError(RuntimeError):
    """A machine was asked for a step that its table does not have."""


def step(state: State, happening: Happening) -> State:
    """The state after `happening`. Raises `IllegalStepError` when the table has no such step."""
    try:
        return TRANSITIONS[state][happening]
    except KeyError:
        raise IllegalStepError(f"an effect in state {state} cannot be {happening}") from None
