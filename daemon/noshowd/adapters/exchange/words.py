"""The words of a parcel as Exchange takes them. Pure."""

from __future__ import annotations

from html import escape

from noshowd.ports.channel import Parcel


def single_line(text: str) -> str:
    """The words without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain_text(parcel: Parcel) -> str:
    """The text with its pages as links below; mail and tasks have no buttons."""
    links = [f"{labels}:\n{url}" for labels, url in _pages(parcel)]
    return "\n\n".join([parcel.text, *links, *([parcel.link] if parcel.link else [])])


def html_text(parcel: Parcel, html: str) -> str:
    """The same in HTML, after the discreet line that a list of mails shows first."""
    preview = f'<div style="display:none">{escape(single_line(parcel.preview))}</div>' if parcel.preview else ""
    links = [f'<p><a href="{escape(url)}">{escape(labels)}</a></p>' for labels, url in _pages(parcel)]
    return "".join([preview, html, *links])


def _pages(parcel: Parcel) -> list[tuple[str, str]]:
    """Labels and address of each page; choices that share a page share a line."""
    pages: dict[str, list[str]] = {}
    for choice in parcel.choices:
        if choice.url:
            pages.setdefault(choice.url, []).append(single_line(choice.label))
    return [(" / ".join(labels), url) for url, labels in pages.items()]
