"""Never silently blind: a part that fails is told to our side once, and so is its recovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.ports.channel import Channel
from noshowd.store import health, outages, outbox, switches
from noshowd.store.health import Condition, Health
from noshowd.store.judged import NewRow

#: A part that fails for a while and comes back by itself is nobody's concern before this.
LASTING = timedelta(minutes=5)
#: Told again this often while it lasts.
_AGAIN = timedelta(days=1)
_TOLD = "told:"
_STANDS = timedelta(hours=24)
#: Said in place of `blind` and `recovered` where it is a clock that is wrong.
CLOCK_WRONG, CLOCK_RIGHT = "clock_wrong", "clock_right"


def tell(conn: sa.Connection, owners: tuple[str, ...], *, now: datetime) -> int:
    """Queue a notice to each owner for every trouble that began or ended; how many were told of."""
    told = _told(conn)
    parts = health.read(conn)
    count = 0
    for part in parts:
        before = told.get(part.part)
        if part.state is Condition.WELL and before is not None:
            switches.clear(conn, f"{_TOLD}{part.part}")
            del told[part.part]
            if all(one.value != before.value for one in told.values()):
                _queue(conn, owners, before.value, part, CLOCK_RIGHT if _is_clock(part) else "recovered", now)
                count += 1
        elif _worth_telling(part, now) and (before is None or now - before.changed_at >= _AGAIN):
            first = _first_told(part, parts, told)
            switches.turn(conn, f"{_TOLD}{part.part}", first, by="noshowd", now=now)
            told = _told(conn)
            if first == part.part:
                _queue(conn, owners, first, part, CLOCK_WRONG if _is_clock(part) else "blind", now)
                count += 1
    return count


def let_go(conn: sa.Connection, parts: Sequence[str], *, now: datetime) -> None:
    """These parts are no longer there: nobody is reminded of them, and what they were blind for has ended."""
    for part in parts:
        switches.clear(conn, f"{_TOLD}{part}")
        outages.end(conn, part, at=now)


def _told(conn: sa.Connection) -> dict[str, switches.Switch]:
    """What was told of, by part; the value is the part under whose name it was told."""
    return {name.removeprefix(_TOLD): one for name, one in switches.read(conn).items() if name.startswith(_TOLD)}


def _first_told(part: Health, parts: Sequence[Health], told: Mapping[str, switches.Switch]) -> str:
    """The part under whose name this trouble was told, or is to be."""
    before = told.get(part.part)
    if before is not None and before.value in told:
        return before.value
    return next((one.part for one in parts if one.part in told and _same_trouble(one, part)), part.part)


def _same_trouble(one: Health, other: Health) -> bool:
    """Whether an account and what works through it stopped for the same reason: a person mends it once.

    Calendars of one account fail for the same reason together, be it for a while.
    """
    if one.state is not other.state or one.last_error != other.last_error or one.part == other.part:
        return False
    if _account_of(one) is not None and _account_of(one) == _account_of(other):
        return True
    accounts = one.part.startswith(health.ACCOUNT) is not other.part.startswith(health.ACCOUNT)
    return accounts and one.state is Condition.STOPPED


def _account_of(part: Health) -> str | None:
    """Of an account or one of its calendars."""
    sort, _, name = part.part.partition(":")
    if f"{sort}:" == health.CALENDAR:
        return name.partition("/")[0]
    return name if f"{sort}:" == health.ACCOUNT else None


def _is_clock(part: Health) -> bool:
    return part.part.startswith(health.CLOCK)


def _worth_telling(part: Health, now: datetime) -> bool:
    lasting = part.state is Condition.FAILING and now - part.since >= LASTING
    return part.state is Condition.STOPPED or lasting


def another_way(followup: FollowUp, channels: list[Channel]) -> list[Channel]:
    """The word that a channel does not work, or is not heard, goes through any other one first."""
    what, _, part = followup.key.step.partition(":")
    of_channel = what == "blind" and part.startswith((health.CHANNEL, health.ANSWERS))
    broken = part.partition(":")[2].rpartition(":")[0] if of_channel else ""
    return sorted(channels, key=lambda one: one.name == broken)


def _queue(conn: sa.Connection, owners: tuple[str, ...], name: str, part: Health, what: str, now: datetime) -> None:
    rows = [
        NewRow(
            followup=FollowUp(
                key=FollowUpKey(
                    meeting="",
                    round=0,
                    person=owner,
                    kind=FollowUpKind.NOTICE,
                    step=f"{what}:{name}:{int(now.timestamp())}",
                ),
                cause=Cause.UNKNOWN,
                not_before=now,
                not_after=now + _STANDS,
                text=part.last_error,
            ),
            state=State.QUEUED,
            next_try_at=now,
        )
        for owner in owners
    ]
    outbox.add(conn, rows, now=now)
