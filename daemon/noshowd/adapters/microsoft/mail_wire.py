"""A parcel as a Graph message. Pure."""

from __future__ import annotations

from html import escape
from typing import Any

from noshowd.adapters.microsoft.marks import marked
from noshowd.ports.channel import Parcel, Recipient
from noshowd.ports.errors import Permanent


def message(parcel: Parcel, mailbox: str) -> dict[str, Any]:
    """The message as it leaves `mailbox`, with our key as its mark. `Permanent` without an address.

    Of the parcel's headers only those named x-... can be sent: Graph refuses all others.
    """
    answers_to = parcel.reply_to or (parcel.sender.address if parcel.sender else None)
    found: dict[str, Any] = {
        "subject": single_line(parcel.subject),
        "body": _body(parcel),
        "toRecipients": [_person(parcel.recipient)],
        "internetMessageHeaders": [
            {"name": name, "value": single_line(value)}
            for name, value in parcel.headers
            if name.lower().startswith("x-")
        ],
    }
    if answers_to and answers_to.casefold() != mailbox.casefold():
        found["replyTo"] = [{"emailAddress": {"address": answers_to}}]
    if not found["internetMessageHeaders"]:
        del found["internetMessageHeaders"]
    return found | marked(parcel.key, in_reply_to=parcel.in_reply_to)


def single_line(text: str) -> str:
    """The words without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain_text(parcel: Parcel) -> str:
    """The text with its pages as links below; mail and tasks have no buttons."""
    links = [f"{labels}:\n{url}" for labels, url in _pages(parcel)]
    return "\n\n".join([parcel.text, *links, *([parcel.link] if parcel.link else [])])


def _body(parcel: Parcel) -> dict[str, str]:
    """One body, text or HTML: Graph makes the other itself. HTML begins with the discreet line of the mail list."""
    if parcel.html is None:
        return {"contentType": "text", "content": plain_text(parcel)}
    preview = f'<div style="display:none">{escape(single_line(parcel.preview))}</div>' if parcel.preview else ""
    links = [f'<p><a href="{escape(url)}">{escape(labels)}</a></p>' for labels, url in _pages(parcel)]
    return {"contentType": "html", "content": "".join([preview, parcel.html, *links])}


def _pages(parcel: Parcel) -> list[tuple[str, str]]:
    """Labels and address of each page; choices that share a page share a line."""
    pages: dict[str, list[str]] = {}
    for choice in parcel.choices:
        if choice.url:
            pages.setdefault(choice.url, []).append(single_line(choice.label))
    return [(" / ".join(labels), url) for url, labels in pages.items()]


def _person(recipient: Recipient) -> dict[str, Any]:
    if not recipient.address:
        raise Permanent("the recipient has no e-mail address")
    mail = {"address": recipient.address}
    if recipient.name:
        mail["name"] = single_line(recipient.name)
    return {"emailAddress": mail}
