"""Which of a few offered times a reply means: "Montag 9 Uhr", "Tuesday works", "am 23.11. um halb drei".

Tolerant in spelling and strict in meaning: every number in the line must be explained, and whatever could be meant
otherwise means nothing, so that a person reads it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo


def _numbered(*lines: str, first: int = 0) -> dict[str, int]:
    """Each word of a line -> the number of its line."""
    return {word: number for number, line in enumerate(lines, start=first) for word in line.split()}


_DAYS = _numbered(
    "montag monday mon mo",
    "dienstag tuesday tues tue di",
    "mittwoch wednesday wed mi",
    "donnerstag thursday thurs thur thu do",
    "freitag friday fri fr",
    "samstag sonnabend saturday sat sa",
    "sonntag sunday sun",
)
_MONTHS = _numbered(
    "januar jänner january jan",
    "februar february feb",
    "märz maerz march mär mar",
    "april apr",
    "mai may",
    "juni june jun",
    "juli july jul",
    "august aug",
    "september sept sep",
    "oktober october okt oct",
    "november nov",
    "dezember december dez dec",
    first=1,
)
_ORDINALS = _numbered("erste ersten erster first", "zweite zweiten zweiter second", "dritte dritten dritter third")
_HOURS = _numbered(
    *"ein|zwei two|drei three|vier four|fünf fuenf five|sechs six|sieben seven|acht eight|neun nine".split("|"),
    *"zehn ten|elf eleven|zwölf zwoelf twelve".split("|"),
    first=1,
)
#: Whoever denies, doubts, asks or proposes something else is read by a person.
_UNSURE = re.compile(
    r"\b(?:nicht|kein\w*|nie|weder|leider|außer|ausser|statt|nach|ab|vor|bis|oder|falls|wenn|zwischen|früher"
    r"|später|not|no|none|nor|never|unfortunately|except|instead|after|before|until|from|or|if|unless|between"
    r"|earlier|later|cannot|quarter|viertel|darauf|drauf|wochen|weeks|in (?:einer|a|one) (?:woche|week))\b|übernächst"
    r"|n[o']t\b|\?"
)
#: Denies, and means nothing by it.
_POLITE = re.compile(
    r"\b(?:kein (?:problem|thema|stress)|keine (?:ursache|umstände|eile)|macht (?:ja )?nichts|nicht schlimm"
    r"|no (?:problem|worries|rush|trouble|bother)|not a problem|not to worry|never mind)\b"
)
#: Where the words end and a signature, with its telephone numbers and disclaimers, begins.
_CLOSING = re.compile(
    r"\n\s*(?:(?:mit )?\w+ (?:grüssen?|gruss)|gruss|grüsse|mfg|lg|vg|bg|(?:\w+ )?(?:regards|wishes)|many thanks|cheers"
    r"|sincerely|yours)\b"
)
_POSTSCRIPT = re.compile(r"\n\s*p\.?\s?s\b")
_MORNING = re.compile(r"(?:\b|tag)(?:morgens|(?<=tag)morgen|vormittags?|früh|(?:in the )?morning)\b")
_AFTERNOON = re.compile(r"(?:\b|tag)(?:nachmittags?|abends?|(?:in the )?(?:afternoon|evening))\b")
_DAY = re.compile(
    rf"\b({'|'.join(_DAYS)})(?:(?:vor|nach)mittag|morgen|abend|früh)?\b(?!\s+(?:ich|mir|uns|es|das|die|der)\b)"
)
#: A month by its name before or after the day, or day and month in figures; which of them is a clock is decided later.
_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:of\s+)?(?P<name>{'|'.join(_MONTHS)})\b\.?(?:\s*\d{{4}})?"
    rf"|\b(?P<name_first>{'|'.join(_MONTHS)})\b\.?\s*(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s*\d{{4}})?"
    r"|\b(?P<figure>\d{1,2})\.\s?(?P<month>\d{1,2})(?:\.(?:\s?\d{4}\b|\d{2}\b)?|\b)(?!\s*(?:uhr|h\b|am\b|pm\b))"
)
_CLOCK = re.compile(
    rf"\b(?P<half>halb|half past)\s+(?P<word>\d{{1,2}}|{'|'.join(_HOURS)})\b"
    rf"|\b(?P<named>{'|'.join(_HOURS)})\s+(?:uhr|o'?clock)\b"
    r"|\b(?P<hour>\d{1,2})(?:\s?(?:[:.h]|uhr)\s?(?P<minute>[0-5]\d)\b)?(?:\s*(?:uhr|h|o'?clock)\b)?"
    r"(?:\s*(?P<part>[ap])\.?m\b\.?)?"
)
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\b")
#: A reply longer than this is a letter.
_LONGEST = 600


def times_meant(text: str, times: Sequence[datetime], zone: str) -> tuple[datetime, ...]:
    """Those of `times` that agree with everything the words say; none where they say nothing clear.

    Clock times are read in `zone`; "9" may be either nine of the day.
    """
    body = _words(text)
    line = _telling(body.splitlines())
    if not line or _UNSURE.search(body):
        return ()
    early, late = (part.search(line) is not None for part in (_MORNING, _AFTERNOON))
    local = {at: at.astimezone(ZoneInfo(zone)) for at in times}
    days = {_DAYS[found] for found in _DAY.findall(line)}
    places = {_ORDINALS[found] for found in _ORDINAL.findall(line)}
    dates, line = _dates(line, {(at.day, at.month) for at in local.values()})
    clocks, line = _clocks(line)
    said = (days, places, dates, clocks)
    if re.search(r"\d", line) or not any(said) or any(len(one) > 1 for one in said) or (early and late):
        return ()
    return tuple(
        at
        for place, at in enumerate(times)
        if (not days or local[at].weekday() in days)
        and (not places or place in places)
        and (not dates or (local[at].day, local[at].month) in dates)
        and (not clocks or any((local[at].hour % 12, local[at].minute) == clock[:2] for clock in clocks))
        and (not clocks or all(clock[2] in (None, local[at].hour >= 12) for clock in clocks))
        and not (local[at].hour >= 12 if early else late and local[at].hour < 12)
    )


def _words(text: str) -> str:
    """What was written, in small letters, without a signature and what is said out of politeness."""
    body = text.casefold()
    closing = _CLOSING.search(body)
    if closing is not None and not _POSTSCRIPT.search(body, closing.end()):
        body = body[: closing.start()]
    return _POLITE.sub(" ", body[:_LONGEST])


def _telling(lines: Sequence[str]) -> str:
    """The first line that names a day, else the first with a number or a place; "" where none does."""
    day = (one for one in lines if _DAY.search(one) or _DATE.search(one))
    other = (one for one in lines if _ORDINAL.search(one) or re.search(r"\d", one))
    return next(day, next(other, ""))


def _dates(line: str, offered: set[tuple[int, int]]) -> tuple[set[tuple[int, int]], str]:
    """Each (day, month) that is named, and the line without them. "9.30" is a date only where it was offered as one."""
    found: set[tuple[int, int]] = set()

    def take(match: re.Match[str]) -> str:
        name = match["name"] or match["name_first"]
        day = int(match["day"] or match["day_after"] or match["figure"])
        month = _MONTHS[name] if name else int(match["month"])
        plain = not name and match[0][-1].isdigit() and match[0].count(".") == 1
        if plain and (day, month) not in offered:
            return match[0]
        found.add((day, month))
        return " "

    return found, _DATE.sub(take, line)


def _clocks(line: str) -> tuple[set[tuple[int, int, bool | None]], str]:
    """Each clock time as (hour of twelve, minute, afternoon where that was said), and the line without them."""
    found: set[tuple[int, int, bool | None]] = set()

    def take(match: re.Match[str]) -> str:
        half, minute = match["half"], int(match["minute"] or 0)
        word = match["word"] or match["named"] or match["hour"]
        hour = int(word) if word.isdigit() else _HOURS[word]
        if hour > 24:
            return match[0]
        afternoon = True if hour > 12 else None
        if half:
            hour, minute = (hour - 1 if half == "halb" else hour), 30
        if match["part"]:
            afternoon = match["part"] == "p"
        found.add((hour % 12, minute, afternoon))
        return " "

    return found, _CLOCK.sub(take, line)
