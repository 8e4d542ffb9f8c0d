"""Meeting ids and passcodes that an invitation prints for people to type in."""

from __future__ import annotations

import re

from noshowd.reading.body import READ

_ID_LABEL = (
    r"(?:meeting|besprechungs|session|webinar|event|spotkania|vergader|riunione|réunion|reunión)"
    r"[ -]?(?:id|number|no\.?|kennnummer|nummer)"
    r"|(?:id|n[úu]mero|numéro|numero|identyfikator) (?:de (?:la )?|della |da |do )?(?:reuni[óo]n|réunion|riunione|reunião|spotkania)"
    r"|идентификатор (?:конференции|собрания)|идентификатор собрания|会议\s?(?:id|号)|회의 id|vergadering-id|møde-id|möte-id"
)
_ID = re.compile(
    rf"(?<![\w])(?<!conference )(?<!video )(?:{_ID_LABEL})\s{{0,3}}(?:\([^()\n]{{1,30}}\))?\s{{0,3}}[:：]?\s{{0,4}}"
    r"(?P<id>\d[\d \u00a0]{1,24}\d)",
    re.IGNORECASE,
)
_PASSCODE_LABEL = (
    r"passcode|password|passwort|kenncode|kennung|kennwort|mot de passe|code secret|contraseña|código de acceso"
    r"|codice d['’]accesso|wachtwoordcode|wachtwoord|toegangscode|senha|kod dostępu|hasło|пароль|код доступа|adgangskode|lösenord|pw"
)
_PASSCODE = re.compile(
    rf"(?<!\w)(?:{_PASSCODE_LABEL})\s{{0,3}}(?:\([^()\n]{{1,40}}\))?\s{{0,3}}[:：]\s{{0,4}}(?P<code>[^\s<>()]{{3,40}})",
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
