"""What is written to a guest stands below the invitation, where the mail that invited them can be found."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from noshowd.domain.meeting import Meeting
from noshowd.engine.failure import as_vendor_error, report_bad, report_good
from noshowd.engine.parts import Parts
from noshowd.ports.channel import Parcel
from noshowd.ports.errors import Temporary
from noshowd.ports.invitations import Invitations
from noshowd.store import health

log = structlog.get_logger()


async def in_thread(parts: Parts, parcel: Parcel, meeting: Meeting) -> Parcel:
    """The parcel as a reply to the invitation; as it is, and so a mail of its own, where none is found in time."""
    if meeting.uid is None or parcel.recipient.address is None:
        return parcel
    for source in parts.invitations:
        found = await _asked(parts, source, meeting.uid, parcel.recipient.address)
        if found is not None:
            return replace(parcel, in_reply_to=found)
    return parcel


async def _asked(parts: Parts, source: Invitations, uid: str, guest: str) -> str | None:
    """What the source finds. Of an outage whoever listens at the same mailbox tells; here only what a person mends."""
    found, failed = None, None
    try:
        async with asyncio.timeout(parts.pace.patience.total_seconds()):
            found = await source.message_id(uid, guest)
    except Exception as error:  # noqa: BLE001 - errors of the store are raised again, all others are the search's own
        failed = as_vendor_error(error)
    if isinstance(failed, Temporary):
        log.info("invitation_not_found", action="deliver", source=source.name, error=failed.reason)
        return None
    part, now = f"{health.INVITATIONS}{source.name}", parts.clock.now()
    await parts.database.run(
        lambda conn: report_good(conn, part, now=now) if failed is None else report_bad(conn, part, failed, now=now)
    )
    return found
