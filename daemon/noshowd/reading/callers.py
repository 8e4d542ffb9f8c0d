"""Who rings whom, as people and booking systems say it.

The writer of an event is its organiser: "I will call you" means that the host dials, "please call me" the guest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noshowd.domain.meeting import Role
from noshowd.reading.body import READ
from noshowd.reading.vocabulary import either, phrases

#: Sentences that speak of another call than the appointment: to cancel, to ask, when something goes wrong.
_ASIDE = re.compile(
    either(
        r"""
        falls | wenn | sollten | sollte | sofern | verhindert | rückfragen | fragen haben
        bei (?:[\w-]+ )?(?:fragen|rückfragen|problemen|verspätung|verhinderung)
        absag\w+ | verschieb\w+ | umbuch\w+ | stornier\w+ | termin (?:zu )?(?:änder|bestätig)\w+
        if | in case | should you | unless | questions? | reschedul\w+ | cancel\w* | confirm\w*
        to (?:change|book|schedule)
        need help | trouble | problems? | running late | unable
        si (?:vous|tu|no|tiene|necesita|besoin) | en cas d\w* | in caso | qualora | als u | indien | jeśli | w razie
        """
    ),
    re.IGNORECASE,
)
_STEM = re.compile(
    r"ruf|meld|erreich|kontakt|kling|telefonier|call|ring|phone|dial|reach"
    r"|bel|ll[aá]m|appel|chiam|zadzwon|telefon do|lig",
    re.IGNORECASE,
)
#: Longer than anybody's sentence.
_SENTENCE = 600

_SETS = {
    "YOU": "(sie|dich|euch|ihnen|dir)",
    "US": "(mich|uns|mir|unser(e|em|en)?)",
    "HOST": "(host|organi[sz]er|consultant|advisor|team|specialist|agent|representative|recruiter|berater(in)?"
    "|kollege|kollegin|mitarbeiter(in)?)",
    "GUEST": "(invitee|attendee|guest|client|customer|candidate|patient(in)?|caller|prospect|lead|kunde|kundin"
    "|mandant(in)?|gast|bewerber(in)?|klient(in)?|teilnehmer(in)?|interessent(in)?)",
    "RING": "(call|ring|phone|dial)",
    "RINGS": "(calls|rings|phones)",
    "BACK": "(an|zurück|durch)",
}

_HOST = phrases(
    r"""
    # German: ich rufe Sie an, rufen wir Sie zurück, Frau Meier ruft Sie an, wir melden uns
    (ich|wir) … (rufe?n?|telefonieren?|kling\w+) … BACK
    (rufe|rufen) (ich|wir) … BACK
    ruft YOU … BACK
    (ich|wir|wird|werden) … YOU … (anrufen|zurückrufen|anrufe|anriefe)
    (ich|wir) … (erreichen?|kontaktieren?) YOU … (telefon\w*|unter)
    (erreichen?|kontaktieren?) (ich|wir) YOU … (telefon\w*|unter)
    (ich|wir) melden? (mich|uns)
    melden? (ich|wir) (mich|uns)
    HOST … (meldet|ruft)
    meldet sich … (telefonisch|telefon|ihnen|dir|euch|zeit)
    (sie|du|ihr) (werden|wirst|werdet) … (angerufen|zurückgerufen)
    (sie|du|ihr) (erhalten|erhältst|erhaltet|bekommen|bekommst|bekommt) … (anruf|rückruf)
    (anruf|rückruf) (durch|von) (uns|mir|unser\w*)
    unter welcher (nummer|telefonnummer) (dürfen|können|kann|darf|sollen|soll) (wir|ich) YOU
    # English
    (i|we) ?(ll|will|shall|m|am|re|are|can) ?(be) ?(going) ?(to) RING(ing)? (you|u|GUEST|him|her|them)
    (i|we) ?(ll|will|shall|m|am|re|are|can) ?(be) ?(going) ?(to) RING(ing)? (the|my|your) GUEST
    will RING (you|GUEST)
    will RING (the|my|your) GUEST
    RINGS (you|GUEST)
    RINGS (the|my|your) GUEST
    (i|we) (ll|will) give you a ?(quick) (call|ring|buzz|bell)
    you ?(ll|will|can|should) (receive|get|expect) ?(a|our|my) ?(phone) call
    you (ll|will) be called
    expect (a|our|my) ?(phone) call
    (our|the|your|my) HOST will RING
    will (reach|contact) (out|you) … phone
    # the names of the location types of cal.com and Calendly
    attendee phone number
    outbound_call
    # Dutch, Spanish, French, Italian, Polish, Portuguese
    (belt|bellen|bel) (je|jou|u|jullie)
    (te|le|les|os|lo|la) (llam(o|amos|a|ará|aré|aremos|arán)|telefone\w+)
    (je|nous|on) (vous|te|t) (appel|rappel|contact)\w*
    vous serez (appel|rappel|contact)\w+
    (ti|la|vi|le) (chiam(o|iamo|a|erà|erò|eremo|eranno)|telefon\w+)
    (zadzwonimy|zadzwonię|oddzwonimy|oddzwonię)
    (te|lhe) (ligo|ligamos|ligaremos|ligarei)
    """,
    _SETS,
)
_GUEST = phrases(
    r"""
    # German: bitte rufen Sie mich an, ruf mich an, Sie erreichen mich unter, Kunde ruft an
    ruf(e|en|t)? ?(sie|du|ihr) ?(bitte|doch|mal|einfach|dann|gerne?) US … BACK
    ruf(e|en)? ?(sie) (bitte|mal|dann|einfach) ?(bitte|mal|dann|einfach) BACK
    bitte ruf(e|en)? … BACK
    (sie|du|ihr) (rufen|rufst|ruft) … BACK
    (sie|du|ihr) … US … (anrufen|anruft|anrufst)
    (sie|du|ihr) (erreichen|erreichst|erreicht) US
    (können|kannst|könnt) (sie|du|ihr) US … (erreichen|anrufen)
    (bin|sind) … unter … erreichbar
    bitte … anrufen
    (sie|du) meld(en|est) (sich|dich)
    (bitte|bitten) um … (anruf|rückruf)
    (erwarten?|warten?) ?(auf) … (anruf|rückruf)
    meld(en|e) ?(sie) (sich|dich) … (telefonisch|unter|mir|uns)
    GUEST (ruft|meldet)
    anruf (durch|vom|der|des) ?(den|die) GUEST(s)?
    # English
    (call|ring|phone|dial|reach) (me|us|my|our)
    give (me|us) a (call|ring|buzz|bell)
    (you|GUEST) (ll|will|should|can|to) RING
    (you|GUEST) are to RING
    GUEST RINGS
    please RING (?!(in|into|back|the)\b) … (at|on)
    please RING \d+
    # the names of the location types of cal.com and Calendly
    organi[sz]er phone number
    inbound_call
    # Dutch, Spanish, French, Italian, Polish, Portuguese
    (bel|bellen) (mij|me|ons)
    u (kunt|belt) (mij|ons)
    ll[aá]m(ame|anos|eme|enos)
    appel(ez|le) (moi|nous)
    chiam(ami|aci|atemi|ateci)
    (mi|ci) chiami
    proszę o telefon
    (zadzwonić|zadzwoń)
    (ligue|liga) (me|nos)
    """,
    _SETS,
)
#: Titles are notes to oneself: "Call Bob", "Kunden anrufen", "Rückruf Meier".
_TITLE_HOST = re.compile(
    r"^[^\w\n]{0,9}(?:call|phone|ring|dial)[^\w\n]{1,3}(?!"
    + either(
        """
        with | from | between | about | re | me | us | by | back | in | and | on | at | for | to | w | call | screen\\w*
        interview | consult\\w* | appointment | meeting | chat | conversation
        """
    )
    + r")[^\W\d_]|"
    + either(
        r"""
        call(?:ing)?[ -]?back | callback | anrufen | telefon do | anruf(?:en)?\W{1,3}(?:bei|an)
        r[üu]ckruf(?:termin)?(?!\W{1,3}(?:erbeten|durch|vom))
        """
    ),
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
