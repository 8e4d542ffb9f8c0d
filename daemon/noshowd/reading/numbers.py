"""Telephone numbers: one written form, and how surely two numbers are one line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from noshowd.domain.evidence import MatchStrength


class NumberFormat(StrEnum):
    """How a source writes numbers."""

    E164 = "e164"
    #: International without the plus (sipgate): read nationally, `49221...` would be valid and wrong.
    E164_NOPLUS = "e164_noplus"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """A source's way of writing numbers; `area` is dialled for it where it leaves the area code out (`0221`)."""

    format: NumberFormat = NumberFormat.E164
    region: str | None = None
    area: str | None = None


_DIRECT_DIAL = re.compile(
    r"^(?P<trunk>.*?\d)[\s,./-]{0,3}(?:durchwahl|dw|app(?:arat)?)\b\.?:?\s{0,3}(?P<ext>\d{1,5})\s*$", re.IGNORECASE
)
#: Trunk and extension of one German company line differ in at most this many last digits.
_EXTENSION_DIGITS = 4
_SHORTEST_TRUNK = 9
_WEAK_DIGITS = 8


def normalise(written: str, numbering: Numbering) -> str | None:
    """E.164 of a number as a source writes it, or None for hidden, internal, short and impossible ones."""
    text = written.strip()
    digits = re.sub(r"\D", "", text)
    if not digits:
        return None
    if numbering.format is NumberFormat.E164_NOPLUS and not text.startswith(("+", "00")):
        text = f"+{digits}"
    elif numbering.area and numbering.region and not text.startswith(("+", "0")):
        text = f"{numbering.area}{digits}"
    region = numbering.region if numbering.format is NumberFormat.NATIONAL or text.startswith("00") else None
    return e164(text, region)


@lru_cache(maxsize=4096)
def e164(written: str, region: str | None, *, valid: bool = True) -> str | None:
    """E.164 of one number in ordinary writing; without `valid` a possible number will do (fictional ones are that)."""
    text = _with_extension(written.replace("(0)", ""), region)
    if region is None and not text.lstrip(" (").startswith("+"):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not _acceptable(number, valid=valid):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _acceptable(number: PhoneNumber, *, valid: bool) -> bool:
    if valid:
        return phonenumbers.is_valid_number(number)
    # A local number without its area code is "possible" too, but nobody can dial it from elsewhere.
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _with_extension(written: str, region: str | None) -> str:
    """German direct dialling: the extension takes the place of a trailing zero, else it is put behind."""
    if region not in (None, "DE", "AT") and not written.lstrip().startswith(("+49", "+43", "0049", "0043")):
        return written
    found = _DIRECT_DIAL.match(written)
    if not found:
        return written
    trunk = re.sub(r"[-/\s]0$", "", found["trunk"])
    return f"{trunk}{found['ext']}"


def line_match(first: str, second: str) -> MatchStrength:
    """How surely two E.164 numbers are one person's line.

    Strong: equal. Medium: switchboard and extension of one company, as German numbers have them. Weak: two extensions,
    or the last eight digits agree (a country code lost or wrong).
    """
    if first == second:
        return MatchStrength.STRONG
    trunk = _trunk_match(first, second)
    if trunk is not MatchStrength.NONE:
        return trunk
    if len(first) > _WEAK_DIGITS and first[-_WEAK_DIGITS:] == second[-_WEAK_DIGITS:]:
        return MatchStrength.WEAK
    return MatchStrength.NONE


def masked_match(shown: str, full: str) -> MatchStrength:
    """A partly hidden number (`+49 171 ***4567`) against a whole one: weak if every visible digit fits."""
    pattern = re.sub(r"[^\d*xX•]", "", shown)
    head, tail = re.match(r"\d*", pattern), re.search(r"\d*$", pattern)
    start, end = (head[0] if head else ""), (tail[0] if tail else "")
    digits = full.lstrip("+")
    fits = digits.startswith(start.lstrip("0")) and digits.endswith(end)
    return MatchStrength.WEAK if fits and len(start) + len(end) >= 4 and len(end) >= 2 else MatchStrength.NONE


def _trunk_match(first: str, second: str) -> MatchStrength:
    """Only in plans where extensions hang on a company's number, and never between mobiles.

    Medium needs a switchboard: a number that the other one continues, or one that ends in zero. Two extensions may as
    well be two neighbours.
    """
    country = next((c for c in ("+49", "+43") if first.startswith(c) and second.startswith(c)), None)
    if country is None or (country == "+49" and "1" in (first[3], second[3])):
        return MatchStrength.NONE
    shorter, longer = sorted((first, second), key=len)
    common = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if common < _SHORTEST_TRUNK or len(longer) - common > _EXTENSION_DIGITS:
        return MatchStrength.NONE
    switchboard = common == len(shorter) or shorter.endswith("0") or longer.endswith("0")
    return MatchStrength.MEDIUM if switchboard else MatchStrength.WEAK
