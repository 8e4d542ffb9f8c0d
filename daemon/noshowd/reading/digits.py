"""Telephone numbers among the other digits of a text: ids, codes, accounts, invoices and dates are not for dialling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from noshowd.reading.body import READ
from noshowd.reading.numbers import e164
from noshowd.reading.vocabulary import either

#: Numbers looked at in one text; a list of forty dial-in numbers says no more than its first.
MAX_NUMBERS = 40

_NUMBER = re.compile(
    r"(?<![\w.,/@=&#%-])(?P<number>(?:\+|00)?\(?\d[\d \u00a0().\-/\u2010-\u2013]{4,24}\d"
    r"(?:[ ,.-]{0,3}(?:ext\.?|x|durchwahl|dw|app(?:arat)?)\.?:? ?\d{1,6})?)(?![\d#@%]|[.,]?\d)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?|sips?|mailto|xmpp)(?::|%3a)\S{1,4000}", re.IGNORECASE)
_DATE = re.compile(r"\(?(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?:\D|$)")
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
#: The label right before a number decides what it is.
_DIALLED = re.compile(
    r"(?:"
    + either(
        r"""
        tel | telefon | telephone | phone | fon | mobile? | mobil | mobiltelefon | handy | cell | festnetz | zentrale
        call | ring | dial | (?:call|dial)[- ]?in
        r[üu]ckruf | anruf | anrufen | durchwahl | einwahl | telefonkonferenz
        toll | toll[- ]free | whatsapp
        teléfono | telefono | téléphone | tél | móvil | cellulare | telefoon | telefone
        unter | at | on | al | au | op | allo | auf | pod | no | von | from | de
        """,
        ending=r"(?:[ -]?(?:nummer|number|nr|no|num|n°|numéro|número|numero))?",
    )
    + r"|☎|📞|📱|✆)\W{0,6}$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:"
    + either(
        r"""
        ids? | code | pin | passcode | password | passwort | kenncode | kennung | kennnummer
        konto(?:nummer)? | kto | iban | bic | blz | ust | steuer\w* | rechnung\w* | rg | re | invoice
        kunden\w* | kd | customer | account | vertrag\w* | contract | policy | police | versicher\w* | mitglieds?\w*
        az | aktenzeichen | case | ticket | order | bestell\w* | auftrag\w* | artikel\w* | ref\w* | vorgang\w*
        hrb | hra | plz | zip | fax | telefax | serial | isbn | reg | registration | tracking | sendung\w* | personal\w*
        meet | meeting\w* | besprechung\w* | konferenz\w* | conference | session | access | zugang\w*
        participant | moderator | host
        raum | room | zimmer | building | gebäude | haus
        """,
        ending=r"(?:[ -]{0,2}(?:nr|no|nummer|number|num|id|code))?",
    )
    + r"|#|№)[\W_]{0,6}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A telephone number and where it stood in the text."""

    e164: str
    start: int
    end: int
    #: A word for dialling stands right before it.
    labelled: bool = False


def find_numbers(text: str, region: str | None, *, national: bool = False, valid: bool = True) -> list[Number]:
    """Numbers to dial, in the order of the text.

    One written nationally counts after a word for dialling, or anywhere with `national` (a field that names the
    place). Without `valid` a number need only be possible, as fictional ones are.
    """
    return list(_numbers(text[:READ], region, national=national, valid=valid))


def _numbers(text: str, region: str | None, *, national: bool, valid: bool) -> Iterator[Number]:
    if not any(map(str.isdigit, text)):
        return
    blanked = _LINK.sub(lambda m: " " * len(m[0]), text) if ":" in text or "%" in text else text
    for count, match in enumerate(_NUMBER.finditer(blanked)):
        if count >= MAX_NUMBERS:
            return
        written = match["number"]
        before = blanked[max(0, match.start() - 40) : match.start()].rpartition("\n")[2]
        labelled = _DIALLED.search(before) is not None
        if not labelled and _OTHER.search(before):
            continue
        if _DATE.match(written) or _IP.fullmatch(written):
            continue
        international = written.lstrip("(").startswith(("+", "00"))
        if not (international or labelled or national):
            continue
        number = e164(written.translate(_PLAIN), region, valid=valid)
        if number:
            yield Number(e164=number, start=match.start(), end=match.end(), labelled=labelled)


_PLAIN = str.maketrans({"\u00a0": " ", **dict.fromkeys("\u2010\u2011\u2012\u2013", "-")})
