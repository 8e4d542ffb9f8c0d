"""A parcel as a mail message. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from noshowd.adapters.mail.message_ids import MessageIds
from noshowd.ports.channel import Choice, Parcel, Recipient
from noshowd.ports.errors import Permanent

TEXT_LIMIT = 100_000
NAME_LIMIT = 100
_NEEDS_QUOTES = re.compile(r"[()<>\[\]:;@\\,\"]")
_ADDRESS = re.compile(r"[^\s<>,;:@\"()\[\]\\]{1,64}@[^\s<>,;:@\"()\[\]\\]{1,255}", re.ASCII)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_EXTRA_HEADER = re.compile(r"(?:X|List)-[A-Za-z0-9-]{1,60}")
_UNANSWERED = re.compile(
    r"(?:no|do-?not|never)[-_.]?reply.*|mailer-daemon|postmaster|bounces?|listserv|majordomo"
    r"|.+-(?:request|owner|bounces?|unsubscribe)",
    re.IGNORECASE,
)


def _headers() -> HeaderRegistry:
    """Message-IDs in every header that has them: Python would fold long ones into encoded words."""
    registry = HeaderRegistry()
    for name in ("in-reply-to", "references"):
        registry.map_to_type(name, MessageIDHeader)  # type: ignore[arg-type]  # the stubs forget the mix-ins
    return registry


POLICY = policy.SMTP.clone(header_factory=_headers())


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who our mails come from. `replies_to` is the mailbox whose answers are read (`name@domain`)."""

    address: str
    name: str = "noshowd"
    ids: MessageIds = field(repr=False)
    replies_to: str | None = None
    #: The server lets us write as any of our people; else the host is named and gets the replies.
    as_sender: bool = False


def compose(parcel: Parcel, letterhead: Letterhead, now: datetime) -> EmailMessage:
    """The message. Raises `Permanent` for a recipient or header that a mail cannot have."""
    mail = EmailMessage(policy=POLICY)
    mail["Message-ID"] = letterhead.ids.message_id(parcel.key)
    mail["Date"] = format_datetime(now)
    mail["From"] = _from(parcel, letterhead)
    mail["To"] = _mailbox(parcel.recipient)
    mail["Reply-To"] = _reply_to(parcel, letterhead)
    mail["Subject"] = one_line(parcel.subject)
    earlier = parcel.in_reply_to or parcel.thread
    if earlier is not None:
        _thread(mail, earlier)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in parcel.headers:
        if not _EXTRA_HEADER.fullmatch(name):
            raise Permanent(f"a mail may not be given the header {one_line(name)[:60]!r}")
        mail[name] = one_line(value)
    mail.set_content(_text(parcel))
    if parcel.html is not None:
        mail.add_alternative(_html(parcel.html, parcel), subtype="html")
    # Last, because what makes the body takes all Content- headers away.
    mail["Content-Language"] = one_line(parcel.language)
    return mail


def recipient_address(recipient: Recipient) -> str:
    """The address. Raises `Permanent` where there is none, or nobody reads it."""
    address = recipient.address or ""
    if not _ADDRESS.fullmatch(address):
        raise Permanent("the recipient has no valid mail address")
    if _UNANSWERED.fullmatch(address.partition("@")[0]):
        raise Permanent("nobody reads the recipient's address: a machine or a list")
    return address


def one_line(text: str) -> str:
    """A header value: no line ends, no control characters, nothing that cannot be encoded."""
    return " ".join("".join(c if c.isprintable() else " " for c in _encodable(text)).split())


def _name(text: str) -> str:
    """A display name without the characters that would need quotes: Python loses the quotes when it folds."""
    return one_line(_NEEDS_QUOTES.sub(" ", text))[:NAME_LIMIT]


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _mailbox(person: Recipient) -> Address:
    return Address(display_name=_name(person.name or ""), addr_spec=recipient_address(person))


def _from(parcel: Parcel, letterhead: Letterhead) -> Address:
    if parcel.sender is None:
        return Address(display_name=_name(letterhead.name), addr_spec=letterhead.address)
    if letterhead.as_sender:
        return _mailbox(parcel.sender)
    return Address(display_name=_name(parcel.sender.name or letterhead.name), addr_spec=letterhead.address)


def _reply_to(parcel: Parcel, letterhead: Letterhead) -> Address:
    """The human where there is one; else the mailbox that is read, with our key where there is room."""
    human = parcel.reply_to or (parcel.sender.address if parcel.sender else None)
    if human:
        return _mailbox(Recipient(address=human))
    local, _, domain = (letterhead.replies_to or letterhead.address).partition("@")
    keyed = f"{local}+{letterhead.ids.token(parcel.key)}"
    fits = letterhead.replies_to is not None and len(keyed) <= 64
    return Address(username=keyed if fits else local, domain=domain)


def _thread(mail: EmailMessage, message_id: str) -> None:
    if not _MESSAGE_ID.fullmatch(message_id):
        return
    mail["In-Reply-To"] = message_id
    mail["References"] = message_id


def _text(parcel: Parcel) -> str:
    text = _encodable(parcel.text)
    if len(text) > TEXT_LIMIT:
        text = text[: TEXT_LIMIT - 1] + "…"
    links = [f"{labels}:\n{url}" for labels, url in _links(parcel.choices)]
    return "\n\n".join([text, *links, *([parcel.link] if parcel.link else [])])


def _html(fragment: str, parcel: Parcel) -> str:
    """The fragment, after the discreet line that a list of mails shows first, and before the links."""
    preview = f'<div style="display:none">{escape(one_line(parcel.preview))}</div>' if parcel.preview else ""
    links = [f'<p><a href="{escape(url)}">{escape(labels)}</a></p>' for labels, url in _links(parcel.choices)]
    return "".join([preview, _encodable(fragment), *links])


def _links(choices: Iterable[Choice]) -> list[tuple[str, str]]:
    """Labels and address of each page; choices that share a page share a line."""
    pages: dict[str, list[str]] = {}
    for choice in choices:
        if choice.url:
            pages.setdefault(choice.url, []).append(one_line(choice.label))
    return [(" / ".join(labels), url) for url, labels in pages.items()]
