"""Invitations and acceptances (iMIP, RFC 6047) in folders of a mailbox: a small search for one event and one person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from noshowd.adapters.mail.mailbox import Mailbox, Piece, Visit
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent

#: Nobody is invited longer ahead; and so many of the newest mails are looked into.
LOOK_BACK = timedelta(days=180)
MOST = 5
#: What can be put into a search as it is (RFC 9051, astring), and is long enough to mean one event.
_SEARCHABLE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{8,250}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,900}>")


class MailInvitations:
    """The folders in the order in which they are searched; one that is not there is passed over."""

    def __init__(self, mailbox: Mailbox, folders: Sequence[str], clock: Clock, *, name: str) -> None:
        self.name = name
        self._mailboxes = [replace(mailbox, folder=folder) for folder in folders]
        self._clock = clock

    async def message_id(self, uid: str, guest: str) -> str | None:
        """See `Invitations.message_id`. Raises `Permanent` where none of the folders is there."""
        if not _SEARCHABLE.fullmatch(uid) or not _SEARCHABLE.fullmatch(guest):
            return None
        since = (self._clock.now() - LOOK_BACK).date()
        found: list[Piece] = []
        missing: list[Permanent] = []
        for mailbox in self._mailboxes:
            try:
                found += await mailbox.visit(lambda visit: _about(visit, uid, guest, since))
            except Permanent as error:
                missing.append(error)
        if len(missing) == len(self._mailboxes):
            raise missing[0]
        named = [name for one in sorted(found, key=lambda one: one.at, reverse=True) if (name := _named(one.raw))]
        return next(iter(named), None)


def _about(visit: Visit, uid: str, guest: str, since: date) -> list[Piece]:
    """The newest mails that speak of the event, to or from this person."""
    pieces = visit.mails(visit.mentioning(uid, of=guest, since=since)[-MOST:])
    return [one for one in pieces if _is_about(one.raw, uid, guest)]


def _is_about(raw: bytes, uid: str, guest: str) -> bool:
    """Whether this is an invitation to exactly this event, or an answer to it, and this person has it too."""
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    people = getaddresses([str(mail[name]) for name in ("From", "To", "Cc") if mail[name]])
    if guest.casefold() not in {address.casefold() for _, address in people}:
        return False
    return any(uid in _uids(part) for part in mail.walk() if part.get_content_type() == "text/calendar")


def _uids(part: EmailMessage) -> set[str]:
    from icalendar import Calendar  # slow to load, and only where an invitation was found

    try:
        calendar = Calendar.from_ical(part.get_content())
    except (ValueError, LookupError, TypeError):
        return set()
    return {str(event.get("UID", "")) for event in calendar.walk("VEVENT")}


def _named(raw: bytes) -> str | None:
    """Its Message-ID, where it has a sound one."""
    found = _MESSAGE_ID.search(str(message_from_bytes(raw)["Message-ID"] or ""))
    return found[0] if found else None
