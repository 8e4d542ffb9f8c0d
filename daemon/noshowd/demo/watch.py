"""Reads the daemon's database, as `noshowd explain` does, and says in words what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from noshowd.demo.cast import Actor
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome, Reason
from noshowd.store import meetings, outbox
from noshowd.store.database import Database
from noshowd.store.meetings import StoredMeeting, Transition
from noshowd.store.outbox import Happened, OutboxRow
from noshowd.wording import Lexicon

#: Notices about noshowd itself belong to no meeting.
ABOUT_NOSHOWD = ("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One follow-up with its way so far."""

    row: OutboxRow
    title: str
    way: tuple[Happened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything the database holds about the day."""

    meetings: tuple[StoredMeeting, ...]
    transitions: dict[str, tuple[Transition, ...]]
    followups: tuple[Told, ...]

    def about(self, title: str) -> list[Told]:
        return [one for one in self.followups if one.title == title]

    def meeting(self, title: str) -> StoredMeeting | None:
        return next((one for one in self.meetings if one.meeting.title == title), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that noshowd did, and why."""

    at: datetime
    did: str
    why: str


async def read_story(database: Database, day: Span) -> Story:
    """The day as the database holds it now."""
    return await database.read(lambda conn: _read(conn, day))


def _read(conn: sa.Connection, day: Span) -> Story:
    stored = meetings.between(conn, day.start, day.end)
    titles = {one.id: one.meeting.title for one in stored} | {ABOUT_NOSHOWD: ""}
    rows = outbox.of_rounds(conn, list(titles))
    return Story(
        meetings=tuple(stored),
        transitions={one.meeting.title: tuple(meetings.transitions(conn, *one.id)) for one in stored},
        followups=tuple(
            Told(row=row, title=titles[id_], way=tuple(outbox.story(conn, row.key)))
            for id_, of_round in rows.items()
            for row in of_round
        ),
    )


class Teller:
    """Turns what is new in a story into words. Knows the people by name; everything here is made up."""

    def __init__(self, people: tuple[Actor, ...]) -> None:
        self._names = {one.address: one.name for one in people}
        self._lexicon = Lexicon("en")
        self._told: set[tuple[str, ...]] = set()

    def news(self, story: Story) -> list[News]:
        """What has happened since the last story, oldest first."""
        found = [*self._verdicts(story), *self._followups(story)]
        return sorted(found, key=lambda one: one.at)

    def because(self, reasons: tuple[str, ...]) -> str:
        """Reasons of a verdict in words."""
        return " ".join(self._lexicon.say(Reason(reason)) for reason in sorted(reasons))

    def name(self, person: str) -> str:
        return self._names.get(person, person)

    def kept_back(self, reason: str | None) -> str:
        """Why something did not go out, in words."""
        if reason in Withheld._value2member_map_:
            return self._lexicon.say(Withheld(str(reason)))
        return reason or ""

    def _verdicts(self, story: Story) -> Iterator[News]:
        for title, transitions in story.transitions.items():
            for number, one in enumerate(transitions):
                if one.outcome is Outcome.WAITING or not self._is_new("verdict", title, str(number)):
                    continue
                did = f"“{title}”: {self._lexicon.say(one.outcome)}"
                yield News(at=one.noticed_at, did=did, why=self.because(one.reasons))

    def _followups(self, story: Story) -> Iterator[News]:
        for told in story.followups:
            for number, step in enumerate(told.way):
                if self._is_new("step", told.row.key, str(number)):
                    did = self._did(told, step)
                    if did:
                        yield News(at=step.at, did=did, why=self._why(told, step))

    def _is_new(self, *what: str) -> bool:
        known = what in self._told
        self._told.add(what)
        return not known

    def _did(self, told: Told, step: Happened) -> str:
        followup = told.row.followup
        what, to = self._lexicon.say(followup.kind), self.name(followup.key.person)
        about = f" about “{told.title}”" if told.title else ""
        match step.state:
            case State.SENT:
                return f"sends a {what}{about} to {to} ({told.row.channel})"
            case State.WITHDRAWN:
                return f"withdraws the {what}{about} to {to}"
            case State.WITHHELD:
                return f"keeps back the {what}{about} to {to}"
            case State.RETRACTED:
                return f"takes back the {what}{about} to {to}"
            case State.EXPIRED:
                return f"lets the {what}{about} to {to} lapse"
            case State.UNCERTAIN:
                return f"does not know whether the {what}{about} to {to} left"
            case State.FAILED:
                return f"could not deliver the {what}{about} to {to}"
            case _:
                return ""

    def _why(self, told: Told, step: Happened) -> str:
        if step.reason is not None:
            return self.kept_back(step.reason)
        if step.state is State.UNCERTAIN:
            return "It was killed while sending; nothing is simply sent again."
        if told.row.followup.kind is FollowUpKind.NOTICE:
            return told.row.followup.text or ""
        return self._lexicon.say(told.row.followup.cause)
