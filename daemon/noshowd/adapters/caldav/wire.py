"""A parcel as a VTODO (RFC 5545), and a server's refusals in our words. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Todo

from noshowd.ports.channel import Parcel
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

#: Longer texts are cut: nobody reads them, and servers refuse what is very long.
TEXT_LIMIT = 20_000
TITLE_LIMIT = 300


def todo(parcel: Parcel, now: datetime) -> bytes:
    """A calendar object with one task; its UID is our key."""
    task = Todo()
    task.add("uid", uid(parcel.key))
    task.add("dtstamp", now.astimezone(UTC))
    task.add("summary", _cut(" ".join(parcel.subject.split()), TITLE_LIMIT))
    task.add("description", _cut(parcel.text, TEXT_LIMIT))
    task.add("status", "NEEDS-ACTION")
    if parcel.due is not None:
        task.add("due", parcel.due.astimezone(UTC))
    if parcel.link is not None:
        task.add("url", parcel.link)
    calendar = Calendar()
    calendar.add("prodid", "-//noshowd//EN")
    calendar.add("version", "2.0")
    calendar.add_component(task)
    return bytes(calendar.to_ical())


def uid(key: str) -> str:
    """The same parcel always has the same: putting it twice makes one task."""
    return f"noshowd-{key}"


def place(task_list: str, key: str) -> str:
    """The address of the task in its list."""
    return f"{task_list.rstrip('/')}/{uid(key)}.ics"


def word_for(status: int, retry_after: str) -> VendorError:
    """One of our words for an answer that is no success. Names nobody."""
    if status in (401, 407):
        return CredentialsLost(f"the CalDAV server no longer accepts the sign-in ({status})")
    if status in (429, 503):
        later = timedelta(seconds=int(retry_after)) if retry_after.isdecimal() else None
        return Temporary(f"the CalDAV server asks to come back later ({status})", retry_after=later)
    if status >= 500:
        return Temporary(f"the CalDAV server failed ({status})", uncertain=True)
    if status in (404, 409):
        return Permanent(f"there is no task list at this address ({status}): look at lists in [[tasks]]")
    return Permanent(f"the CalDAV server refused ({status})")


def _cut(text: str, longest: int) -> str:
    plain = "".join(c if c.isprintable() or c == "\n" else " " for c in text.encode("utf-8", "replace").decode())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
