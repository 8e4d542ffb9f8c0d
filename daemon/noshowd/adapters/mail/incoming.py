"""What a mail that came in means: an answer in words, a mail that bounced, or nothing for us. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from selectolax.lexbor import LexborHTMLParser

from noshowd.adapters.mail.message_ids import MessageIds

#: Headers that tell whether a mail concerns us, asked for before any body is read.
TELLING = ("Message-ID", "In-Reply-To", "References", "To", "Cc", "Content-Type")
_ANSWERING = ("in-reply-to", "references", "to", "cc")
TEXT_LIMIT = 4_000
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
#: Where the words of the person end, and a signature or the whole mail they answer begins.
_END = re.compile(
    r"\s*(?:-{2,}\s*(?:original|urspr|forwarded|weitergeleitet)|_{5,}|--\s*$|\*?(?:from|von):\*?\s)", re.IGNORECASE
)
#: "On Monday Anna wrote:", over one or two lines: what follows is quoted, or the rest of the mail is not theirs.
_ATTRIBUTION = re.compile(
    r"\s*(?:(?:on|am)\b[^\n]{5,200}(?:\n(?!\s*>)[^\n]{0,200})?\b(?:wrote|schrieb|geschrieben)\b"
    r"|[^\n>]{0,100}<[^\s<>]+@[^\s<>]+>\s+(?:wrote|schrieb)\b)[^\n:]{0,120}(?:\n(?!\s*>)[^\n:]{0,120})?:[^\n]*",
    re.IGNORECASE,
)
#: What mail programs put around the mail that is answered.
_QUOTED = "blockquote, .gmail_quote, .yahoo_quoted, .protonmail_quote"
_BLOCKS = "br, p, div, li, tr, hr, h1, h2, h3, table, ul, ol"
_GREETING = re.compile(
    r"(?:hallo|hi|hello|hey|moin|servus|guten (?:tag|morgen|abend)|dear|liebe[rs]?)\b[^.!?]{0,40}", re.IGNORECASE
)
_NEGATION = re.compile(r"\b(?:nicht|kein\w*|nie|not|never|no|nein)\b|n't\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a person wrote about one of our parcels; `label` is the choice they named, None if it is unclear."""

    message_id: str
    about: str
    by: str | None
    text: str
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One of our parcels did not arrive; `status` as RFC 3463 has it (5.1.1)."""

    message_id: str
    about: str
    status: str


class Words:
    """Reply words and the labels of the choices they stand for."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._labels = {_plain(word): label for word, label in table.items()}

    def label(self, text: str) -> str | None:
        """The choice that the first line names; None for anything that could be meant otherwise."""
        line = next((_plain(line) for line in text.splitlines() if _plain(line) and not _greets(line)), "")
        if line in self._labels:
            return self._labels[line]
        words = line.split()
        for length in range(len(words) - 1, 0, -1):
            label = self._labels.get(" ".join(words[:length]))
            if label is not None:
                return label if self._harmless(words[length:], label) else None
        return None

    def _harmless(self, rest: list[str], label: str) -> bool:
        """Whether what follows the reply word neither denies it nor names another choice."""
        if _NEGATION.search(" ".join(rest)):
            return False
        return all(self._labels.get(word, label) == label for word in rest)


def concerns_us(headers: bytes, ids: MessageIds) -> bool:
    """Whether the body is worth reading: an answer to us, or a report about mail that did not arrive."""
    mail = _parsed(headers)
    return _about(mail, ids) is not None or "multipart/report" in str(mail.get("content-type", "")).lower()


def understand(raw: bytes, ids: MessageIds, words: Words) -> Reply | Bounce | None:
    """What the mail says; None for machines, loops, and mail that is not about ours."""
    mail = _parsed(raw)
    message_id = str(mail.get("message-id", "")).strip()
    if mail.get_content_type() == "multipart/report":
        return _bounce(mail, message_id, ids)
    about = _about(mail, ids)
    if about is None or not message_id or _from_a_machine(mail) or ids.key_in([message_id]):
        return None
    text = _own_words(mail)
    _, by = parseaddr(str(mail.get("from", "")))
    return Reply(message_id=message_id, about=about, by=by.casefold(), text=text[:TEXT_LIMIT], label=words.label(text))


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _about(mail: EmailMessage, ids: MessageIds) -> str | None:
    return ids.key_in(str(value) for name in _ANSWERING for value in mail.get_all(name, []))


def _from_a_machine(mail: EmailMessage) -> bool:
    """Holiday notes and list servers (RFC 3834 and what came before it)."""
    submitted = str(mail.get("auto-submitted", "no")).partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or str(mail.get("precedence", "")).strip().lower() in _BULK
        or any(name in mail for name in ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "list-id"))
        or str(mail.get("return-path", "")).strip() == "<>"
    )


def _bounce(mail: EmailMessage, message_id: str, ids: MessageIds) -> Bounce | None:
    """A delivery report (RFC 3464) that says "failed" about a mail of ours; delays and successes are nothing."""
    failed, status, returned = False, "", []
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            report = part.as_string()
            failed = failed or re.search(r"^Action:\s*failed", report, re.IGNORECASE | re.MULTILINE) is not None
            found = re.search(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", report, re.IGNORECASE | re.MULTILINE)
            status = found[1] if found else status
        elif kind in {"text/rfc822-headers", "message/rfc822"}:
            returned.append(part.as_string())
    about = ids.key_in(returned)
    if not failed or about is None:
        return None
    return Bounce(message_id=message_id, about=about, status=status)


def _own_words(mail: EmailMessage) -> str:
    """What the person wrote above, between or below what they quote, without a signature."""
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    if body.get_content_subtype() == "html":
        text = _text_of(text)
    lines, kept = text.splitlines(), []
    while lines:
        quoting = _ATTRIBUTION.match("\n".join(lines[:3]))
        if quoting is not None:
            lines = lines[quoting[0].count("\n") + 1 :]
            if not next((line for line in lines if line.strip()), "").lstrip().startswith(">"):
                break
            continue
        line = lines.pop(0)
        if _END.match(line):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.strip())
    return "\n".join(kept).strip()


def _text_of(html: str) -> str:
    """The text of a page with a line for each block; what is quoted is one line that begins with `>`."""
    tree = LexborHTMLParser(" ".join(html.split()))
    for unseen in tree.css("style, script"):
        unseen.decompose()
    for quoted in tree.css(_QUOTED):
        quoted.insert_before("\n>\n")
        quoted.decompose()
    for block in tree.css(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return tree.body.text() if tree.body else ""


def _greets(line: str) -> bool:
    return len(line.split()) <= 5 and _GREETING.fullmatch(line.strip().rstrip(",!.")) is not None


def _plain(text: str) -> str:
    """Lower case, no punctuation, single spaces."""
    return " ".join(re.sub(r"[^\w\s'-]", " ", text.casefold()).split())
