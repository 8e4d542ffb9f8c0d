"""Dispatch: a parcel that may go is written down as leaving, leaves once, and what became of it is written down.

`sending` is committed before the wire call. Where nobody can tell what became of it, the row stays as it is, and is
settled in the way its channel declares (`engine.doubt`).
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import TO_GUESTS, FollowUpKind, Happening, Withheld
from noshowd.engine.alerts import another_way
from noshowd.engine.answers.approvals import start_veto
from noshowd.engine.cards.cards import MOMENT, note_arrival
from noshowd.engine.failure import pause_after, report_bad, report_good
from noshowd.engine.parts import Parts
from noshowd.engine.sending.addressing import addressed
from noshowd.ports.channel import Carries, Channel, Parcel, Receipt
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, Unreachable, VendorError
from noshowd.store import meetings, outbox
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()

#: What a failed attempt leaves in `reason`, so that the next one takes the next channel: one that refused for good, one
#: that only failed for now, and that one again once all behind it have refused.
_REJECTED, _PASSED_OVER, _BACK_TO = "rejected by ", "passed over ", "back to "
_HOUR, _FULL_HOUR_PAUSE = timedelta(hours=1), timedelta(minutes=1)


async def dispatch(parts: Parts, row: OutboxRow, parcel: Parcel) -> None:
    """Write down that it leaves, send it, write down what became of it.

    Being cancelled does not end what has begun: it is among `Parts.leaving` until it is through.
    """
    work = asyncio.create_task(_leave(parts, row, parcel))
    parts.leaving.add(work)
    work.add_done_callback(parts.leaving.discard)
    await asyncio.shield(work)


async def _leave(parts: Parts, row: OutboxRow, parcel: Parcel) -> None:
    channels = _channels(parts, row, parcel.carries)
    if not channels:
        now = parts.clock.now()
        await parts.database.run(
            lambda conn: outbox.record(
                conn, row.key, Happening.WITHHELD, now=now, token=row.token, reason=Withheld.NO_CHANNEL
            )
        )
        return
    channel = channels[0]
    token = row.token or ""
    placed = await addressed(parts, row, parcel, channel)
    if placed is None:
        soon = parts.clock.now() + MOMENT
        await parts.database.run(lambda conn: outbox.postpone(conn, row.key, token=token, next_try_at=soon))
        return
    parcel = placed
    margin = parts.pace.margin * parts.clock.speed
    needed = timedelta(seconds=channel.timeout) * parts.clock.speed + margin
    lease = max(parts.lease, needed + margin)
    now, began = parts.clock.now(), parts.clock.monotonic()

    def leave(conn: sa.Connection) -> bool:
        if not _within_the_hour(conn, parts, row, now):
            outbox.postpone(conn, row.key, token=token, next_try_at=min(now + _FULL_HOUR_PAUSE, row.followup.not_after))
            return False
        outbox.mark_sending(conn, row.key, token, now=now, lease=lease, channel=channel.name, parcel=parcel)
        return True

    if not await parts.database.run(leave):
        return
    left = lease - timedelta(seconds=parts.clock.monotonic() - began)
    if left < needed:
        # the machine slept: somebody else may hold the row by now
        await _not_sent(parts, row, Temporary("the lease ran short"), channel)
        return
    try:
        async with asyncio.timeout(channel.timeout):
            receipt = await channel.send(parcel)
    except (VendorError, TimeoutError) as error:
        await _failed(parts, row, channel, error, last=len(channels) == 1)
    else:
        await _sent(parts, row, channel, parcel, receipt)


def _within_the_hour(conn: sa.Connection, parts: Parts, row: OutboxRow, now: datetime) -> bool:
    """Whether one more message may go to a guest. Others that the gate let through with it may be leaving now."""
    if not row.followup.to_guest:
        return True
    return outbox.sent_or_leaving(conn, now - _HOUR, now=now, kinds=TO_GUESTS) < parts.pace.hourly_cap


def _channels(parts: Parts, row: OutboxRow, carries: Carries) -> list[Channel]:
    """The channels still to be tried, best first. A task comes as a message to whoever has no task list."""
    channels = another_way(row.followup, parts.channels_for(carries))
    if carries is Carries.TASKS:
        channels += [one for one in parts.channels_for(Carries.TO_OUR_SIDE) if one not in channels]
    reason = row.reason or ""
    if reason.startswith(_BACK_TO):
        return [one for one in channels if one.name == reason.removeprefix(_BACK_TO)] or channels
    if not reason.startswith((_REJECTED, _PASSED_OVER)):
        return channels
    names = [channel.name for channel in channels]
    tried = names.index(row.channel) + 1 if row.channel in names else 0
    return channels[tried:]


async def _sent(parts: Parts, row: OutboxRow, channel: Channel, parcel: Parcel, receipt: Receipt) -> None:
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.DELIVERED, now=now, token=row.token, receipt=receipt)
        note_arrival(conn, row, parcel, receipt, now)
        if row.followup.kind is FollowUpKind.APPROVAL:
            start_veto(conn, parts, row, now)
        report_good(conn, f"channel:{channel.name}", now=now)
        # what became known while it was under way could not withdraw it, and is asked again whether it stands
        meetings.poke(conn, [row.followup.key.meeting], now=now)

    await parts.database.run(save, wake=True)
    log.info("sent", action="deliver", meeting=row.followup.key.meeting, kind=row.followup.kind, source=channel.name)


async def _failed(
    parts: Parts, row: OutboxRow, channel: Channel, error: VendorError | TimeoutError, *, last: bool
) -> None:
    if isinstance(error, TimeoutError):
        error = Temporary("no answer in time", uncertain=True)
    if isinstance(error, Temporary) and error.uncertain:
        # the row stays in `sending` until its lease ends, and is then settled the way its channel declares
        log.warning("send_uncertain", action="deliver", meeting=row.followup.key.meeting, source=channel.name)
        await parts.database.run(lambda conn: report_bad(conn, f"channel:{channel.name}", error, now=parts.clock.now()))
        return
    if isinstance(error, Temporary) and (last or row.attempts == 0):
        await _not_sent(parts, row, error, channel)
        return
    now = parts.clock.now()

    passed = row.reason if row.reason is not None and row.reason.startswith(_PASSED_OVER) else None

    def save(conn: sa.Connection) -> None:
        reason = f"{_REJECTED}{channel.name}: {error.reason}"
        later = now + parts.pace.longest_backoff
        if last and isinstance(error, CredentialsLost):
            # nobody refused it: it waits for the channel to come back, as long as its window is open
            outbox.record(
                conn, row.key, Happening.NOT_SENT, now=now, token=row.token, next_try_at=later, reason=_back(row.reason)
            )
        elif last and passed is not None:  # as does one that another channel only failed to take for now
            again = now + pause_after(parts.pace, row.attempts, Temporary(error.reason))
            back = f"{_BACK_TO}{passed.removeprefix(_PASSED_OVER)}"
            outbox.record(conn, row.key, Happening.NOT_SENT, now=now, token=row.token, next_try_at=again, reason=back)
        elif last:
            outbox.record(conn, row.key, Happening.REJECTED, now=now, token=row.token, reason=reason)
        else:  # refused, or failed for the second time: by the next channel, at once
            if not isinstance(error, Permanent):
                reason = f"{_PASSED_OVER}{channel.name}"
            outbox.record(
                conn, row.key, Happening.NOT_SENT, now=now, token=row.token, next_try_at=now, reason=passed or reason
            )
        if not isinstance(error, Unreachable):
            report_bad(conn, f"channel:{channel.name}", error, now=now)

    await parts.database.run(save, wake=True)
    log.warning(
        "send_rejected", action="deliver", meeting=row.followup.key.meeting, source=channel.name, error=error.reason
    )


def _back(reason: str | None) -> str | None:
    """The reason that leads to one channel alone, which stays."""
    return reason if reason is not None and reason.startswith(_BACK_TO) else None


async def _not_sent(parts: Parts, row: OutboxRow, error: Temporary, channel: Channel) -> None:
    """Surely not sent: again later."""
    now = parts.clock.now()
    later = now + pause_after(parts.pace, row.attempts, error)

    def save(conn: sa.Connection) -> None:
        outbox.record(
            conn,
            row.key,
            Happening.NOT_SENT,
            now=now,
            token=row.token,
            next_try_at=later,
            reason=_back(row.reason) or error.reason,
        )
        report_bad(conn, f"channel:{channel.name}", error, now=now)

    await parts.database.run(save)
