"""Telephone appointments: whether one is meant, which number it is about, and who dials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from noshowd.domain.meeting import Role
from noshowd.reading.body import READ
from noshowd.reading.callers import caller_phrase, calls_from, sentences, title_caller
from noshowd.reading.digits import Number, find_numbers
from noshowd.reading.vocabulary import either
from noshowd.reading.where import Location, Where

#: Who dials, and the sentence that says so.
_Said: TypeAlias = tuple[Role, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A telephone appointment as the event tells it."""

    rule: str
    number: str | None = None
    #: Host is who wrote the event; None when nothing says who dials, or everybody does.
    caller: Role | None = None
    #: The number is the one that the caller dials from.
    number_of_caller: bool = False
    #: The number is that of a telephone conference, which everybody dials.
    bridge: bool = False


_TITLE = re.compile(
    either(
        r"""
        telefonat\w* | telefontermin\w* | telefon-termin | telefongespr(?:ä|ae)ch\w* | telefoninterview
        telefonkonferenz
        telefonberatung | telefonsprechstunde | telefonisch\w* | telefon(?= mit\b) | telko | tel\.?-?(?:termin|gespräch)
        r[üu]ckruf(?:e|termin\w*|bitte)? | anruf(?:en|e)? | call[- ]?back
        phone (?:call|screen\w*|interview|consult\w*|appointment|meeting|chat|conversation|conference|check[- ]?in)
        phonecall | telephone (?:call|interview|consult\w*|appointment|meeting|conference)
        conference call | telecon | teleconference
        chiamata | telefonata | llamada(?: telef[óo]nica)? | appel t[ée]l[ée]phonique
        (?:entretien|rendez-vous|rdv|point) t[ée]l[ée]phonique | telefoongesprek | belafspraak | rozmowa telefoniczna
        telefon do | ligação | telefonsamtal
        """
    ),
    re.IGNORECASE,
)
#: "Tel. Frau Meier", "Tel.: Meier", "📞 Meier": a note of who is to be rung. "Tel Aviv" is a city.
_TITLE_BEGINS = re.compile(r"^[^\w☎📞\n]{0,9}(?:tel(?:[.:]{1,2}|\.? mit\b)[ \t]{1,3}[^\W\d_]|[☎📞])", re.IGNORECASE)
#: Said of anything; with a number to dial it means a telephone.
_TITLE_WEAK = re.compile(either("calls? | ring | dial[- ]?in | telefon | phone | tel | bellen | appel"), re.IGNORECASE)
_BODY_STEM = re.compile(r"phone|telefon|bound_call|téléphon", re.IGNORECASE)
_BODY = re.compile(
    either(
        r"""
        this is a phone call | telefontermin | telefonat | telefongespräch | llamada telef[óo]nica
        appel t[ée]l[ée]phonique
        (?:phone|telephone) (?:call with|consult\w*|interview|screen\w*|appointment|meeting)
        telefonische[rsn]? (?:termin|beratung|besprechung|gespräch|erstgespräch|interview|sprechstunde)
        (?:findet|erfolgt|gespräch|termin|beratung|sprechen)\b[^\n.]{0,60}\b(?:telefonisch|(?:per|am) telefon)
        (?:meet|talk|speak|meeting|call|appointment|interview|held)\b[^\n.]{0,60}\b(?:by|over the|via) (?:tele)?phone
        (?:in|out)bound_call
        """
    ),
    re.IGNORECASE,
)
_BRIDGE = re.compile(
    either(
        r"""
        dial[- ]?in | call[- ]?in number | call-in | conference (?:line|bridge|number|call) | bridge | participant code
        einwahl\w* | telefonkonferenz
        """
    ),
    re.IGNORECASE,
)
_BRIDGE_CODE = re.compile(
    r"\d\s?#|" + either(r"(?:participant|access|host|moderator|conference)\s?(?:code|pin|id) | pin"), re.IGNORECASE
)
_FAX = re.compile(r"\bfax\W{0,4}$", re.IGNORECASE)
#: Where the text ends and the signature begins.
SIGNATURE = re.compile(
    r"\n-- ?\n|\n(?:mit freundlichen grüßen|viele grüße|beste grüße|kind regards|best regards)\b", re.IGNORECASE
)
_INVITEE = re.compile(r"\b(?:invitee|attendee|guest|client|ihre|deine|your|kunden?)\b[^\n]{0,25}$", re.IGNORECASE)


def read_call(title: str, location: Location, location_text: str, text: str, region: str | None) -> Call | None:
    """The telephone appointment an event without any video is; None when it is not one."""
    text = text[:READ]
    said = caller_phrase(text)
    rule = _why_phone(title, location, text, said, region)
    if rule is None:
        return None
    number, of_caller = _number(title, location, location_text, text, said, region)
    caller = None
    bridge = _is_bridge(location, location_text, text)
    if not bridge:
        # The nearest to the place of the appointment speaks first.
        nearest = caller_phrase(location_text) or said
        caller = nearest[0] if nearest else title_caller(title)
    return Call(
        rule=rule, number=number, caller=caller, number_of_caller=of_caller, bridge=bridge and number is not None
    )


def _why_phone(title: str, location: Location, text: str, said: _Said, region: str | None) -> str | None:
    if location.where is Where.PHONE:
        return f"location: {location.rule}"
    if _TITLE.search(title) or _TITLE_BEGINS.search(title):
        return "title: phone_word"
    if location.where is Where.PLACE:
        return None
    if said is not None and (said[0] is Role.HOST or find_numbers(said[1], region, national=True, valid=False)):
        return "description: caller_phrase"
    if _BODY_STEM.search(text) and any(_BODY.search(sentence) for sentence in sentences(text)):
        return "description: phone_phrase"
    if title_caller(title) is not None and find_numbers(f"{title}\n{text}", region):
        return "title: caller_phrase"
    if _TITLE_WEAK.search(title) and (find_numbers(title, region, national=True) or _own_numbers(text, region)):
        return "title: call_and_number"
    if _BRIDGE.search(text) and _BRIDGE_CODE.search(text) and find_numbers(text, region):
        return "description: dial_in"
    return None


def _is_bridge(location: Location, location_text: str, text: str) -> bool:
    if location.number is not None:
        return bool(_BRIDGE_CODE.search(location_text))
    return bool(_BRIDGE.search(text) and _BRIDGE_CODE.search(text))


def _number(
    title: str, location: Location, location_text: str, text: str, said: _Said, region: str | None
) -> tuple[str | None, bool]:
    """The number the appointment is about; none rather than the wrong one of several."""
    if location.number is not None:
        return location.number.e164, calls_from(location_text[: location.number.start])
    in_title = find_numbers(title, region, national=True)
    if in_title:
        return in_title[0].e164, False
    if said is not None:
        in_phrase = find_numbers(said[1], region, national=True, valid=False)
        if in_phrase:
            return in_phrase[0].e164, calls_from(said[1][: in_phrase[0].start])
    return _body_number(text, region), False


def _body_number(text: str, region: str | None) -> str | None:
    numbers = _own_numbers(text, region)
    if _BRIDGE.search(text) and numbers:
        return numbers[0].e164
    distinct = {number.e164 for number in numbers}
    if len(distinct) == 1:
        return distinct.pop()
    invitees = {n.e164 for n in numbers if _INVITEE.search(text[max(0, n.start - 60) : n.start])}
    return invitees.pop() if len(invitees) == 1 else None


def _own_numbers(text: str, region: str | None) -> list[Number]:
    """The numbers of the text itself, not of the signature below it, and no fax."""
    end = SIGNATURE.search(text)
    above = text[: end.start()] if end else text
    return [n for n in find_numbers(above, region) if not _FAX.search(above[max(0, n.start - 8) : n.start])]
