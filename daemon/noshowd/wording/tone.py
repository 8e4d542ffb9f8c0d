"""Finds accusing and excusing phrases in a text.

No list of sentences can be complete. Known phrases come first; then clauses are looked at: who is spoken of, whether
something is denied, whether it tells of the past. A kind message looks ahead: what it may tell of the past is little
(we did not find each other, I was not there, thank you for ...), so everything else in the past tense is suspicious,
a reproach when it speaks of the reader, else a cause. What is only supposed ("if you are there already") is neither.
The words are those of each language's `phrases.toml`; which one a sentence is in shows in its commonest words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from noshowd.wording.phrases import Phrases, phrases, plain


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
_SENTENCE = re.compile(r"(?:[^.!?\n]|\.(?=\w)|(?<=\d)\.(?= \w)){1,400}[.!?]*")
_PAUSE = re.compile(r"[,;()\"„“”–—]|:(?!\d)|\s-\s")


def check_tone(text: str, own: Path | None = None) -> tuple[Finding, ...]:
    """Every sentence with an accusing or excusing phrase, each told once.

    `own` is a user's folder of templates, whose languages may have phrases of their own. Raises PhraseError for a
    file of phrases that cannot be read.
    """
    return tuple(_findings(text, phrases(own)))


def _findings(text: str, languages: tuple[Phrases, ...]) -> Iterator[Finding]:
    for sentence in _SENTENCE.findall(unicodedata.normalize("NFC", text)):
        plainly = plain(sentence)
        found = next(filter(None, (_judge(plainly, language) for language in _spoken(plainly, languages))), None)
        if found is not None:
            tone, phrase = found
            yield Finding(tone=tone, sentence=" ".join(sentence.split())[:120], phrase=phrase)


def _spoken(plainly: str, languages: tuple[Phrases, ...]) -> list[Phrases]:
    """Those languages of which the sentence has most common words; all of them when it has none."""
    common = [len(language.clause("common").findall(plainly)) for language in languages]
    return [language for language, count in zip(languages, common, strict=True) if count == max(common)]


@lru_cache(maxsize=8192)  # the samples of a template, and its languages, share most sentences
def _judge(plainly: str, language: Phrases) -> tuple[Tone, str] | None:
    sentence = language.written_out(plainly)
    clauses = [part.strip() for pause in _PAUSE.split(sentence) for part in language.clause("breaks").split(pause)]
    stated = [clause for clause in clauses if clause and not language.clause("supposed").match(clause)]
    blames = [clause for clause in stated if not language.clause("owned").search(clause)]
    whole = " , ".join(stated)
    excuse = language.known("excusing").search(
        " , ".join(clause for clause in stated if not _only_of_reader(clause, language))
    )
    if known := language.known("accusing").search(" , ".join(blames)):
        own = excuse is not None and not language.clause("reader").search(whole)
        return (Tone.EXCUSING if own else Tone.ACCUSING), known[0]
    for clause in blames:
        if absent := _says_absent(clause, language):
            return Tone.ACCUSING, absent
    if language.clause("hedged").search(whole) or language.clause("purpose").search(whole):
        return None
    if excuse is not None:
        return Tone.EXCUSING, excuse[0]
    if language.clause("courteous").search(sentence):
        return None
    return next(filter(None, (_tells_of_the_past(clause, language) for clause in stated)), None)


def _only_of_reader(clause: str, language: Phrases) -> bool:
    """Whether a clause speaks of the reader and not of the writer, so that it excuses nothing of ours."""
    return bool(language.clause("reader").search(clause)) and not language.clause("writer").search(clause)


def _says_absent(clause: str, language: Phrases) -> str | None:
    """Whether a clause says of the reader, not of the writer, that something did not happen that should have."""
    found = [language.clause(name).search(clause) for name in ("reader", "denial", "coming")]
    if not all(found) or any(language.clause(name).search(clause) for name in ("writer_acts", "free_choice")):
        return None
    return " … ".join(part[0] for part in found if part)


def _tells_of_the_past(clause: str, language: Phrases) -> tuple[Tone, str] | None:
    """A clause in the past tense that a kind message has no need of."""
    acted = language.clause("reader_acted").search(clause)
    if acted is not None:
        welcome = language.clause("welcome_act").search(clause) and not language.clause("denial").search(clause)
        return None if welcome else (Tone.ACCUSING, acted[0])
    past = language.clause("past").search(clause)
    if past is None or language.clause("harmless_past").search(clause):
        return None
    return (Tone.ACCUSING if language.clause("reader").search(clause) else Tone.EXCUSING), past[0]
