"""Never silently blind: a part that fails is told to our side once, and so is its recovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.domain.meeting import Person, Side
from noshowd.domain.spans import Span
from noshowd.engine.parts import Directory
from noshowd.ports.channel import Channel
from noshowd.store import health, outages, outbox, switches
from noshowd.store.health import Condition, Health
from noshowd.store.judged import NewRow

#: A part that fails for a while and comes back by itself is nobody's concern before this.
LASTING = timedelta(minutes=5)
#: Told again this often while it lasts.
_AGAIN = timedelta(days=1)
_TOLD = "told:"
#: Working hours without a post.
_SILENT = timedelta(hours=16)
_NOTHING_COMES = (
    "nothing has been posted to us for two working days: perhaps nothing happened, perhaps the address (or the "
    "event hub) is no longer named there, or cannot be reached from outside (noshowd doctor)"
)
_BURIED = "worker ended"
_STANDS = timedelta(hours=24)
#: Said in place of `blind` and `recovered` where it is a clock that is wrong.
CLOCK_WRONG, CLOCK_RIGHT = "clock_wrong", "clock_right"
#: Said where nothing goes to guests until a person says so. That it does again needs no word: a person said so.
HELD = "held"
#: Said of a worker that did not end in the ordinary way.
ENDED = "ended"


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
            if part.part != health.GUESTS and all(one.value != before.value for one in told.values()):
                what = CLOCK_RIGHT if _is_clock(part) else "recovered"
                _queue(conn, owners, before.value, part.last_error, what, now)
                count += 1
        elif _worth_telling(part, now) and (before is None or now - before.changed_at >= _AGAIN):
            first = _first_told(part, parts, told)
            switches.turn(conn, f"{_TOLD}{part.part}", first, by="noshowd", now=now)
            told = _told(conn)
            if first == part.part:
                _queue(conn, owners, first, part.last_error, _word(part), now)
                count += 1
    return count


def miss_posts(conn: sa.Connection, directory: Directory, owners: Sequence[str], *, now: datetime) -> None:
    """A vendor that posts to us and has been silent for two working days has perhaps ceased to: nothing else tells."""
    if not owners:
        return
    owner = directory.colleague(owners[0]) or Person(key=owners[0], side=Side.OURS, address=owners[0])
    parts = health.read(conn)
    # a calendar in which nothing changes is silent, too: what its vendor does not tell is found otherwise
    silent = {one.part.removeprefix(health.PUSH) for one in parts if one.part.startswith(health.PUSH)}
    for part in parts:
        heard, (sort, _, name) = part.last_success, part.part.partition(":")
        if f"{sort}:" != health.POSTS or name in silent or part.state is not Condition.WELL or heard is None:
            continue
        if now - heard >= _SILENT and _hours_between(directory, owner, heard, now) >= _SILENT:
            health.record(conn, part.part, Condition.STOPPED, now=now, error=_NOTHING_COMES)


def let_go(conn: sa.Connection, parts: Sequence[str], *, now: datetime) -> None:
    """These parts are no longer there: nobody is reminded of them, and what they were blind for has ended."""
    for part in parts:
        switches.clear(conn, f"{_TOLD}{part}")
        outages.end(conn, part, at=now)


def was_told(conn: sa.Connection, part: str, *, at: datetime) -> None:
    """Our side was told of this part by other means than a notice of ours: its recovery is told, too."""
    switches.turn(conn, f"{_TOLD}{part}", part, by="noshowd", now=at)


def bury(conn: sa.Connection, owners: tuple[str, ...], gone: Sequence[health.Worker], *, now: datetime) -> int:
    """These workers have ended without saying so: told to each owner once a day at most; how many were told of."""
    for one in gone:
        health.leave(conn, one.name)
    last = switches.read(conn).get(_BURIED)
    if not gone or (last is not None and now - last.changed_at < _AGAIN):
        return 0
    latest = max(gone, key=lambda one: one.heartbeat)
    switches.turn(conn, _BURIED, latest.name, by="noshowd", now=now)
    _queue(conn, owners, latest.name, latest.heartbeat.isoformat(), ENDED, now)
    return 1


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

    A part and the trial of it are one.
    Calendars of one account fail for the same reason together, be it for a while.
    """
    if one.part == other.part:
        return False
    if one.part.removeprefix(health.TRIAL) == other.part.removeprefix(health.TRIAL):
        return True
    if one.state is not other.state or one.last_error != other.last_error:
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


def _word(part: Health) -> str:
    """What is said of a part that does not work."""
    if part.part == health.GUESTS:
        return HELD
    return CLOCK_WRONG if _is_clock(part) else "blind"


def _is_clock(part: Health) -> bool:
    return part.part.startswith(health.CLOCK)


def _worth_telling(part: Health, now: datetime) -> bool:
    lasting = part.state is Condition.FAILING and now - part.since >= LASTING
    return part.state is Condition.STOPPED or lasting


def another_way(followup: FollowUp, channels: list[Channel]) -> list[Channel]:
    """The word that a channel does not work, or is not heard, goes through any other one first."""
    what, _, part = followup.key.step.partition(":")
    part = part.removeprefix(health.TRIAL)
    of_channel = what == "blind" and part.startswith((health.CHANNEL, health.ANSWERS))
    broken = part.partition(":")[2].rpartition(":")[0] if of_channel else ""
    return sorted(channels, key=lambda one: one.name == broken)


def _hours_between(directory: Directory, person: Person, start: datetime, end: datetime) -> timedelta:
    """How much of it lies in the person's working hours."""
    spans = directory.open_spans(person, Span(start=start, end=end))
    return sum((span.end - span.start for span in spans), timedelta())


def _queue(conn: sa.Connection, owners: tuple[str, ...], name: str, text: str | None, what: str, now: datetime) -> None:
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
                text=text,
            ),
            state=State.QUEUED,
            next_try_at=now,
        )
        for owner in owners
    ]
    outbox.add(conn, rows, now=now)
