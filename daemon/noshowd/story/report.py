"""What a story came to: verdicts over time, presence, and the way of every follow-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.store import meetings, outbox
from noshowd.store.database import Database
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow
from noshowd.story.format import Story
from noshowd.story.posts import Post

#: Wide enough for every story.
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a story came to, ready for JSON; `problems` are expectations that did not hold."""

    story: str
    meetings: list[dict[str, Any]] = field(default_factory=list)
    followups: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "story": self.story,
            "meetings": self.meetings,
            "followups": self.followups,
            "messages": self.messages,
            "problems": self.problems,
        }


def report(story: Story, database: Database, posts: list[Post], problems: list[str]) -> Report:
    """Read everything back from the store. Times are in the story's zone."""
    zone = story.clocks

    def read(conn: sa.Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        found = meetings.between(conn, *ALWAYS)
        rows = outbox.in_state(conn)
        return [_meeting(conn, one, zone) for one in found], [_followup(conn, row, zone) for row in rows]

    told, effects = database.read_sync(read)
    return Report(
        story=story.story,
        meetings=told,
        followups=effects,
        messages=[_message(post, zone) for post in posts],
        problems=problems,
    )


def _at(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="seconds")


def _meeting(conn: sa.Connection, stored: StoredMeeting, zone: ZoneInfo) -> dict[str, Any]:
    verdict = stored.verdict
    key, round_ = stored.id
    return {
        "key": key,
        "round": round_,
        "title": stored.meeting.title,
        "start": _at(stored.meeting.start, zone),
        "kind": stored.meeting.place.kind,
        "skip": stored.meeting.skip,
        "phase": stored.phase,
        "outcome": verdict.outcome if verdict else None,
        "people": {p.key: p.presence for p in verdict.people} if verdict else {},
        "late": {"ours": verdict.ours_late, "theirs": verdict.theirs_late} if verdict else {},
        "history": [
            {
                "at": _at(step.noticed_at, zone),
                "true_since": _at(step.became_at, zone),
                "phase": step.phase,
                "outcome": step.outcome,
                "reasons": list(step.reasons),
            }
            for step in meetings.transitions(conn, key, round_)
        ],
    }


def _followup(conn: sa.Connection, row: OutboxRow, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": row.followup.kind,
        "to": row.followup.key.person,
        "step": row.followup.key.step,
        "cause": row.followup.cause,
        "state": row.state,
        "reason": row.reason,
        "planned": _at(row.created_at, zone),
        "channel": row.channel,
        "history": [
            {"at": _at(one.at, zone), "what": one.happening, "state": one.state, "reason": one.reason}
            for one in outbox.story(conn, row.key)
        ],
    }


def _message(post: Post, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": _at(post.at, zone),
        "channel": post.channel,
        "to": post.parcel.recipient.address,
        "carries": post.parcel.carries,
        "key": post.parcel.key,
        "subject": post.parcel.subject,
        "text": post.parcel.text,
        "edits": post.edits,
        "retracted": post.retracted,
    }
