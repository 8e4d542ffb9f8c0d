"""Who rings whom, as people and booking systems say it.

The writer of an event is its organiser: "I will call you" means that the host dials, "please call me" the guest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noshowd.domain.meeting import Role
from noshowd.reading.body import READ

#: Sentences that speak of another call than the appointment: to cancel, to ask, when something goes wrong.
_ASIDE = re.compile(
    r"\b(?:falls|wenn|sollten|sollte|sofern|bei (?:[\w-]+ )?(?:fragen|rückfragen|problemen|verspätung|verhinderung)"
    r"|rückfragen|fragen haben|absag\w+|verschieb\w+|umbuch\w+|stornier\w+|verhindert|termin (?:zu )?(?:änder|bestätig)\w+"
    r"|if|in case|should you|unless|questions?|reschedul\w+|cancel\w*|confirm\w*|to (?:change|book|schedule)|need help"
    r"|trouble|problems?|running late|unable|si (?:vous|tu|no|tiene|necesita|besoin)|en cas d|in caso|qualora"
    r"|als u|indien|jeśli|w razie)\b",
    re.IGNORECASE,
)
_STEM = re.compile(
    r"ruf|meld|erreich|kontakt|kling|telefonier|call|ring|phone|dial|reach|bel|ll[aá]m|appel|chiam|zadzwon|telefon do|lig",
    re.IGNORECASE,
)

#: Longer than anybody's sentence.
_SENTENCE = 600

_YOU = r"(?:sie|dich|euch|ihnen|dir)"
_US = r"(?:mich|uns|mir|unser(?:e|em|en)?)"
_GAP = r"(?:\W+\w+){0,12}?\W+"
_HOST_WORDS = r"(?:host|organi[sz]er|consultant|advisor|berater(?:in)?|kollege|kollegin|mitarbeiter(?:in)?)"
_GUEST_WORDS = (
    r"(?:invitee|attendee|guest|client|customer|candidate|patient|caller|prospect|lead|kunde|kundin|mandant(?:in)?"
    r"|gast|bewerber(?:in)?|patient(?:in)?|klient(?:in)?|teilnehmer(?:in)?|interessent(?:in)?)"
)

_HOST = re.compile(
    "|".join(
        (
            # German: ich/wir rufen Sie an, rufen wir Sie zurück, Frau Meier ruft Sie an, wir melden uns.
            rf"\b(?:ich|wir)\W+(?:\w+\W+){{0,3}}?(?:rufe?n?|telefonieren?|kling\w+)\b(?:{_GAP})?(?:an|zurück|durch)\b",
            rf"\b(?:rufe|rufen)\W+(?:ich|wir)\b(?:{_GAP})?(?:an|zurück|durch)\b",
            rf"\bruft\W+{_YOU}\b(?:{_GAP})?(?:an|zurück)\b",
            rf"\b(?:ich|wir)\b(?:{_GAP})?{_YOU}\b(?:{_GAP})?(?:anrufen|zurückrufen|anrufe|anriefe)\b",
            rf"\b(?:wird|werden)\W+{_YOU}\b(?:{_GAP})?(?:anrufen|zurückrufen)\b",
            rf"\b(?:ich|wir)\b(?:{_GAP})?(?:erreichen?|kontaktieren?)\W+{_YOU}\b(?:{_GAP})?(?:telefon\w*|unter)\b",
            rf"\b(?:erreichen?|kontaktieren?)\W+(?:ich|wir)\W+{_YOU}\b(?:{_GAP})?(?:telefon\w*|unter)\b",
            r"\b(?:ich|wir)\W+melden?\W+(?:mich|uns)\b",
            r"\bmelden?\W+(?:ich|wir)\W+(?:mich|uns)\b",
            rf"\b{_HOST_WORDS}\b(?:{_GAP})?(?:meldet|ruft)\b",
            r"\bmeldet\W+sich\W+(?:\w+\W+){0,5}?(?:telefonisch|per telefon|bei\W+(?:ihnen|dir|euch)|zur vereinbarten zeit)\b",
            rf"\b(?:sie|du|ihr)\W+(?:werden|wirst|werdet)\b(?:{_GAP})?(?:angerufen|zurückgerufen)\b",
            rf"\b(?:sie|du|ihr)\W+(?:erhalten|erhältst|erhaltet|bekommen|bekommst|bekommt)\b(?:{_GAP})?(?:an|rück)ruf\b",
            r"\b(?:an|rück)ruf\W+(?:durch|von)\W+(?:uns|mir|unser\w*)\b",
            rf"\bunter welcher (?:telefon)?nummer (?:dürfen|können|kann|darf|sollen|soll)\W+(?:wir|ich)\W+{_YOU}\b",
            # English
            r"\b(?:i|we)(?:['’]ll|['’]m| will| shall| am| are| can)?(?: be)?(?: going to)?\W+(?:call|ring|phone|dial)(?:ing)?\W+"
            rf"(?:you|u|{_GUEST_WORDS}|the {_GUEST_WORDS}|him|her|them|my {_GUEST_WORDS})\b",
            rf"\bwill\W+(?:call|ring|phone|dial)\W+(?:you|(?:the|my|your)\W+{_GUEST_WORDS})\b(?!\W+back if)",
            r"\b(?:calls|rings|phones)\W+you\b",
            rf"\b(?:calls|rings|phones)\W+(?:the|my|your)\W+{_GUEST_WORDS}\b",
            r"\b(?:i|we)(?:['’]ll| will)\W+give\W+you\W+a\W+(?:quick\W+)?(?:call|ring|buzz|bell)\b",
            r"\byou(?:['’]ll| will| can| should)?\W+(?:receive|get|expect|be called)\b(?:\W+\w+){0,3}?(?:\W+(?:call|by\W+us|by\W+our))\b",
            r"\bexpect\W+(?:a|our|my)\W+(?:phone\W+)?call\b",
            rf"\b(?:our|the|your|my)\W+(?:team|{_HOST_WORDS}|specialist|agent|representative|recruiter)\W+will\W+(?:call|ring|phone)\b",
            r"\bwill\W+(?:reach\W+out|contact\W+you)\W+(?:\w+\W+){0,2}?(?:by|via|over)\W+(?:the\W+)?phone\b",
            # The names of the location types of cal.com and Calendly.
            r"\battendee phone number\b|\boutbound_call\b",
            # Dutch, Spanish, French, Italian, Polish, Portuguese
            r"\b(?:belt|bellen|bel)\W+(?:je|jou|u|jullie)\b",
            r"\b(?:te|le|les|os|lo|la)\W+(?:llam(?:o|amos|a|ará|aré|aremos|arán)|telefone\w+)\b",
            r"\b(?:je|nous|on)\W+(?:vous|te|t['’])\s?(?:appel|rappel|contact)\w*\b",
            r"\bvous\W+serez\W+(?:r?appel|contact)\w+\b",
            r"\b(?:ti|la|vi|le)\W+(?:chiam(?:o|iamo|a|erà|erò|eremo|eranno)|telefon\w+)\b",
            r"\b(?:zadzwonimy|zadzwonię|oddzwonimy|oddzwonię)\b",
            r"\b(?:te|lhe)\W+(?:ligo|ligamos|ligaremos|ligarei)\b",
        )
    ),
    re.IGNORECASE,
)
_GUEST = re.compile(
    "|".join(
        (
            # German: bitte rufen Sie mich an, ruf mich an, Sie erreichen mich unter, Kunde ruft an.
            rf"\bruf(?:e|en|t)?\W+(?:(?:sie|du|ihr|bitte|doch|mal|einfach|dann|gerne?)\W+){{0,4}}{_US}\b(?:{_GAP})?(?:an|zurück|durch)\b",
            r"\bruf(?:e|en)?\W+(?:sie\W+)?(?:bitte\W+|mal\W+|dann\W+|einfach\W+){1,2}(?:an|durch)\b",
            rf"\b(?:sie|du|ihr)\W+(?:rufen|rufst|ruft)\b(?:{_GAP})?(?:an|durch|zurück)\b",
            rf"\b(?:sie|du|ihr)\b(?:{_GAP})?{_US}\b(?:{_GAP})?(?:anrufen|anruft|anrufst)\b",
            rf"\b(?:sie|du|ihr)\W+(?:erreichen|erreichst|erreicht)\W+{_US}\b",
            rf"\b(?:können|kannst|könnt)\W+(?:sie|du|ihr)\W+{_US}\b(?:{_GAP})?(?:erreichen|anrufen)\b",
            rf"\b(?:bin|sind|erreichbar)\b(?:{_GAP})?(?:unter)\b(?:{_GAP})?(?:erreichbar)\b",
            r"\bbitte\W+(?:\w+\W+){0,3}?anrufen\b",
            rf"\bbitte\W+ruf(?:e|en)?\b(?:{_GAP})(?:an|durch)\b",
            r"\b(?:sie|du)\W+meld(?:en|est)\W+(?:sich|dich)\b",
            r"\b(?:bitte\W+um|wir\W+bitten\W+um|erwarten?|warten?\W+auf)\W+(?:\w+\W+){0,2}?(?:an|rück)ruf\b",
            r"\bmelden\W+sie\W+sich\W+(?:bitte\W+)?(?:\w+\W+){0,4}?(?:telefonisch|unter|bei\W+(?:mir|uns))\b",
            r"\bmelde\W+dich\W+(?:bitte\W+)?(?:\w+\W+){0,4}?(?:telefonisch|unter|bei\W+(?:mir|uns))\b",
            rf"\b{_GUEST_WORDS}\W+(?:ruft|meldet\W+sich)\b",
            rf"\banruf\W+(?:durch|vom|der|des)\W+(?:den\W+|die\W+)?{_GUEST_WORDS}s?\b",
            # English
            r"\b(?:please\W+)?(?:call|ring|phone|dial|reach)\W+(?:me|us|my|our)\b",
            r"\bgive\W+(?:me|us)\W+a\W+(?:call|ring|buzz|bell)\b",
            rf"\b(?:you|{_GUEST_WORDS})(?:['’]ll| will| should| can| to| are to)\W+(?:call|ring|phone|dial)\b(?!ed)",
            rf"\b{_GUEST_WORDS}\W+(?:calls|rings|phones)\b",
            r"\bplease\W+(?:call|ring|phone|dial)\W+(?!in\b|into\b|back\b)(?:\w+\W+){0,3}?(?:at|on)\b",
            r"\bplease\W+(?:call|ring|phone|dial)\W+\(?\d",
            # The names of the location types of cal.com and Calendly.
            r"\borgani[sz]er phone number\b|\binbound_call\b",
            # Dutch, Spanish, French, Italian, Polish, Portuguese
            r"\b(?:bel|belt\W+u|bellen)\W+(?:mij|me|ons)\b|\bu\W+(?:kunt|belt)\W+(?:mij|ons)\b",
            r"\bll[aá]m(?:ame|anos|eme|enos)\b",
            r"\bappel(?:ez|le)[- ](?:moi|nous)\b",
            r"\bchiam(?:ami|aci|atemi|ateci)\b|\b(?:mi|ci)\W+chiami\b",
            r"\b(?:proszę\W+(?:o\W+telefon|zadzwonić)|zadzwoń)\b",
            r"\b(?:ligue|liga)\W*(?:me|nos)\b",
        )
    ),
    re.IGNORECASE,
)
#: Titles are notes to oneself: "Call Bob", "Kunden anrufen", "Rückruf Meier".
_TITLE_HOST = re.compile(
    r"^\W*(?:call|phone|ring|dial)\W+(?!with\b|from\b|between\b|about\b|re\b|me\b|us\b|by\b|back\b|in\b|and\b|on\b|at\b"
    r"|call\b|screen|interview|consult|appointment|meeting|chat|conversation|for\b|to\b|w/)[^\W\d_]"
    r"|\bcall(?:ing)?[ -]?back\b|\banrufen\b|\br[üu]ckruf(?:termin)?\b(?!\W+(?:erbeten|durch|vom))|\btelefon do\b"
    r"|\banruf(?:en)?\W+(?:bei|an)\b|\bcallback\b",
    re.IGNORECASE,
)
_OWN_NUMBER = re.compile(r"\b(?:von|from|mit|with|using|desde|depuis|dal|dalla)\W+(?:\w+\W+){0,3}?$", re.IGNORECASE)


def sentences(text: str) -> Iterator[str]:
    """The sentences that speak of the appointment itself, each as far as a sentence goes."""
    for sentence in re.split(r"\n|(?<=[.!])\s{1,9}(?=[^\W\d_])", text[:READ]):
        told = sentence[:_SENTENCE]
        if told and not _ASIDE.search(told):
            yield told


def caller_phrase(text: str) -> tuple[Role, str] | None:
    """Who dials and the sentence that says so; None when nothing or both are said."""
    if not _STEM.search(text[:READ]):
        return None
    said: dict[Role, str] = {}
    for sentence in sentences(text):
        role = _said_in(sentence) if _STEM.search(sentence) else None
        if role is not None:
            said.setdefault(role, sentence)
    return next(iter(said.items())) if len(said) == 1 else None


def _said_in(sentence: str) -> Role | None:
    # "Rufen Sie mich an" also holds the words of "ich rufe Sie an" in another order: the guest's form is the narrower.
    if _GUEST.search(sentence):
        return Role.GUEST
    return Role.HOST if _HOST.search(sentence) else None


def title_caller(title: str) -> Role | None:
    """Who dials, from the short form of a title."""
    found = caller_phrase(title)
    if found:
        return found[0]
    return Role.HOST if _TITLE_HOST.search(title) else None


def calls_from(before: str) -> bool:
    """The words before a number say that it is the caller's own: "wir rufen Sie an von 030 ..."."""
    return _OWN_NUMBER.search(before[-40:]) is not None
