"""Holds what a story expects against what the engine did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from noshowd.domain.followup import State
from noshowd.domain.meeting import Meeting
from noshowd.ports.channel import Carries
from noshowd.store import meetings, outbox
from noshowd.store.database import Database
from noshowd.store.meetings import StoredMeeting, Transition
from noshowd.store.outbox import OutboxRow
from noshowd.story.expectation import Expect
from noshowd.story.posts import Post
from noshowd.story.report import ALWAYS
from noshowd.story.stage import Stage

_SENT = frozenset({State.SENT, State.RETRACTING, State.RETRACTED, State.UNCERTAIN})
_OPEN = frozenset({State.AWAITING, State.QUEUED})


class Checker:
    """Collects every expectation that does not hold, in words."""

    def __init__(self, stage: Stage, database: Database, posts: list[Post]) -> None:
        self._stage = stage
        self._database = database
        self._posts = posts
        self.problems: list[str] = []

    async def check(self, expect: Expect) -> None:
        """Hold one expectation against the present state."""
        wanted = (
            self._stage.meeting_id(expect.meeting) if expect.meeting or len(self._stage.story.meeting) == 1 else None
        )
        stored, rows, history = await self._database.read(lambda conn: _read(conn, wanted))
        when = expect.at or "the end"
        prefix = f"{when}{f' ({wanted})' if wanted else ''}: "
        if stored is None and wanted is not None:
            self.problems.append(f"{prefix}the meeting is not known")
            return
        found = [
            *_state(expect, stored, history),
            *_effects(expect, rows),
            *self._quiet(expect),
            *self._texts(expect, rows),
            *self._arrivals(expect, rows),
        ]
        self.problems += [prefix + problem for problem in found]

    def _quiet(self, expect: Expect) -> Iterable[str]:
        if expect.quiet:
            for post in self._posts:
                if post.parcel.carries is Carries.TO_GUESTS:
                    yield f"a guest was written to: {post.parcel.subject!r} at {post.at:%H:%M:%S} UTC"

    def _arrivals(self, expect: Expect, rows: list[OutboxRow]) -> Iterable[str]:
        kinds = {row.key: row.followup.kind for row in rows}
        arrived = Counter(kinds.get(post.parcel.key) for post in self._posts)
        for kind, count in expect.arrived.items():
            if arrived[kind] != count:
                yield f"{kind} went over the wire {arrived[kind]} times, not {count}"

    def _texts(self, expect: Expect, rows: list[OutboxRow]) -> Iterable[str]:
        for wanted in expect.texts:
            keys = {row.key for row in rows if row.followup.kind is wanted.kind}
            texts = [f"{p.parcel.subject}\n{p.parcel.text}" for p in self._posts if p.parcel.key in keys]
            if not texts:
                yield f"there is no {wanted.kind} to be read"
            for text in texts:
                yield from (f"{wanted.kind} does not say {one!r}: {text}" for one in wanted.says if one not in text)
                yield from (f"{wanted.kind} says {one!r}: {text}" for one in wanted.never_says if one in text)


def _read(conn: sa.Connection, wanted: str | None) -> tuple[StoredMeeting | None, list[OutboxRow], list[Transition]]:
    rows = outbox.in_state(conn)
    if wanted is None:
        return None, rows, []
    stored = next((m for m in _all(conn) if any(c.entry_id == wanted for c in m.meeting.copies)), None)
    if stored is None:
        return None, rows, []
    key, round_ = stored.id
    mine = [row for row in rows if row.followup.key.meeting == key]
    return stored, mine, meetings.transitions(conn, key, round_)


def _all(conn: sa.Connection) -> list[StoredMeeting]:
    return meetings.between(conn, *ALWAYS)


def _state(expect: Expect, stored: StoredMeeting | None, history: list[Transition]) -> Iterable[str]:
    verdict = stored.verdict if stored is not None else None
    meeting: Meeting | None = stored.meeting if stored is not None else None
    pairs = (
        ("outcome", expect.outcome, verdict.outcome if verdict else None),
        ("phase", expect.phase, stored.phase if stored else None),
        ("our side", expect.ours, verdict.ours if verdict else None),
        ("their side", expect.theirs, verdict.theirs if verdict else None),
        ("round", expect.round, meeting.round if meeting else None),
        ("skip", expect.skip, meeting.skip if meeting else None),
        ("our lateness", expect.late and expect.late.ours, verdict.ours_late if verdict else None),
        ("their lateness", expect.late and expect.late.theirs, verdict.theirs_late if verdict else None),
    )
    for name, wanted, got in pairs:
        if wanted is not None and wanted != got:
            reasons = ", ".join(sorted(verdict.reasons)) if verdict else "not judged"
            yield f"{name} is {got}, not {wanted} ({reasons})"
    if verdict is not None:
        for one in expect.people:
            seen = verdict.person(one.person)
            if seen is None or seen.presence is not one.presence:
                yield f"{one.person} is {seen.presence if seen else 'not invited'}, not {one.presence}"
        for reason in set(expect.reasons) - verdict.reasons:
            yield f"the reason {reason} is missing among {sorted(verdict.reasons)}"
        for reason in set(expect.no_reasons) & verdict.reasons:
            yield f"the reason {reason} is given"
    for one_outcome in expect.never:
        if any(step.outcome is one_outcome for step in history):
            yield f"the outcome was {one_outcome} at some time"


def _effects(expect: Expect, rows: list[OutboxRow]) -> Iterable[str]:
    everything = ", ".join(sorted(_line(row) for row in rows)) or "nothing"
    groups = (
        ("sent", expect.sent, _SENT),
        ("open", expect.open, _OPEN),
        ("withdrawn", expect.withdrawn, {State.WITHDRAWN}),
        ("retracted", expect.retracted, {State.RETRACTED}),
    )
    for name, wanted, states in groups:
        present = _words(row for row in rows if row.state in states)
        yield from (f"{one} is not {name} ({everything})" for one in wanted if one not in present)
    sent = _words(row for row in rows if row.state in _SENT)
    yield from (f"{one} was sent" for one in expect.not_sent if one in sent)
    withheld = {f"{row.followup.kind} {row.reason}" for row in rows if row.state in (State.WITHHELD, State.EXPIRED)}
    yield from (f"{one} was not withheld ({everything})" for one in expect.withheld if one not in withheld)
    counts = Counter(row.followup.kind for row in rows if row.state in _SENT)
    for kind, count in expect.count.items():
        if counts[kind] != count:
            yield f"{kind} was sent {counts[kind]} times, not {count}"


def _words(rows: Iterable[OutboxRow]) -> set[str]:
    """`kind` and `kind person` of each."""
    found: set[str] = set()
    for row in rows:
        found |= {row.followup.kind.value, f"{row.followup.kind} {row.followup.key.person}"}
    return found


def _line(row: OutboxRow) -> str:
    reason = f" [{row.reason}]" if row.reason else ""
    return f"{row.followup.kind} {row.followup.key.person} {row.state}{reason}"
