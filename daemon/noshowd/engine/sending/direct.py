"""A word about noshowd itself that takes no turn in the outbox: for when there is none, or it cannot be written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from noshowd.domain.followup import FollowUpKind
from noshowd.domain.meeting import Person, Side
from noshowd.engine.parts import Directory
from noshowd.engine.words.parcels import to_our_side
from noshowd.ports.channel import Carries, Channel, Parcel
from noshowd.ports.errors import VendorError
from noshowd.wording import Wording, WordingContext


def words(
    directory: Directory,
    wording: Wording,
    owners: Iterable[str],
    *,
    notice: str,
    part: str,
    now: datetime,
    detail: str = "",
    since: datetime | None = None,
) -> Iterator[Parcel]:
    """One for each owner, in their language and zone."""
    for key in owners:
        contact = directory.contact(directory.colleague(key) or Person(key=key, side=Side.OURS, address=key))
        told = WordingContext(
            kind=FollowUpKind.NOTICE,
            notice=notice,
            part=part,
            detail=detail,
            since=since,
            start=now,
            end=now,
            now=now,
            zone=contact.zone,
        )
        text = wording.render(told, contact.language)
        yield to_our_side(f"{notice}{int(now.timestamp())}", contact, text)


async def say(channels: Sequence[Channel], parcels: Iterable[Parcel]) -> str | None:
    """The channel that took the first of them that could be told at all; None where nobody could be told."""
    how = None
    for parcel in parcels:
        how = await _by_one(channels, parcel) or how
    return how


async def _by_one(channels: Sequence[Channel], parcel: Parcel) -> str | None:
    for channel in channels:
        if Carries.TO_OUR_SIDE not in channel.carries:
            continue
        with suppress(VendorError, TimeoutError):
            async with asyncio.timeout(channel.timeout):
                await channel.send(parcel)
            return channel.name
    return None
