"""The words of a parcel as Exchange takes them. Pure."""

from __future__ import annotations

from html import escape

from noshowd.ports.channel import Parcel


def single_line(text: str) -> str:
    """The words without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain_text(parcel: Parcel) -> str:
    """The text with its choices and its page as links below; mail and tasks have no buttons."""
    links = [f"{single_line(choice.label)}: {choice.url}" for choice in parcel.choices if choice.url]
    return "\n\n".join([parcel.text, *links, *([parcel.link] if parcel.link else [])])


def html_text(parcel: Parcel, html: str) -> str:
    """The same in HTML."""
    links = [
        f'<p><a href="{escape(choice.url)}">{escape(single_line(choice.label))}</a></p>'
        for choice in parcel.choices
        if choice.url
    ]
    return "\n".join([html, *links])
