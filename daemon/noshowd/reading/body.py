"""The body of an event as text, links kept where they stood."""

from __future__ import annotations

import html
import quopri
import re

from noshowd.reading.vocabulary import words

#: How much of a body is looked at for links, in characters as delivered. Word puts up to 100,000 of style first.
EXAMINED = 160_000
#: How much of the resulting text is read for words: what an appointment is about stands before that.
READ = 12_000
#: How much of a title and of a location is read at all.
LINE = 4_000

_MARKUP = re.compile(
    r"<(?:a|b|i|u|p|br|div|span|html|body|head|table|ul|ol|li|strong|em|font|h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE
)
_TAG = re.compile(r"<(?:!--|(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^<>]*)>)")
_HREF = re.compile(r"""\bhref\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_BREAKING = words("p br div li ul ol tr table h1 h2 h3 h4 h5 h6 hr blockquote td")
_UNSEEN = frozenset(("style", "script", "head"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile(r"[ \t\u00a0\u2007\u202f]+")


def plain_text(body: str, *, is_html: bool) -> str:
    """The visible text of the first `EXAMINED` characters; a link's target follows its words in angle brackets."""
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
    """One pass over the tags, however they nest: an HTML parser needs seconds for 200,000 characters of open tags."""
    out: list[str] = []
    at = 0
    hidden: str | None = None
    while (tag := _TAG.search(source, at)) is not None:
        if hidden is None:
            out.append(source[at : tag.start()])
        at = tag.end()
        name = (tag["name"] or "").lower()
        if not name:
            end = source.find("-->", at)
            at = end + 3 if end >= 0 else len(source)
        elif hidden is not None:
            hidden = None if tag["close"] and name == hidden else hidden
        elif name in _UNSEEN and not tag["close"]:
            hidden = name
        else:
            out.append(_rendered(name, tag["rest"]))
    if hidden is None:
        out.append(source[at:])
    return html.unescape("".join(out))


def _rendered(name: str, rest: str) -> str:
    if name in _BREAKING:
        return "\n"
    href = _HREF.search(rest) if name == "a" and rest else None
    return f" <{html.unescape(href[1] or href[2] or href[3] or '')}> " if href else ""
