"""What people write when they answer by mail, and the tap it stands for. Lower case; German and English."""

from __future__ import annotations

from noshowd.domain.evidence import Said
from noshowd.engine.answers.choices import Tap, Verb

_WORDS: dict[Tap, tuple[str, ...]] = {
    Verb.YES: ("ja", "yes", "ok", "okay", "passt", "stimmt", "senden", "send"),
    Verb.NO: ("nein", "no", "nicht", "nicht senden", "lass es", "don't send"),
    Said.TALKED: ("gesprochen", "haben gesprochen", "telefoniert", "talked", "we talked", "erledigt", "done"),
    Said.NOBODY_ANSWERED: ("nicht erreicht", "niemand erreicht", "keiner da", "no answer", "nobody answered"),
    Said.THEY_NEVER_RANG: ("kein anruf", "nicht angerufen", "never rang", "they never rang", "no call"),
    Said.NOT_THERE: ("nicht da", "war nicht da", "niemand da", "not there", "was not there"),
    Said.THEY_ARE_HERE: ("ist da", "sind da", "war da", "here", "they are here", "was there"),
    Said.MET_ELSEWHERE: ("woanders", "anderswo", "elsewhere", "met elsewhere"),
    Said.MOVED: ("verschoben", "verlegt", "moved", "rescheduled"),
    Said.THEY_TOLD_ME: ("abgesagt", "hat abgesagt", "cancelled", "canceled", "they told me"),
    Said.I_FORGOT: ("vergessen", "habe vergessen", "i forgot", "forgot"),
    Said.I_AM_HERE: ("bin da", "i am here"),
    Said.WRONG_ROOM: ("falscher raum", "wrong room"),
    Verb.COURTESY: ("nachricht", "message"),
    Verb.BOOK: ("eintragen", "buchen", "bitte eintragen", "book", "book it"),
    Verb.IT_LEFT: ("angekommen", "arrived"),
    Verb.IT_DID_NOT: ("nicht angekommen", "not arrived"),
    Said.LEAVE_IT: ("lassen", "ich kümmere mich", "leave it", "i'll handle it"),
    Verb.LATE: ("fünf minuten", "5 minuten", "komme später", "five minutes", "5 minutes", "running late"),
    Verb.STOP_TODAY: ("stopp", "stop", "heute nichts mehr", "stop today"),
    Verb.LEAVE: ("abmelden", "leave"),
    Verb.COME_BACK: ("wiederkommen", "come back"),
    Verb.OFFER: ("termine anbieten", "neue termine", "offer times", "new times"),
}

#: Reply word -> value of the tap.
REPLY_WORDS: dict[str, str] = {word: tap.value for tap, words in _WORDS.items() for word in words}
