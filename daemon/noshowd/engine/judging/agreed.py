"""Who took a time that we offered has accepted it, even while the new invitation still lies there unanswered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from noshowd.domain.entry import Response
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.offer import Offer
from noshowd.store import offers


def as_agreed(conn: sa.Connection, found: Collection[Meeting]) -> list[Meeting]:
    """The meetings, in which a guest without an answer who chose this very time with one of ours counts as accepted.

    What the guest says to the invitation itself rules: a no, or a maybe, stays one.
    """
    waiting = {person.key for meeting in found for person in meeting.side(Side.THEIRS) if _silent(person)}
    taken = offers.taken(conn, waiting) if waiting else {}
    return [_with_answers(meeting, taken) for meeting in found] if taken else list(found)


def _with_answers(meeting: Meeting, taken: Mapping[str, Sequence[Offer]]) -> Meeting:
    ours = frozenset(p.address for p in meeting.side(Side.OURS))
    people = tuple(_answered(p, meeting, ours, taken.get(p.key, ())) for p in meeting.people)
    return replace(meeting, people=people)


def _answered(person: Person, meeting: Meeting, ours: frozenset[str | None], taken: Sequence[Offer]) -> Person:
    with_us = (one.chosen for one in taken if ours.intersection(one.ours))
    chosen = next((one for one in with_us if one is not None and one.start == meeting.start), None)
    if chosen is None or not _silent(person):
        return person
    return replace(person, response=Response.ACCEPTED, responded_at=chosen.at)


def _silent(person: Person) -> bool:
    return person.response is Response.NONE
