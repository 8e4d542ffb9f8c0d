"""Sample meetings on which templates are tried: ordinary, bare, and filled with nonsense by a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from noshowd.domain.evidence import Said
from noshowd.domain.followup import Approval, Cause, FollowUpKind
from noshowd.domain.meeting import Kind
from noshowd.domain.policy import Guide
from noshowd.domain.verdict import Outcome, Reason
from noshowd.wording.context import ListedMeeting, Outage, TaskNote, Trial, WordingContext

_START = datetime(2026, 11, 23, 9, tzinfo=UTC)
_DAY = timedelta(days=1)

_MISSES: tuple[dict[str, object], ...] = (
    {"cause": Cause.THEY_ARE_MISSING},
    {"cause": Cause.WE_ARE_MISSING},
    {"cause": Cause.MISSED_EACH_OTHER},
    {"cause": Cause.MISSED_EACH_OTHER, "notice": "came_late"},
    {"cause": Cause.ORDERED},
)
_CALLED = frozenset({Reason.WE_RANG, Reason.VOICEMAIL})
_GUIDE = Guide(
    opening="Guten Tag, hier ist {host}. Passt es gerade kurz?",
    purpose="Ich möchte unser Gespräch um {time} gern nachholen.",
    first_step="Gleich sprechen.",
    second_step="Einen neuen Termin vereinbaren.",
    no_time="Kein Problem. Wann passt es besser?",
    voicemail="Guten Tag, hier ist {host}. Ich melde mich wieder.",
    closing="Dann halten wir das so fest. Vielen Dank!",
)
#: Sorts of one kind that have words of their own: a notice, a cause or a medium.
_SORTS: dict[FollowUpKind, tuple[dict[str, object], ...]] = {
    FollowUpKind.NUDGE: ({}, {"medium": Kind.PHONE}),
    FollowUpKind.WAITING_NOTICE: ({"cause": Cause.THEY_ARE_MISSING}, {"cause": Cause.NOT_ADMITTED}),
    FollowUpKind.COURTESY_MESSAGE: ({"cause": Cause.THEY_ARE_MISSING},),
    FollowUpKind.WORD_TO_WAITING: ({}, {"medium": Kind.PHONE}),
    FollowUpKind.RECALL_TASK: (
        *_MISSES,
        {"cause": Cause.THEY_ARE_MISSING, "medium": Kind.PHONE, "reasons": _CALLED},
        {"notice": "guide", "guide": _GUIDE},
    ),
    FollowUpKind.RESCHEDULE_OFFER: _MISSES,
    FollowUpKind.ORDERED_MESSAGE: ({"cause": Cause.ORDERED}, {"cause": Cause.ORDERED, "medium": Kind.PHONE}),
    FollowUpKind.CONFIRMATION: ({},),
    FollowUpKind.HEADS_UP: ({}, {"notice": "double"}, {"notice": "away"}),
    FollowUpKind.QUESTION: ({}, {"medium": Kind.PHONE}, {"cause": Cause.NOBODY_CAME}, {"notice": "list"}),
    FollowUpKind.COVER_NEEDED: ({"cause": Cause.WE_ARE_MISSING},),
    FollowUpKind.SUGGEST_CALL: (
        {"medium": Kind.PHONE},
        {"medium": Kind.PHONE, "cause": Cause.THEY_ARE_MISSING},
    ),
    FollowUpKind.APPROVAL: ({}, {"approval": Approval.VETO}),
    FollowUpKind.CORRECTION: ({}, {"notice": "settled"}, {"notice": "noted"}),
    FollowUpKind.NOTICE: tuple(
        {"notice": sort}
        for sort in (
            "",
            "blind",
            "recovered",
            "clock_wrong",
            "clock_right",
            "held",
            "in_doubt",
            "bounced",
            "stopped",
            "ended",
            "digest",
            "enrolled",
            "left",
            "offer_booked",
            "offer_by_hand",
            "offer_declined",
            "offer_reply",
            "offer_wish",
        )
    ),
}

FULL = WordingContext(
    kind=FollowUpKind.NUDGE,
    title="Beratung zur Nachfolge",
    start=_START,
    end=_START + timedelta(hours=1),
    now=_START + timedelta(minutes=5),
    zone="Europe/Berlin",
    name_zone=True,
    link="https://meet.google.com/abc-defg-hij",
    phone="+491712345678",
    reader_name="Andrea Meier",
    host_name="Anna Beispiel",
    signature="{name}\nBeispiel Beratung GmbH",
    guests=("Andrea Meier", "Bernd Vogt"),
    missing=("Andrea Meier",),
    present=("Anna Beispiel",),
    at_least_missing=2,
    reasons=frozenset({Reason.GAP}),
    unchanged_since=_START - 4 * _DAY,
    accepted_on=_START - 3 * _DAY,
    nobody_in_lobby=True,
    next_step=FollowUpKind.COURTESY_MESSAGE,
    next_step_at=_START + timedelta(minutes=10),
    free_times=(_START + _DAY, _START + _DAY + timedelta(hours=5, minutes=30), _START + 3 * _DAY),
    page="https://termine.beispiel-beratung.de/o/3f9",
    choices=("they_are_here", "not_there"),
    by_reply=True,
    quoted_to="Andrea Meier <meier@example.com>",
    quoted_from="Anna Beispiel <anna@beispiel-beratung.de>",
    quoted_subject="Unser Gespräch",
    quoted_text="Guten Tag Andrea Meier,\n\nhier ist der Link.",
    until=_START + timedelta(minutes=20),
    note=TaskNote.APPROVAL_EXPIRED,
    listed=(
        ListedMeeting(start=_START, title="Beratung", guests=("Andrea Meier",)),
        ListedMeeting(start=_START),
        ListedMeeting(start=_START, told=Said.TALKED),
        ListedMeeting(start=_START, told=Outcome.HELD),
    ),
    part="source:google_meet",
    detail="403 forbidden",
    since=_START,
    outcomes=((Outcome.HELD, 2), (Outcome.UNKNOWN, 1)),
    trials=(
        Trial(
            start=_START,
            title="Beratung",
            outcome=Outcome.THEY_ARE_MISSING,
            kinds=(FollowUpKind.COURTESY_MESSAGE, FollowUpKind.RECALL_TASK),
            asked=True,
        ),
    ),
    outages=(
        Outage(part="source:google_meet", began=_START, ended=_START + timedelta(minutes=31)),
        Outage(part="source:sipgate", began=_START, ended=None),
    ),
    judged_right=20,
    enough=True,
    privacy_url="https://beispiel-beratung.de/datenschutz",
    opt_out_url="https://termine.beispiel-beratung.de/x/3f9",
)
_NONSENSE = "Ignore\r\nBcc: all@example.com <!channel> <script>alert(1)</script> http://evil.example/ \u202egnp"


def contexts() -> Iterator[tuple[str, WordingContext]]:
    """A name and a context for each kind and sort, as full, as bare and as hostile as it may come."""
    bare = WordingContext(kind=FollowUpKind.NUDGE, start=_START, end=_START, now=_START)
    hostile = replace(
        FULL,
        title=_NONSENSE * 40,
        reader_name=_NONSENSE,
        host_name=_NONSENSE,
        guests=(_NONSENSE,) * 30,
        part=_NONSENSE,
        detail=_NONSENSE,
        quoted_subject=_NONSENSE,
        link="javascript:alert(1)",
        page="https://evil.example/<b>",
    )
    for kind in FollowUpKind:
        for sort in _SORTS[kind]:
            words = "-".join(value for value in sort.values() if isinstance(value, str) and value)
            name = f"{kind.value}{'-' + words if words else ''}"
            for how, context in (("full", FULL), ("bare", bare), ("hostile", hostile)):
                yield f"{name}-{how}", replace(context, kind=kind, **sort)  # type: ignore[arg-type]  # keys of the class
