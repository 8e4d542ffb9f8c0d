"""Meeting ids and passcodes that an invitation prints for people to type in."""

from __future__ import annotations

import re

from noshowd.reading.body import READ
from noshowd.reading.vocabulary import either

_ID = re.compile(
    r"(?<!conference )(?<!video )"
    + either(
        r"""
        (?:meeting|besprechungs|session|webinar|vergader(?:ing)?|riunione|møde|möte)[ -]?(?:id|number|no\.?)
        meeting[ -]?(?:kennnummer|nummer)
        id\.? (?:de (?:la )?|della |da )?(?:reuni[óo]n|réunion|riunione|reunião)
        n[úu]mero de (?:la )?(?:reunión|reunião) | numéro de (?:la )?réunion | numero (?:della )?riunione
        identyfikator spotkania | идентификатор (?:конференции|собрания) | 会议\s?(?:id|号) | 회의 id
        """
    )
    + r"\s{0,3}(?:\([^()\n]{1,30}\))?\s{0,3}[:\uff1a]?\s{0,4}(?P<id>\d[\d \u00a0]{1,24}\d)",
    re.IGNORECASE,
)
_PASSCODE = re.compile(
    either(
        r"""
        passcode | password | passwort | kenncode | kennung | kennwort | mot de passe | code secret | contraseña
        código de acceso | codice d['\u2019]accesso | wachtwoordcode | wachtwoord | toegangscode | senha
        kod dostępu | hasło
        пароль | код доступа | adgangskode | lösenord | pw
        """
    )
    + r"\s{0,3}(?:\([^()\n]{1,40}\))?\s{0,3}[:\uff1a]\s{0,4}(?P<code>[^\s<>()]{3,40})",
    re.IGNORECASE,
)


def meeting_id(text: str) -> str | None:
    """The first printed meeting id, digits only. A telephone conference's id is another thing."""
    found = _ID.search(text[:READ])
    return re.sub(r"\D", "", found["id"]) if found else None


def passcode(text: str) -> str | None:
    """The first printed passcode as it is written."""
    found = _PASSCODE.search(text[:READ])
    return found["code"].rstrip(".,;") if found else None
