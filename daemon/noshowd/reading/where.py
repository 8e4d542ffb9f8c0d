"""What the words of a location mean: a telephone, a video service, a place, or nothing yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from noshowd.reading.callers import caller_phrase
from noshowd.reading.digits import Number, find_numbers
from noshowd.reading.vocabulary import either, words


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
    ("hangouts", "google_meet"),
    ("hangout", "google_meet"),
    ("whatsapp", "whatsapp"),
    ("telegram", "telegram"),
)
_SERVICE = re.compile(r"\b(?:" + "|".join(re.escape(name) for name, _ in _SERVICES) + r")\b", re.IGNORECASE)
_SLUG = dict(_SERVICES)

_VIDEO_WORDS = words(
    """
    video videocall videoanruf videokonferenz videokonferenzen videobesprechung videotelefonat videogespräch videochat
    videoconference videoconferencing videoconferenza videoconferencia visio visioconférence vidéo webkonferenz
    webmeeting webcall webinar online onlinemeeting onlinetermin virtual virtuell virtuelles vc wideo wideokonferencja
    videollamada videochiamata videovergadering videogesprek videomøte remote web
    """
)
_FILLERS = words(
    """
    a an and app apps at auf aus be beschreibung besprechung besprechungslink besprechungsraum business by call calls
    cisco conf conference conferencing confirmed d de description details details: di die eingeladen einladung for folgt
    follow follows from google hier im in info information informationen instructions invitation invite ist
    join konferenz
    line link meet meeting meetings microsoft mit ms n notes on oder or per persönlich provided réunion reunion reunión
    riunione room's see sent siehe sitzung spotkanie team termin text the through tba to über unten url van vergadering
    via w web werden will wird with workplace you your zugang zugesandt zugeschickt zum zur gesendet separat rozmowa
    treffen appointment session besprechungs
    """
)
_PHONE_ALONE = words(
    """
    telefon telefonat telefonisch telefonische telefonischer telefonisches telefontermin telefongespräch
    telefongespraech
    telefonanruf telefoninterview telefonkonferenz telefonberatung telko tk fernmündlich anruf rückruf rueckruf phone
    phonecall telephone telephonic tel tél mobile mobil mobiltelefon handy cell call calls callback teleconference
    telecon telcon telco concall audio teléfono telefono telefónica llamada téléphone téléphonique appel telefonata
    chiamata telefonica telefoon telefoongesprek telefoontje bellen telefone telefônica ligação telefonicznie
    telefoniczna
    telefonsamtal puhelin telefonmøde dial dialin callin bridge einwahl
    """
)
#: "John's cell", "mein Handy".
_SOMEBODYS = frozenset(("phone", "cell", "mobile", "handy", "telefon"))
_PHONE_FILLERS = words(
    """
    access and at auf below beschreibung bitte bridge by call cell code conf conference der description details dial die
    durchwahl dw ext extension app apparat festnetz folgt follows fon from gespräch herr herrn frau host i id
    in incoming
    interview is leader line me meeting mit moderator nach nr number nummer numero número of on or our out outbound over
    participant passcode per pin please por s screen see siehe the through to über und und unten unter us uns via von
    with x you your zum zur rufe rufen wir ich sie an par al no
    """
)
_PHONE_WORDS = _PHONE_ALONE | _PHONE_FILLERS
_PHONE_SURE = re.compile(
    either(
        r"""
        telefonat | telefontermin | telefongespr(?:ä|ae)ch | telefoninterview | telefonkonferenz
        telefonisch(?:e[rs]?)?
        telefonsprechstunde | telko | per telefon | am telefon | r[üu]ckruf
        phone ?call | by phone | over the phone | conference call | call[ -]?back | phone interview | phone screen
        (?:attendee|organi[sz]er|invitee) phone number | (?:in|out)bound_call
        telefonata | llamada telef[óo]nica | appel t[ée]l[ée]phonique
        """
    ),
    re.IGNORECASE,
)
_NOWHERE = re.compile(
    r"[^\w\n]{0,9}(?:"
    + either(
        r"""
        tb[acd] | to be (?:determined|decided|announced|confirmed|defined) | n/?a | none | unknown | no location
        offen | unklar | folgt(?: noch)? | noch offen | wird noch (?:bekannt|mitgeteilt)\w*(?: gegeben)? | kein(?:e|er)?
        keine angabe | kein ort
        """
    )
    + r")?[^\w\n]{0,9}",
    re.IGNORECASE,
)
_CODES = re.compile(r"\b\d[\d -]{2,14}\d\s?#|#?\b\d{3,12}\b#?|[*#,;/():.\u2013-]+")
_WORD = re.compile(r"[^\W\d_]+", re.IGNORECASE)
_TEL = re.compile(r"\b(?:tel|callto|phone):\s?(?=[+(\d])", re.IGNORECASE)
_ID_ONLY = re.compile(
    r"(?:[\w-]{1,30} ){0,2}(?:[\w-]{1,30}-)?(?:id|nr|no|number|nummer|code)\b[^\w\n]{0,5}\d[\d #-]{0,40}", re.IGNORECASE
)


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
    said = [word.lower() for word in _WORD.findall(text)]
    # "Microsoft Teams Meeting; Room 5" names both places of a hybrid meeting.
    for part in (text, *re.split(r"[;|/]", text)):
        named = _SERVICE.search(part)
        if named and _words_outside(part, named) <= _FILLERS | _VIDEO_WORDS | _PHONE_ALONE:
            return Location(where=Where.VIDEO, rule="service_name", platform=_SLUG[named[0].lower()])
    if _PHONE_SURE.search(text) or _only_phone(said):
        return Location(where=Where.PHONE, rule="phone_word")
    if _VIDEO_WORDS.intersection(said) and set(said) <= _FILLERS | _VIDEO_WORDS:
        return Location(where=Where.VIDEO, rule="video_word")
    return Location(where=Where.PLACE, rule="place")


def _words_outside(text: str, named: re.Match[str]) -> set[str]:
    rest = _SERVICE.sub(" ", text[: named.start()] + " " + text[named.end() :])
    return {word.lower() for word in _WORD.findall(rest)}


def _only_phone(said: list[str]) -> bool:
    if len(said) <= 3 and said[-1:] and said[-1] in _SOMEBODYS:
        return True
    return any(word in _PHONE_ALONE for word in said) and set(said) <= _PHONE_WORDS


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
    after = plain[first.end :]
    said = {word.lower() for word in _WORD.findall(_CODES.sub(" ", f"{plain[: first.start]} {after}"))}
    named_after = first.start <= 1 and len(said) <= 3 and "(" in after[:3]
    if said <= _PHONE_WORDS:
        rule = "number_and_phone_words" if said else "number_alone"
    elif _TEL.search(text) or _PHONE_SURE.search(text) or caller_phrase(text) or named_after:
        rule = "number_and_phone_phrase"
    elif re.search(r"\d{3,}\s?#", after):
        rule = "number_and_code"
    else:
        return Location(where=Where.PLACE, rule="place_with_number")
    return Location(where=Where.PHONE, rule=rule, number=first)
