"""An offer of new times: what stands in it, what was chosen, and the machine it runs through. First answer wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from noshowd.domain.followup import IllegalStepError
from noshowd.domain.spans import Span, require_aware


class OfferState(StrEnum):
    """Where an offer stands."""

    #: May be answered.
    OPEN = "open"
    #: A time was chosen and is to be written into a calendar.
    TAKEN = "taken"
    #: It is being written: what is written, and where, is stored.
    WRITING = "writing"
    BOOKED = "booked"
    #: A time was chosen, and one of ours enters it: noshowd may not, or could not.
    BY_HAND = "by_hand"
    DECLINED = "declined"
    #: No longer needed: they came after all, agreed on another time, or the meeting is off.
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class OfferStep(StrEnum):
    """What can happen to an offer."""

    CHOSEN = "chosen"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    WRITING = "writing"
    WRITTEN = "written"
    #: Surely not written; may be tried again.
    NOT_WRITTEN = "not_written"
    #: The chosen time is no longer free: others are offered.
    CLASHED = "clashed"
    HANDED_OVER = "handed_over"


#: Everything that may happen to an offer; what is not here raises `IllegalStepError`.
OFFER_TRANSITIONS: dict[OfferState, dict[OfferStep, OfferState]] = {
    OfferState.OPEN: {
        OfferStep.CHOSEN: OfferState.TAKEN,
        OfferStep.DECLINED: OfferState.DECLINED,
        OfferStep.WITHDRAWN: OfferState.WITHDRAWN,
        OfferStep.LAPSED: OfferState.EXPIRED,
    },
    OfferState.TAKEN: {
        OfferStep.WRITING: OfferState.WRITING,
        #: Somebody of ours had put it there already.
        OfferStep.WRITTEN: OfferState.BOOKED,
        OfferStep.CLASHED: OfferState.OPEN,
        OfferStep.HANDED_OVER: OfferState.BY_HAND,
    },
    OfferState.WRITING: {
        OfferStep.WRITTEN: OfferState.BOOKED,
        OfferStep.NOT_WRITTEN: OfferState.TAKEN,
        OfferStep.CLASHED: OfferState.OPEN,
        OfferStep.HANDED_OVER: OfferState.BY_HAND,
    },
    OfferState.BOOKED: {},
    OfferState.BY_HAND: {},
    OfferState.DECLINED: {},
    OfferState.WITHDRAWN: {},
    OfferState.EXPIRED: {},
}


def offer_step(state: OfferState, what: OfferStep) -> OfferState:
    """The state after `what`. Raises `IllegalStepError` when the table has no such step."""
    try:
        return OFFER_TRANSITIONS[state][what]
    except KeyError:
        raise IllegalStepError(f"an offer in state {state} cannot be {what}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was picked out of an offer, and by whom."""

    start: datetime
    at: datetime
    #: Person key of one of ours who chose for the guest (after a reply by mail); None: the guest.
    by: str | None = None
    #: They would rather be rung, at this number where they gave one.
    by_phone: bool = False
    phone: str = ""
    #: What they would like to talk about, in their words; goes into the event.
    keyword: str = ""

    def __post_init__(self) -> None:
        require_aware("chosen.start", self.start)
        require_aware("chosen.at", self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Times offered to one guest."""

    #: Of the follow-up that carries it.
    key: str
    meeting: str
    round: int
    #: Person key.
    guest: str
    length: timedelta
    #: Zone in which the guest reads the times; not `zone_known`: it is ours, and is named.
    zone: str
    zone_known: bool = True
    #: On offer now; none where nobody knows when we are free.
    times: tuple[datetime, ...] = ()
    #: Offered before, and not wanted or gone meanwhile.
    earlier: tuple[datetime, ...] = ()
    #: Addresses of ours who have to be free.
    ours: tuple[str, ...] = ()
    #: Until then the times are kept free of other offers.
    held_until: datetime
    #: Until then it may be answered.
    ends: datetime
    #: How often other times were asked for.
    asked: int = 0
    chosen: Chosen | None = None

    def __post_init__(self) -> None:
        require_aware("offer.ends", self.ends)
        require_aware("offer.held_until", self.held_until)

    def slot(self, start: datetime) -> Span:
        return Span(start=start, end=start + self.length)

    def holds(self, now: datetime) -> tuple[Span, ...]:
        """What nobody else is to be offered: the chosen time, else the times on offer while they are held."""
        if self.chosen is not None:
            return (self.slot(self.chosen.start),)
        return tuple(self.slot(at) for at in self.times) if now < self.held_until else ()
