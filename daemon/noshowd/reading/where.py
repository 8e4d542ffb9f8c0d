"""What the words of a location mean: a telephone, a video service, a place, or nothing yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from noshowd.reading.callers import caller_phrase
from noshowd.reading.digits import Number, find_numbers


class Where(StrEnum):
    NOWHERE = "nowhere"
    PHONE = "phone"
    VIDEO = "video"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A location understood. `platform` is the service a video location names."""

    where: Where
    rule: str
    platform: str | None = None
    number: Number | None = None


#: Names by which people call a service in a location.
_SERVICES: tuple[tuple[str, str], ...] = (
    ("skype for business", "skype_for_business"),
    ("skype meeting", "skype_for_business"),
    ("skype-besprechung", "skype_for_business"),
    ("microsoft teams", "teams"),
    ("ms teams", "teams"),
    ("ms-teams", "teams"),
    ("google meet", "google_meet"),
    ("google hangouts", "google_meet"),
    ("hangouts meet", "google_meet"),
    ("nextcloud talk", "nextcloud_talk"),
    ("slack huddle", "slack_huddle"),
    ("cal video", "cal_video"),
    ("zoom", "zoom"),
    ("teams", "teams"),
    ("webex", "webex"),
    ("skype", "skype"),
    ("gotomeeting", "gotomeeting"),
    ("goto meeting", "gotomeeting"),
    ("jitsi", "jitsi"),
    ("bigbluebutton", "bigbluebutton"),
    ("bbb", "bigbluebutton"),
    ("whereby", "whereby"),
    ("bluejeans", "bluejeans"),
    ("ringcentral", "ringcentral"),
    ("facetime", "facetime"),
    ("discord", "discord"),
    ("chime", "chime"),
)
_SERVICE = re.compile(r"\b(?:" + "|".join(re.escape(name) for name, _ in _SERVICES) + r")\b", re.IGNORECASE)
_SLUG = dict(_SERVICES)

_VIDEO_WORDS = frozenset(
    """
    video videocall videoanruf videokonferenz videokonferenzen videobesprechung videotelefonat videogespräch videochat
    videoconference videoconferencing videoconferenza videoconferencia visio visioconférence vidéo webkonferenz
    webmeeting webcall webinar online onlinemeeting onlinetermin virtual virtuell virtuelles vc wideo wideokonferencja
    videollamada videochiamata videovergadering videogesprek videomøte remote web
    """.split()
)
_FILLERS = frozenset(
    """
    a an and app apps at auf aus be beschreibung besprechung besprechungslink besprechungsraum business by call calls
    cisco conf conference conferencing confirmed d de description details details: di die eingeladen einladung for folgt
    follow follows from google hier im in info information informationen instructions invitation invite ist join konferenz
    link linkfolgt meeting meetings microsoft mit ms n notes on oder or per persönlich provided réunion reunion reunión
    riunione room's see sent siehe sitzung spotkanie team termin text the through tba to über unten url van vergadering
    via w web werden will wird with workplace you your zugang zugesandt zugeschickt zum zur gesendet separat rozmowa
    treffen appointment session besprechungs
    """.split()
)
_PHONE_ALONE = frozenset(
    """
    telefon telefonat telefonisch telefonische telefonischer telefonisches telefontermin telefongespräch telefongespraech
    telefonanruf telefoninterview telefonkonferenz telefonberatung telko tk fernmündlich anruf rückruf rueckruf phone
    phonecall telephone telephonic tel tél mobile mobil mobiltelefon handy cell call calls callback teleconference
    telecon telcon telco concall audio teléfono telefono telefónica llamada téléphone téléphonique appel telefonata
    chiamata telefonica telefoon telefoongesprek telefoontje bellen telefone telefônica ligação telefonicznie telefoniczna
    telefonsamtal puhelin telefonmøde dial dialin callin bridge einwahl
    """.split()
)
_PHONE_FILLERS = frozenset(
    """
    access and at auf bitte bridge by call cell code conf conference dial ext extension bei festnetz fon from gespräch
    herr herrn frau host i id in incoming interview is me meeting mit nach nr number nummer numero número of on or our out
    outbound over participant passcode per pin please por s screen the through to über und und unter us uns via von with x
    you your zum zur durchwahl dw app apparat moderator leader rufe rufen wir ich sie an par al no
    """.split()
)
_PHONE_SURE = re.compile(
    r"\b(?:telefonat|telefontermin|telefongespr(?:ä|ae)ch|telefoninterview|telefonkonferenz|telefonisch(?:e[rs]?)?|telko|phone ?call"
    r"|by phone|over the phone|conference call|call[ -]?back|r[üu]ckruf|telefonata|llamada telef[óo]nica|appel t[ée]l[ée]phonique"
    r"|per telefon|am telefon|telefonsprechstunde|phone interview|phone screen|(?:attendee|organi[sz]er|invitee) phone number"
    r"|(?:in|out)bound_call)\b",
    re.IGNORECASE,
)
_NOWHERE = re.compile(
    r"[^\w\n]{0,9}(?:tb[acd]|to be (?:determined|announced|confirmed|defined)|n/?a|none|offen|unklar|folgt(?: noch)?|noch offen|unknown"
    r"|wird noch (?:bekannt|mitgeteilt)\w*(?: gegeben)?|kein(?:e|er)?|-|keine angabe|no location|kein ort)?[^\w\n]{0,9}",
    re.IGNORECASE,
)
_CODES = re.compile(r"\b\d[\d -]{2,14}\d\s?#|#?\b\d{3,12}\b#?|[*#,;/():.–-]+")
_WORD = re.compile(r"[^\W\d_]+", re.IGNORECASE)
_TEL = re.compile(r"\b(?:tel|callto|phone):\s?(?=[+(\d])", re.IGNORECASE)
_ID_ONLY = re.compile(r"(?:[\w-]{1,30} ){0,2}(?:[\w-]{1,30}-)?(?:id|nr|no|number|nummer|code)\b[^\w\n]{0,5}\d[\d #-]{0,40}", re.IGNORECASE)


def read_location(text: str, region: str | None) -> Location:
    """What a location says, links aside."""
    text = text.strip()
    if _NOWHERE.fullmatch(text) or not any(map(str.isalnum, text)):
        return Location(where=Where.NOWHERE, rule="empty")
    if any(map(str.isdigit, text)):
        by_number = _numbered(text, region)
        if by_number is not None:
            return by_number
    if caller_phrase(text) is not None:
        return Location(where=Where.PHONE, rule="caller_phrase")
    words = [word.lower() for word in _WORD.findall(text)]
    named = _SERVICE.search(text)
    if named and all(word in _FILLERS or word in _VIDEO_WORDS for word in _words_outside(text, named)):
        return Location(where=Where.VIDEO, rule="service_name", platform=_SLUG[named[0].lower()])
    if _PHONE_SURE.search(text) or _only_phone(words):
        return Location(where=Where.PHONE, rule="phone_word")
    if set(words) & _VIDEO_WORDS and all(word in _FILLERS or word in _VIDEO_WORDS for word in words):
        return Location(where=Where.VIDEO, rule="video_word")
    return Location(where=Where.PLACE, rule="place")


def _words_outside(text: str, named: re.Match[str]) -> list[str]:
    rest = _SERVICE.sub(" ", text[: named.start()] + " " + text[named.end() :])
    return [word.lower() for word in _WORD.findall(rest)]


def _only_phone(words: list[str]) -> bool:
    return any(word in _PHONE_ALONE for word in words) and all(
        word in _PHONE_ALONE or word in _PHONE_FILLERS for word in words
    )


def _numbered(text: str, region: str | None) -> Location | None:
    """A location with digits: the number alone, with a code, with words for telephoning; else it is a place."""
    plain = _TEL.sub(" ", text)
    numbers = find_numbers(plain, region, national=True, valid=False)
    if not numbers:
        if _TEL.match(text):
            return Location(where=Where.PHONE, rule="tel_uri")
        empty = not _WORD.search(text) or _ID_ONLY.fullmatch(text)
        return Location(where=Where.NOWHERE, rule="digits_only") if empty else None
    first = numbers[0]
    rest = plain[: first.start] + " " + "".join(plain[first.end :])
    words = [word.lower() for word in _WORD.findall(_CODES.sub(" ", rest))]
    named_after = first.start <= 1 and len(words) <= 3 and "(" in plain[first.end : first.end + 3]
    if not words or all(w in _PHONE_ALONE or w in _PHONE_FILLERS for w in words):
        rule = "number_alone" if not words else "number_and_phone_words"
    elif _TEL.search(text) or _PHONE_SURE.search(text) or caller_phrase(text) or named_after:
        rule = "number_and_phone_phrase"
    elif re.search(r"\d{3,}\s?#", plain[first.end :]):
        rule = "number_and_code"
    else:
        return Location(where=Where.PLACE, rule="place_with_number")
    return Location(where=Where.PHONE, rule=rule, number=first)
