"""Everything that speaks for a verdict, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.evidence import CallRecord, Coverage, Sighting, Statement
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.timing import window
from noshowd.domain.verdict import Reason, Verdict
from noshowd.store import evidence, meetings, offers, outbox
from noshowd.store.evidence import Fact
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow
from noshowd.store.short_keys import called, short_key
from noshowd.wording import Lexicon, folder_for

_HIDDEN = "hidden, see --reveal"
#: Reasons that tell of the sources and of the calendar alone. All others tell of people too, as the verdict does.
_OF_THE_EVIDENCE = frozenset(
    {
        Reason.NO_SOURCE,
        Reason.NO_COVERAGE,
        Reason.GAP,
        Reason.LOST_SIGHT,
        Reason.BLIND_SPOT,
        Reason.ENDED_ONLY,
        Reason.OPEN_ENDED_GUESTS,
        Reason.UNSEEN_LINE,
        Reason.CALLER_UNKNOWN,
        Reason.CANCELLED,
        Reason.SKIPPED,
    }
)


def explain(conn: sa.Connection, given: str, zone: ZoneInfo, *, language: str, reveal: bool) -> list[dict[str, Any]]:
    """What is known of each meeting that is called like this, the latest round of each.

    Without `reveal` it has what the sources told, of nobody by name, and neither the verdict nor what tells of it: what
    people said and what was done.
    """
    lexicon = Lexicon(folder_for(language))
    return [_explained(conn, one, zone, lexicon, reveal=reveal) for one in called(conn, given)]


def _explained(
    conn: sa.Connection, stored: StoredMeeting, zone: ZoneInfo, lexicon: Lexicon, *, reveal: bool
) -> dict[str, Any]:
    meeting, verdict = stored.meeting, stored.verdict
    key, round_ = stored.id
    names = _names(meeting, reveal=reveal)
    return {
        "key": key,
        "short_key": short_key(key),
        "round": round_,
        "phase": stored.phase or "upcoming",
        "start": _clock(meeting.start, zone),
        "end": _clock(meeting.end, zone),
        "watched_from": _clock(window(meeting, JudgingRules()).start, zone),
        "outcome": (verdict.outcome.value if reveal else _HIDDEN) if verdict else "not judged yet",
        "as_of": _clock(verdict.as_of, zone) if verdict and verdict.as_of else None,
        "because": _because(verdict, lexicon, reveal=reveal) if verdict else [],
        "evidence": [
            f"{_clock(noted.noted_at, zone)} {_fact(noted.fact, names, zone, reveal=reveal)}"
            for noted in evidence.history(conn, key, round_)
            if noted.replaced_at is None
        ],
        "history": [
            f"{_clock(step.noticed_at, zone)} {step.outcome.value if reveal else _HIDDEN}"
            f" (true since {_clock(step.became_at, zone)})"
            for step in meetings.transitions(conn, key, round_)
        ],
        "followups": [
            f"{_clock(row.changed_at, zone)} {_done(conn, row, names) if reveal else f'a message or task: {row.state}'}"
            for row in sorted(outbox.of_rounds(conn, [stored.id])[stored.id], key=lambda row: row.changed_at)
        ],
    }


def _because(verdict: Verdict, lexicon: Lexicon, *, reveal: bool) -> list[str]:
    told = verdict.reasons if reveal else verdict.reasons & _OF_THE_EVIDENCE
    left = len(verdict.reasons) - len(told)
    return [*sorted(lexicon.say(reason) for reason in told), *([f"{left} more: {_HIDDEN}"] if left else [])]


def _done(conn: sa.Connection, row: OutboxRow, names: dict[str, str]) -> str:
    reason = f" ({row.reason})" if row.reason else ""
    return (
        f"{row.followup.kind} to {names.get(row.followup.key.person, 'somebody')}: {row.state}{reason}"
        f"{_offer(conn, row)}"
    )


def _offer(conn: sa.Connection, row: OutboxRow) -> str:
    """What became of the offer that a message carries."""
    stored = offers.get(conn, row.key) if row.followup.kind is FollowUpKind.RESCHEDULE_OFFER else None
    return f", the offer is {stored.state.replace('_', ' ')}" if stored is not None else ""


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _names(meeting: Meeting, *, reveal: bool) -> dict[str, str]:
    """How each person is called: guests by name, colleagues only on demand."""
    counts: dict[Side, int] = {Side.OURS: 0, Side.THEIRS: 0}
    names: dict[str, str] = {}
    for person in meeting.people:
        counts[person.side] += 1
        anonymous = f"{'colleague' if person.side is Side.OURS else 'guest'} {counts[person.side]}"
        names[person.key] = (person.name or person.key) if reveal else anonymous
    return names


def _fact(fact: Fact, names: dict[str, str], zone: ZoneInfo, *, reveal: bool) -> str:
    match fact:
        case Sighting():
            who = fact.identity.name if reveal else None
            until = "still there" if fact.open else f"until {_clock(fact.until, zone)[11:]}"
            began = _clock(fact.began, zone)[11:]
            return f"{fact.source} saw {who or 'somebody'} in the {fact.where} from {began}, {until}"
        case CallRecord():
            return f"{fact.source} has a call {fact.direction} at {_clock(fact.began, zone)[11:]}: {fact.result}"
        case Coverage():
            blind = f", blind to {', '.join(sorted(fact.blind))}" if fact.blind else ""
            span = f"{_clock(fact.span.start, zone)[11:]} to {_clock(fact.span.end, zone)[11:]}"
            return f"{fact.source} would have seen everybody from {span}{blind}"
        case Statement():
            return f"{names.get(fact.by, 'a colleague')} said: {fact.said if reveal else _HIDDEN}"
