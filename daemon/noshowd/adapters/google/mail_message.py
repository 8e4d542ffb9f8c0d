"""A parcel as an Internet message. Pure; what a vendor or a guest wrote stays words."""

from __future__ import annotations

import base64
import hashlib
import re
from email import policy
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from html import escape
from typing import Any

from noshowd.ports.channel import Parcel
from noshowd.ports.errors import Permanent

#: Longer texts are cut: nobody reads them, and Gmail refuses the very long.
_LONGEST_TEXT = 100_000
#: Left out of names: Python loses the quotes around them when it folds a long header.
_SPECIALS = str.maketrans(dict.fromkeys('()<>[]:;@\\,"', " "))
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}", re.ASCII)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")


def _headers() -> HeaderRegistry:
    """Message-IDs in every header that has them: Python would fold long ones into encoded words."""
    registry = HeaderRegistry()
    for name in ("in-reply-to", "references"):
        registry.map_to_type(name, MessageIDHeader)  # type: ignore[arg-type]  # the stubs forget the mix-ins
    return registry


_POLICY = policy.SMTP.clone(header_factory=_headers())


def message_id(parcel: Parcel, mailbox: str) -> str:
    """Our own Message-ID: the same for the same parcel on every attempt."""
    return f"<{hashlib.sha256(parcel.key.encode()).hexdigest()[:40]}.noshowd@{mailbox.rpartition('@')[2]}>"


def message(parcel: Parcel, mailbox: str) -> EmailMessage:
    """The message as it leaves `mailbox`. Raises `Permanent` for an address that is none."""
    made = EmailMessage(policy=_POLICY)
    sender = parcel.sender
    made["From"] = _address(sender.name if sender else None, mailbox)
    made["To"] = _address(parcel.recipient.name, parcel.recipient.address)
    reply_to = parcel.reply_to or (sender.address if sender else None)
    if reply_to and reply_to.lower() != mailbox:
        made["Reply-To"] = _address(None, reply_to)
    made["Subject"] = _one_line(parcel.subject)
    made["Message-ID"] = message_id(parcel, mailbox)
    if parcel.in_reply_to and _MESSAGE_ID.fullmatch(parcel.in_reply_to):
        made["In-Reply-To"] = made["References"] = parcel.in_reply_to
    made["Auto-Submitted"] = "auto-generated"
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
    if not _ADDRESS.fullmatch(address):
        raise Permanent("address_malformed")
    user, _, domain = address.rpartition("@")
    return Address(display_name=_one_line((name or "").translate(_SPECIALS)), username=user, domain=domain)


def _one_line(text: str) -> str:
    """A header's value: no line ends, no control characters, nothing that cannot be encoded."""
    return " ".join("".join(c if c.isprintable() else " " for c in _encodable(text)).split())


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _text(parcel: Parcel) -> str:
    text = _encodable(parcel.text)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[: _LONGEST_TEXT - 1]}…"
    links = [f"{_one_line(c.label)}:\n{c.url}" for c in parcel.choices if c.url]
    return "\n\n".join([text, *links, *([parcel.link] if parcel.link else [])])


def _html(parcel: Parcel) -> str:
    """The parcel's own HTML between its discreet preview line and its choices."""
    preview = f'<div style="display:none">{escape(_one_line(parcel.preview))}</div>' if parcel.preview else ""
    links = [f'<p><a href="{escape(c.url)}">{escape(_one_line(c.label))}</a></p>' for c in parcel.choices if c.url]
    return "".join([preview, _encodable(parcel.html or ""), *links])
