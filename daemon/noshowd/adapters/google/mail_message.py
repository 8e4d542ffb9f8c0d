"""A parcel as an Internet message. Pure; what a vendor or a guest wrote stays words."""

from __future__ import annotations

import base64
import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from typing import Any

from noshowd.ports.channel import Parcel
from noshowd.ports.errors import Permanent


def message_id(parcel: Parcel, mailbox: str) -> str:
    """Our own Message-ID: the same for the same parcel on every attempt."""
    return f"<{hashlib.sha256(parcel.key.encode()).hexdigest()[:40]}.noshowd@{mailbox.rpartition('@')[2]}>"


def message(parcel: Parcel, mailbox: str) -> EmailMessage:
    """The message as it leaves `mailbox`. Raises `Permanent` for an address that is none."""
    made = EmailMessage()
    sender = parcel.sender
    made["From"] = _address(sender.name if sender else None, mailbox)
    made["To"] = _address(parcel.recipient.name, parcel.recipient.address)
    reply_to = parcel.reply_to or (sender.address if sender else None)
    if reply_to and reply_to.lower() != mailbox:
        made["Reply-To"] = _address(None, reply_to)
    made["Subject"] = _one_line(parcel.subject)
    made["Message-ID"] = message_id(parcel, mailbox)
    if parcel.in_reply_to:
        made["In-Reply-To"] = made["References"] = _one_line(parcel.in_reply_to)
    for name, value in parcel.headers:
        made[name] = _one_line(value)
    made.set_content(_text(parcel))
    if parcel.html is not None:
        made.add_alternative(_html(parcel), subtype="html")
    return made


def raw(made: EmailMessage) -> dict[str, Any]:
    """The body Gmail wants."""
    return {"raw": base64.urlsafe_b64encode(made.as_bytes()).decode()}


def _address(name: str | None, address: str | None) -> Address:
    if not address:
        raise Permanent("recipient_without_address")
    try:
        return Address(display_name=_one_line(name or ""), addr_spec=address)
    except (ValueError, IndexError):  # the parser of the standard library stumbles over some nonsense
        raise Permanent("address_malformed") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(parcel: Parcel) -> str:
    links = [f"{_one_line(c.label)}: {c.url}" for c in parcel.choices if c.url]
    return "\n\n".join([parcel.text, *links])


def _html(parcel: Parcel) -> str:
    """The parcel's own HTML between its discreet preview line and its choices."""
    preview = f'<div style="display:none">{escape(_one_line(parcel.preview))}</div>' if parcel.preview else ""
    links = [f'<p><a href="{escape(c.url)}">{escape(_one_line(c.label))}</a></p>' for c in parcel.choices if c.url]
    return "".join([preview, parcel.html or "", *links])
