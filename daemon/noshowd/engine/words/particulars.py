"""Single lines of a parcel: what a waiting person doubts, names with addresses, links that need no page of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from noshowd.domain.entry import Response
from noshowd.domain.meeting import Meeting, Side
from noshowd.ports.channel import Parcel, Recipient


def unsubscribing(page: str | None) -> tuple[tuple[str, str], ...]:
    """What lets a mail program offer it with one click (RFC 8058)."""
    if page is None:
        return ()
    return ("List-Unsubscribe", f"<{page}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def mailto(draft: Parcel) -> str | None:
    """The message ready in whatever mail program our person uses (RFC 6068): it needs no right of ours at all."""
    if draft.recipient.address is None:
        return None
    fields = {"subject": draft.subject, "body": draft.text.replace("\n", "\r\n")}
    written = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    return f"mailto:{quote(draft.recipient.address, safe='@')}?{written}"


def named(one: Recipient) -> str:
    """`Andrea Meier <meier@example.com>`, or what is known of it."""
    return f"{one.name} <{one.address}>" if one.name and one.address else one.name or one.address or ""


def doubts(meeting: Meeting, missing: set[str]) -> dict[str, Any]:
    """What a waiting person doubts first: is this still the link, has the guest accepted, and when."""
    guests = [p for p in meeting.side(Side.THEIRS) if p.expected and (p.key in missing or not missing)]
    answered = [p.responded_at for p in guests]
    accepted = bool(guests) and all(p.response is Response.ACCEPTED for p in guests)
    changed = meeting.round > 1
    return {
        "changed_at": meeting.unchanged_since if changed else None,
        "unchanged_since": None if changed else meeting.unchanged_since,
        "accepted": accepted,
        "accepted_on": max(filter(None, answered), default=None) if accepted and all(answered) else None,
    }
