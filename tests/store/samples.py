"""Values to store, all on one Monday in March 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.evidence import Coverage, Identity, Sighting
from noshowd.domain.followup import Cause, FollowUp, FollowUpKey, FollowUpKind
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome, PersonVerdict, Reason, Verdict

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)


def at(minutes: float) -> datetime:
    """So many minutes after nine."""
    return NINE + minutes * MINUTE


def meeting(key: str = "m1", *, round_: int = 1, start: datetime = NINE, title: str = "Quarterly review") -> Meeting:
    return Meeting(
        key=key,
        round=round_,
        start=start,
        end=start + 60 * MINUTE,
        title=title,
        place=Place(kind=Kind.VIDEO, platform="google_meet", url="https://meet.google.com/abc-defg-hij"),
        people=(
            Person(key="anna@ours.example", side=Side.OURS, address="anna@ours.example"),
            Person(key="ben@ours.example", side=Side.OURS, address="ben@ours.example"),
            Person(key="guest@theirs.example", side=Side.THEIRS, address="guest@theirs.example"),
        ),
        copies=(EntryRef(account="google", calendar="anna@ours.example", entry_id=key),),
    )


def verdict(judged: datetime, outcome: Outcome = Outcome.WAITING) -> Verdict:
    return Verdict(
        outcome=outcome,
        judged_at=judged,
        people=(PersonVerdict(key="guest@theirs.example", side=Side.THEIRS),),
        reasons=frozenset({Reason.NO_COVERAGE, Reason.GAP}),
        next_look_at=judged + MINUTE,
    )


def sighting(stay: str = "stay-1", *, began: datetime = NINE, until: datetime | None = None) -> Sighting:
    return Sighting(
        source="meet",
        stay=stay,
        identity=Identity(provider_id="users/1", name="Anna", verified=True),
        began=began,
        until=until or began + MINUTE,
        open=until is None,
    )


def coverage(start: datetime, end: datetime, source: str = "meet") -> Coverage:
    return Coverage(source=source, span=Span(start=start, end=end))


def followup(
    meeting_key: str = "m1",
    *,
    kind: FollowUpKind = FollowUpKind.NUDGE,
    person: str = "anna@ours.example",
    step: str = "nudge",
    concerns: str | None = None,
) -> FollowUp:
    return FollowUp(
        key=FollowUpKey(meeting=meeting_key, round=1, person=person, kind=kind, step=step),
        cause=Cause.WE_ARE_MISSING,
        not_before=NINE,
        not_after=at(60),
        concerns=concerns,
    )


def entry(entry_id: str, *, start: datetime = NINE, title: str = "Review") -> CalendarEntry:
    return CalendarEntry(
        ref=EntryRef(account="google", calendar="anna", entry_id=entry_id),
        uid=f"{entry_id}@google.com",
        start=start,
        end=start + 30 * MINUTE,
        title=title,
    )
