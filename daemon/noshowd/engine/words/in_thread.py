"""What is written to a guest stands below the invitation, where the mail that invited them can be found."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from noshowd.domain.meeting import Meeting
from noshowd.engine.parts import Parts
from noshowd.ports.channel import Parcel
from noshowd.ports.errors import VendorError

log = structlog.get_logger()


async def in_thread(parts: Parts, parcel: Parcel, meeting: Meeting) -> Parcel:
    """The parcel as a reply to the invitation; as it is, and so a mail of its own, where none is found in time."""
    if meeting.uid is None or parcel.recipient.address is None:
        return parcel
    for source in parts.invitations:
        try:
            async with asyncio.timeout(parts.pace.patience.total_seconds()):
                found = await source.message_id(meeting.uid, parcel.recipient.address)
        except (VendorError, TimeoutError) as error:
            log.info("invitation_not_found", action="deliver", meeting=meeting.key, error=type(error).__name__)
            continue
        if found is not None:
            return replace(parcel, in_reply_to=found)
    return parcel
