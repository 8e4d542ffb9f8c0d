"""Names as people write them, and how alike two of them are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from noshowd.reading.nicknames import STANDS_FOR
from noshowd.reading.vocabulary import words


class Alike(IntEnum):
    """How much of two names agrees. `PART` is a given name alone, or one that a device bears."""

    NO = 0
    PART = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Name:
    """A name without all that is none, folded; either part may be empty."""

    given: tuple[str, ...]
    family: str
    #: Taken from a device: whose it is, not who is there.
    of_device: bool = False

    @property
    def empty(self) -> bool:
        return not self.given and not self.family


_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|\{[^{}]{0,80}\}")
_AFTER = re.compile(
    r"(?:[|/\u2022\u00b7]|\s[-\u2013\u2014@]\s|\bvon der firma\b|\bfrom\b|\bvia\b|\bc/o\b).*$", re.IGNORECASE
)
_TITLES = words(
    """
    dr prof professor dipl ing dipl-ing mag phd md msc bsc mba ba ma llm ra rain herr frau hr fr mr mrs ms miss mx sir
    jun jr sr sen iii ii gast guest extern external intern he him she her they them er ihm sie host organizer organiser
    med rer nat phil jur habil hc
    """
)
_PARTICLES = words("von van vom zu zur zum de der den dem del della di da dos la le ten ter el al bin ibn af av")
_GADGET = (
    r"(?:iphone|ipad|macbook(?: air| pro)?|galaxy|samsung|handy|laptop|pc|pixel|surface|tablet|smartphone|android|phone"
    r"|telefon)"
)
_DEVICE = re.compile(
    rf"^(?:(?:das|mein|my)\s)?{_GADGET}(?: \w{{1,8}}){{0,2}}?\s(?:von|of|de)\s(?P<owner>.+)$"
    rf"|^(?P<owner2>[^\W\d_]+?)(?:['\u2019\u00b4`]?s|['\u2019])\s(?:[^\W\d_]+\s)?{_GADGET}(?!\w).*$",
    re.IGNORECASE,
)
_ANONYMOUS = re.compile(
    rf"^(?:{_GADGET}|user|guest|gast|teilnehmer|participant|anonymous|anonym|unknown|unbekannt|anrufer|caller"
    r"|(?:call-?in|phone|zoom) user)(?: ?[\w-]*\d[\w-]*)?$",
    re.IGNORECASE,
)
_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"}
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")

_FAMILY_SCORE = 90
_GIVEN_SCORE = 85
_SHORT, _LONG = 4, 6
#: Nobody's name is longer; what follows is not read.
_LONGEST = 200
_NOBODY: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def read_name(written: str) -> Name:
    """The name in a display name: brackets, firms, titles, pronouns and devices gone, "Family, Given" turned round."""
    text = (
        unicodedata.normalize("NFKC", written[:_LONGEST]).casefold().strip().replace("h.c.", " ").replace("h. c.", " ")
    )
    device = _DEVICE.match(text)
    if device:
        inner = read_name(device["owner"] or device["owner2"])
        return Name(inner.given, inner.family, of_device=True)
    text = _AFTER.sub("", _BRACKETS.sub(" ", text)).strip()
    if _ANONYMOUS.match(text):
        return Name((), "")
    family_first, comma, rest = text.partition(",")
    words = _words(text)
    if comma and (after := _words(rest)):
        words = after + _words(family_first)
        return Name(tuple(after), _joined(_words(family_first))) if _words(family_first) else _split(words)
    return _split(words)


def name_of_address(address: str) -> Name:
    """The name an address spells (`a.mueller`, `anna_mueller`); empty for what looks like no name."""
    local = address.rpartition("@")[0].partition("+")[0].casefold()
    parts = [part for part in re.split(r"[._-]", re.sub(r"\d+$", "", local)) if part.isalpha()]
    if len(parts) < 2:
        return Name((), parts[0] if parts and len(parts[0]) > 3 else "")
    return Name(tuple(parts[:-1]), parts[-1])


def alike(first: Name, second: Name) -> tuple[Alike, float]:
    """How far two names agree, and a score from 0 to 100 to prefer the better of two."""
    if first.empty or second.empty:
        return Alike.NO, 0.0
    best = max(_alike(first, second), _alike(_turned(first), second), _alike(first, _turned(second)))
    degree, score = best
    return (min(degree, Alike.PART), score) if first.of_device or second.of_device else (degree, score)


def _alike(first: Name, second: Name) -> tuple[Alike, float]:
    if not first.family or not second.family:
        return _one_word(first, second)
    family = _score(first.family, second.family)
    if len(first.family) == 1 or len(second.family) == 1:
        # "Anna M.": only the initial of the family name is shown.
        same_initial = first.family[0] == second.family[0]
        given = _given(first.given, second.given)
        return (Alike.FULL, 0.9 * given) if same_initial and given >= _GIVEN_SCORE else (Alike.NO, 0.0)
    if family < _FAMILY_SCORE:
        return Alike.NO, 0.0
    given = _given(first.given, second.given)
    if given >= _GIVEN_SCORE:
        return Alike.FULL, (family + given) / 2
    return (Alike.PART, family / 2) if not first.given or not second.given else (Alike.NO, 0.0)


def _one_word(first: Name, second: Name) -> tuple[Alike, float]:
    """A single word is a given name or a family name; it agrees in part with either."""
    short, full = (first, second) if not first.family else (second, first)
    words = short.given or (short.family,)
    if not full.given and not full.family:
        return Alike.NO, 0.0
    given = _given(words, full.given or (full.family,))
    family = _score(words[0], full.family) if full.family else 0.0
    best = max(given if len(words[0]) > 1 else 0.0, family)
    return (Alike.PART, best / 2) if best >= _FAMILY_SCORE else (Alike.NO, 0.0)


def _given(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Given names agree if one of each does, in full, by nickname or by initial."""
    if not first or not second:
        return 0.0
    scores = [_given_pair(a, b) for a in first for b in second]
    # The first given name counts; a second one may stand alone ("Hans Peter" called Peter).
    return max(scores)


def _given_pair(first: str, second: str) -> float:
    if len(first) == 1 or len(second) == 1:
        return 88.0 if first[0] == second[0] else 0.0
    if _foldings(first) & _foldings(second):
        return 100.0
    one, other = fold(first), fold(second)
    if STANDS_FOR.get(one, _NOBODY) & STANDS_FOR.get(other, _NOBODY):
        return 95.0
    # One slip of the pen in a long name, but not at its end: there it is Martin and Martina.
    long = min(len(one), len(other)) >= _LONG and one[-2:] == other[-2:]
    return 90.0 if long and _slip(one, other) else 0.0


def _slip(one: str, other: str) -> bool:
    # loaded with the first two names that are nearly alike: 3 MB that most days do without
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other) == 1


def _score(first: str, second: str) -> float:
    """The best over both ways to write umlauts; one wrong letter in a short name is another name."""
    ways, other_ways = _foldings(first), _foldings(second)
    if ways & other_ways:
        return 100.0
    if min(len(first), len(second)) <= _SHORT:
        return 0.0
    from rapidfuzz.fuzz import ratio  # as in `_slip`

    return max(ratio(a, b) for a in ways for b in other_ways)


@lru_cache(maxsize=4096)
def _foldings(word: str) -> frozenset[str]:
    return frozenset((fold(word), _plain(word.replace("ß", "ss"))))


def fold(word: str) -> str:
    """German transliteration, then no accents: Müller and Mueller are one."""
    return _plain(word.replace("ß", "ss").translate(_GERMAN))


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).replace("’", "'")


def _words(text: str) -> list[str]:
    return [w for w in (m[0] for m in _LETTERS.finditer(text)) if w not in _TITLES]


def _split(words: list[str]) -> Name:
    if not words:
        return Name((), "")
    if len(words) == 1:
        return Name((words[0],), "")
    start = len(words) - 1
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    given = tuple(part for word in words[:start] for part in word.split("-"))
    return Name(given, _joined(words[start:]))


def _joined(words: list[str]) -> str:
    return " ".join(words)


def _turned(name: Name) -> Name:
    """Family name first, without a comma."""
    if name.family and len(name.given) == 1:
        return Name((name.family,), name.given[0], name.of_device)
    return name
