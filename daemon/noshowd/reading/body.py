"""The body of an event as text, links kept where they stood."""

from __future__ import annotations

import html
import quopri
import re

#: How much of a body is looked at for links, in characters as delivered. Word puts up to 100,000 of style first.
EXAMINED = 160_000
#: How much of the resulting text is read for words: what an appointment is about stands before that.
READ = 12_000
#: How much of a title and of a location is read at all.
LINE = 4_000

_MARKUP = re.compile(
    r"<(?:a|b|i|u|p|br|div|span|html|body|head|table|ul|ol|li|strong|em|font|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]*(?:[\s/][^<>]*)?>|<![^<>]*>")
_BREAK = re.compile(r"<(?:p|br|/?div|/?li|/?tr|td|h[1-6]|hr|/?table|blockquote)(?:[\s/][^<>]*)?>", re.IGNORECASE)
_ANCHOR = re.compile(r"""<a\s(?:[^<>]*?\s)?href\s{0,9}=\s{0,9}("[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)[^<>]*>""", re.IGNORECASE)
_UNSEEN = re.compile(r"<(?:!--|(?P<name>style|script|head)\b)", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u2007\u202f]+")


def plain_text(body: str, *, is_html: bool) -> str:
    """The visible text of the first `EXAMINED` characters; a link's target stands in quotes before its words."""
    body = body[:EXAMINED]
    if not is_html and "=0A" in body and "\n" not in body and body.count("=0A") > 1:
        # Some clients leave the transfer encoding of the mail in the text.
        body = quopri.decodestring(body.encode("ascii", "ignore")).decode("utf-8", "replace")
    if is_html or ("<" in body and _MARKUP.search(body)):
        body = _without_tags(body)
    if "&" in body and not is_html:
        body = body.replace("&amp;", "&")
    if not body.isascii():
        body = _SPACES.sub(" ", _INVISIBLE.sub("", body))
    return body


def _without_tags(source: str) -> str:
    """Patterns that never look back, not an HTML parser: one needs seconds for 200,000 characters of open tags."""
    shown = _BREAK.sub("\n", _ANCHOR.sub(r" \1 ", _seen(source)))
    return html.unescape(_TAG.sub("", shown))


def _seen(source: str) -> str:
    """Without comments, styles and scripts; one that is not closed hides the rest."""
    lower = source.lower()
    out: list[str] = []
    at = 0
    while (opened := _UNSEEN.search(source, at)) is not None:
        out.append(source[at : opened.start()])
        closing = f"</{opened['name'].lower()}" if opened["name"] else "-->"
        end = lower.find(closing, opened.end())
        if end < 0:
            return "".join(out)
        at = end + len(closing)
    out.append(source[at:])
    return "".join(out)
