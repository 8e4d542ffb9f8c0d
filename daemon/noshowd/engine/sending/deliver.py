"""Deliver: each intended message passes the gate and is dispatched, or is kept back with a named reason.

A row found in `sending` is never simply queued again: its channel says whether it can be looked up, sent again without
harm, or has to be asked about.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from noshowd.domain.followup import FollowUpKind, Happening, State, Withheld
from noshowd.domain.gate import GO, Ruling, gate
from noshowd.engine.answers.approvals import lapse
from noshowd.engine.answers.notices import do_instead
from noshowd.engine.cards.day_list import lay_aside, list_for, list_of
from noshowd.engine.cards.list_edits import show_anew
from noshowd.engine.cards.listed import is_list
from noshowd.engine.claims import work_on_due
from noshowd.engine.parts import Parts
from noshowd.engine.sending.alone import alone
from noshowd.engine.sending.dispatch import dispatch
from noshowd.engine.sending.doubt import settle_doubt
from noshowd.engine.sending.recheck import Fresh, recheck
from noshowd.engine.sending.retract import take_back
from noshowd.engine.words.compose import Composer
from noshowd.engine.words.writing import news_of, written
from noshowd.ports.channel import Parcel
from noshowd.store import outbox, switches
from noshowd.store.outbox import OutboxRow

log = structlog.get_logger()

#: Kinds about noshowd itself or about another follow-up: no premises, no fresh look.
_PLAIN = frozenset({FollowUpKind.APPROVAL, FollowUpKind.CORRECTION, FollowUpKind.NOTICE})
#: A pause, a hint or a budget holds a message back; it is tried again this often while its window is open.
_TRY_AGAIN = timedelta(minutes=1)
#: Of these it is known when they end.
_ENDS_AS_SAID = frozenset({Withheld.QUIET_HOURS, Withheld.LATER_TODAY})


async def deliver_due(parts: Parts, *, limit: int = 128) -> int:
    """Work on the rows of the outbox that are due, side by side; how many were claimed."""
    return await work_on_due(
        parts, outbox.claim_due, _work, limit=limit, action="deliver", meeting=lambda row: row.followup.key.meeting
    )


async def _work(parts: Parts, row: OutboxRow) -> None:
    match row.state:
        case State.AWAITING:
            await lapse(parts, row)
        case State.QUEUED:
            await _send(parts, row)
        case State.SENDING:
            await settle_doubt(parts, row)
        case State.RETRACTING if is_list(row):
            await show_anew(parts, row)
        case State.RETRACTING:
            await take_back(parts, row)


async def _send(parts: Parts, row: OutboxRow) -> None:
    early = await parts.database.read(lambda conn: _at_once(conn, row, parts.clock.now()))
    if not early.go:
        await _withhold(parts, row, early, None)
        return
    if row.followup.kind in _PLAIN:
        if (parcel := await _plain(parts, row)) is not None:
            await dispatch(parts, row, parcel)
        return
    fresh = await recheck(parts, row.followup)
    if fresh is None:
        warned = row.followup.kind is FollowUpKind.HEADS_UP
        reason = Withheld.FREE_AGAIN if warned else Withheld.EVENT_CHANGED
        await _withhold(parts, row, Ruling(reason=reason), None)
        return
    ruling = gate(
        row.followup,
        fresh.meeting,
        fresh.verdict,
        fresh.around,
        parts.clock.now(),
        daily_limit=fresh.policy.daily_limit,
        ordered=row.followup.ordered,
    )
    if (due := list_for(parts, row, fresh, ruling)) is not None:
        await lay_aside(parts, row, due)
        return
    if not ruling.go:
        await _withhold(parts, row, ruling, fresh)
        return
    text = await written(parts, row, fresh)
    if isinstance(text, Withheld):
        await _withhold(parts, row, Ruling(reason=text), fresh)
        return
    if row.followup.to_guest and not (ruling := await alone(parts, row.followup, fresh.meeting)).go:
        await _withhold(parts, row, ruling, fresh)
        return
    await dispatch(parts, row, text)


def _at_once(conn: sa.Connection, row: OutboxRow, now: datetime) -> Ruling:
    """What keeps any kind back without a look at the world: its window, and a pause."""
    if not row.followup.not_before <= now <= row.followup.not_after:
        return Ruling(reason=Withheld.OUTSIDE_WINDOW)
    if switches.PAUSED in switches.read(conn):
        return Ruling(reason=Withheld.PAUSED, until=row.followup.not_after)
    return GO


async def _plain(parts: Parts, row: OutboxRow) -> Parcel | None:
    """A notice, a correction, or a question for approval with the final text of what it asks about."""
    if is_list(row):
        return await list_of(parts, row)
    if row.followup.kind is not FollowUpKind.APPROVAL:
        return row.parcel or await news_of(parts, row)
    asked = await parts.database.read(lambda conn: outbox.get(conn, row.followup.concerns or ""))
    if asked is None or asked.state is not State.AWAITING:
        now = parts.clock.now()
        await parts.database.run(
            lambda conn: outbox.record(conn, row.key, Happening.WITHDRAWN, now=now, token=row.token)
        )
        return None
    fresh = await recheck(parts, asked.followup)
    if fresh is None:
        await _withhold_both(parts, row, asked, Withheld.EVENT_CHANGED)
        return None
    ruling = gate(
        asked.followup,
        fresh.meeting,
        fresh.verdict,
        fresh.around,
        parts.clock.now(),
        daily_limit=fresh.policy.daily_limit,
    )
    if ruling.reason is Withheld.LATER_TODAY:
        await _withhold(parts, row, ruling, fresh)
        return None
    if ruling.reason is not None and ruling.until is None:
        # nobody is asked about a message that could not go out anyway
        await _withhold_both(parts, row, asked, ruling.reason, fresh)
        return None
    draft = await written(parts, asked, fresh)
    if isinstance(draft, Withheld):
        await _withhold_both(parts, row, asked, draft, fresh)
        return None
    now = parts.clock.now()
    await parts.database.run(lambda conn: outbox.lay_ready(conn, asked.key, draft, now=now))
    return Composer(parts).approval(row, asked, draft, fresh.meeting, fresh.verdict)


async def _withhold_both(
    parts: Parts, row: OutboxRow, asked: OutboxRow, reason: Withheld, fresh: Fresh | None = None
) -> None:
    """Keep back a message and the question whether it may go out."""
    now = parts.clock.now()

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, Happening.WITHHELD, now=now, token=row.token, reason=reason)
        outbox.record(conn, asked.key, Happening.WITHHELD, now=now, reason=reason)
        if fresh is not None:
            do_instead(conn, asked.followup, reason, fresh.meeting, fresh.verdict, now)

    await parts.database.run(save, wake=True)


async def _withhold(parts: Parts, row: OutboxRow, ruling: Ruling, fresh: Fresh | None) -> None:
    """Keep it back: until later where the reason passes, else for good and with its name."""
    now = parts.clock.now()
    token = row.token or ""
    if ruling.until is not None and ruling.until > now:
        again = ruling.until if ruling.reason in _ENDS_AS_SAID else now + _TRY_AGAIN
        later = min(again, ruling.until, row.followup.not_after)
        if later > now:
            await parts.database.run(lambda conn: outbox.postpone(conn, row.key, token=token, next_try_at=later))
            return
    lapsed = ruling.reason is Withheld.OUTSIDE_WINDOW or ruling.until is not None
    what = Happening.LAPSED if lapsed else Happening.WITHHELD

    def save(conn: sa.Connection) -> None:
        outbox.record(conn, row.key, what, now=now, token=row.token, reason=ruling.reason)
        if fresh is not None:
            do_instead(conn, row.followup, ruling.reason, fresh.meeting, fresh.verdict, now)

    await parts.database.run(save, wake=True)
    log.info(
        "withheld",
        action="deliver",
        meeting=row.followup.key.meeting,
        kind=row.followup.kind,
        reason=ruling.reason,
    )
