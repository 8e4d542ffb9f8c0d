"""Finds accusing and excusing phrases in German and English texts.

No list of sentences can be complete. Known phrases come first; then clauses are looked at: who is spoken of, whether
something is denied, whether it tells of the past. A kind message looks ahead: what it may tell of the past is little
(we did not find each other, I was not there, thank you for ...), so everything else in the past tense is suspicious,
a reproach when it speaks of the reader, else a cause. What is only supposed ("if you are there already") is neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from noshowd.wording import phrases


class Tone(StrEnum):
    """What is wrong with a phrase."""

    #: A reproach, a claim that the reader was absent, a question for the reason, a count of attempts, a demand.
    ACCUSING = "accusing"
    #: A cause for our own absence.
    EXCUSING = "excusing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One phrase that a guest should not read."""

    tone: Tone
    #: The sentence as it stands in the text, shortened.
    sentence: str
    #: What set it off, normalised.
    phrase: str


#: Nobody writes longer sentences; what is longer is looked at in pieces.
_SENTENCE = re.compile(r"[^.!?\n]{1,400}[.!?]*")
_CLAUSE = re.compile(r"[,;:()\"„“”–—]|\s-\s|\b(?:und|aber|sondern|doch|and|but|that)\b")
_SHORT_FORMS = (
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bcan't\b"), "cannot"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'(?:ve|re|ll|m)\b"), " have"),
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "’": "'", "‘": "'"})


def check_tone(text: str) -> tuple[Finding, ...]:
    """Every sentence with an accusing or excusing phrase, each told once."""
    return tuple(_findings(text))


def _findings(text: str) -> Iterator[Finding]:
    for sentence in _SENTENCE.findall(text):
        found = _judge(_normal(sentence))
        if found is not None:
            tone, phrase = found
            yield Finding(tone=tone, sentence=" ".join(sentence.split())[:120], phrase=phrase)


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    for short, long in _SHORT_FORMS:
        plain = short.sub(long, plain)
    return " ".join(plain.split())


def _judge(sentence: str) -> tuple[Tone, str] | None:
    clauses = [clause.strip() for clause in _CLAUSE.split(sentence) if clause and clause.strip()]
    stated = [clause for clause in clauses if not phrases.clause("supposed").match(clause)]
    whole = " , ".join(stated)
    if known := phrases.known("accusing").search(whole):
        return Tone.ACCUSING, known[0]
    for clause in stated:
        if absent := _says_absent(clause):
            return Tone.ACCUSING, absent
    if phrases.clause("hedged").search(whole) or phrases.clause("purpose").search(whole):
        return None
    if known := phrases.known("excusing").search(whole):
        return Tone.EXCUSING, known[0]
    if phrases.clause("courteous").search(sentence):
        return None
    return next(filter(None, map(_tells_of_the_past, stated)), None)


def _says_absent(clause: str) -> str | None:
    """Whether a clause says of the reader, not of the writer, that something did not happen that should have."""
    found = [phrases.clause(name).search(clause) for name in ("reader", "denial", "coming")]
    if not all(found) or any(phrases.clause(name).search(clause) for name in ("writer_acts", "free_choice")):
        return None
    return " … ".join(part[0] for part in found if part)


def _tells_of_the_past(clause: str) -> tuple[Tone, str] | None:
    """A clause in the past tense that a kind message has no need of."""
    acted = phrases.clause("reader_acted").search(clause)
    if acted is not None and not phrases.clause("welcome_act").search(clause):
        return Tone.ACCUSING, acted[0]
    past = phrases.clause("past").search(clause)
    if past is None or phrases.clause("harmless_past").search(clause):
        return None
    return (Tone.ACCUSING if phrases.clause("reader").search(clause) else Tone.EXCUSING), past[0]
