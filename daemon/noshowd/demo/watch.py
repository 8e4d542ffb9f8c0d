"""Reads the day out of the daemon's database, as `noshowd explain` does."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.offer import OfferState
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome
from noshowd.store import meetings, offers, outbox
from noshowd.store.database import Database
from noshowd.store.meetings import StoredMeeting, Transition
from noshowd.store.offers import StoredOffer
from noshowd.store.outbox import Happened, OutboxRow

#: Notices about noshowd itself belong to no meeting.
_ABOUT_NOSHOWD = ("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One follow-up with its way so far. `title` is that of its meeting, empty for noshowd's own notices."""

    row: OutboxRow
    title: str
    way: tuple[Happened, ...]

    @property
    def left(self) -> bool:
        """Whether it ever reached its reader (it may have been taken back since)."""
        return any(step.state is State.SENT for step in self.way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything the database holds about the day."""

    meetings: tuple[StoredMeeting, ...]
    transitions: dict[str, tuple[Transition, ...]]
    followups: tuple[Told, ...]
    #: Offers of which a time stands in a calendar, by the title of the meeting.
    booked: dict[str, StoredOffer]

    def about(self, title: str, kind: FollowUpKind | None = None) -> list[Told]:
        """What was planned about an appointment."""
        return [one for one in self.followups if one.title == title and kind in (None, one.row.followup.kind)]

    def outcome(self, title: str) -> Outcome | None:
        """What it came to; None when it was never judged."""
        found = next((one.verdict for one in self.meetings if one.meeting.title == title), None)
        return None if found is None else found.outcome


async def read_story(database: Database, day: Span) -> Story:
    """The day as the database holds it now."""
    return await database.read(lambda conn: _read(conn, day))


def _read(conn: sa.Connection, day: Span) -> Story:
    stored = meetings.between(conn, day.start, day.end, moved=True)
    titles = {one.id: one.meeting.title for one in stored} | {_ABOUT_NOSHOWD: ""}
    # what is told of an offer belongs to no round
    titles |= {(one.meeting.key, 0): one.meeting.title for one in stored}
    rows = outbox.of_rounds(conn, list(titles))
    return Story(
        meetings=tuple(stored),
        transitions={one.meeting.title: tuple(meetings.transitions(conn, *one.id)) for one in stored},
        followups=tuple(
            Told(row=row, title=titles[id_], way=tuple(outbox.story(conn, row.key)))
            for id_, of_round in rows.items()
            for row in of_round
        ),
        booked={
            titles[id_]: found
            for id_, of_round in rows.items()
            for row in of_round
            if (found := offers.get(conn, row.key)) is not None and found.state is OfferState.BOOKED
        },
    )
