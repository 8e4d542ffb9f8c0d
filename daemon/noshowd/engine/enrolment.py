"""People are watched only because they are named, are told so once, and can leave and come back by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind, State
from noshowd.engine.answers.choices import Tap, Verb
from noshowd.engine.parts import Parts
from noshowd.engine.standing import LEFT
from noshowd.store import outbox, switches
from noshowd.store.judged import NewRow

#: Switch of a person who was told that noshowd watches.
_TOLD = "enrolled:"
_STANDS = timedelta(days=3)
_TAPS: dict[str, tuple[Tap, ...]] = {"enrolled": (Verb.LEAVE,), "left": (Verb.COME_BACK,)}


def taps_under(step: str) -> tuple[Tap, ...]:
    """What may be answered to the notices of this module."""
    return _TAPS.get(step.partition(":")[0], ())


def welcome(conn: sa.Connection, parts: Parts, *, now: datetime) -> int:
    """Tell everybody who is newly named that they are watched, and how to leave; how many."""
    set_ = switches.read(conn)
    new = sorted(key for key in parts.us.persons if f"{_TOLD}{key}" not in set_)
    for key in new:
        switches.turn(conn, f"{_TOLD}{key}", now.isoformat(), by="noshowd", now=now)
    outbox.add(conn, [_notice(key, f"enrolled:{now.date()}", now) for key in new], now=now)
    return len(new)


def leave(conn: sa.Connection, person: str, now: datetime) -> None:
    """Nothing is observed or done about this person's meetings from now on, until they come back."""
    switches.turn(conn, f"{LEFT}{person}", now.isoformat(), by=person, now=now)
    outbox.add(conn, [_notice(person, f"left:{int(now.timestamp())}", now)], now=now)


def come_back(conn: sa.Connection, person: str, now: datetime) -> None:
    """Their meetings are watched again, those that are read from now on and those that have not begun.

    They are told, and how to leave once more.
    """
    if switches.clear(conn, f"{LEFT}{person}"):
        outbox.add(conn, [_notice(person, f"enrolled:{int(now.timestamp())}", now)], now=now)


def _notice(person: str, step: str, now: datetime) -> NewRow:
    key = FollowUpKey(meeting="", round=0, person=person, kind=FollowUpKind.NOTICE, step=step)
    followup = FollowUp(key=key, cause=Cause.UNKNOWN, not_before=now, not_after=now + _STANDS)
    return NewRow(followup=followup, state=State.QUEUED, next_try_at=now)
