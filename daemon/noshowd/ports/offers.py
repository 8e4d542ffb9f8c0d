"""What a page about an offer of new times needs from whoever keeps offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from noshowd.domain.offer import Chosen, Offer, OfferState


class Reply(StrEnum):
    """What a guest hears about an answer."""

    TAKEN = "taken"
    #: That time is gone; others stand in its place.
    GONE = "gone"
    OTHERS = "others"
    #: No more times are found: one of ours gets in touch.
    ASKED = "asked"
    DECLINED = "declined"
    #: It was answered before, or is over.
    ALREADY = "already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a guest may see of an offer: nothing of other people, nothing of what was seen of anybody."""

    #: Only with times that are still to come.
    offer: Offer
    state: OfferState
    #: May be answered; otherwise it is over for a reason that is nobody's business, unless a time was chosen.
    open: bool
    #: Name of who of ours they would talk to.
    host: str
    #: Folder of the templates in which the guest is spoken to.
    language: str
    video: bool
    #: A number of the guest that we know.
    phone: str


class OfferBox(Protocol):
    """Shows offers and takes answers to them; an answer is stored before it is heard."""

    async def find(self, key: str) -> Shown | None:
        """The offer as it stands now; None when there is none, or it has not left the house. Changes nothing."""
        ...

    async def take(self, key: str, chosen: Chosen) -> Reply:
        """Choose a time of those on offer, if it can still be had; a second answer changes nothing."""
        ...

    async def others(self, key: str, wish: str) -> Reply:
        """Ask for other times, in the guest's own words where they wrote any."""
        ...

    async def decline(self, key: str) -> Reply:
        """No new time is wanted."""
        ...
