"""Participants that are no human: assistants that take notes, and room systems."""

from __future__ import annotations

import re

from noshowd.domain.evidence import Identity
from noshowd.reading.sides import NOBODY_DOMAINS, domain_of

#: Names that are products: no human is called so.
_BOT = re.compile(
    r"\b(?:notetaker|note taker|note-taker|meeting notes|notes? assistant|otterpilot|otter\.ai|otter ai|fireflies(?:\.ai)?|fred from fireflies"
    r"|read\.ai|read ai|read meeting navigator|fathom|tl;?dv|avoma|gong|chorus(?:\.ai)?|grain|supernormal|meetgeek|sembly|krisp|fellow"
    r"|airgram|circleback|granola|jamie|bluedot|tactiq|rewatch|vowel|laxis|noty\.ai|nyota|spinach|colibri|claap|modjo|leexi|sally ai"
    r"|copilot|meeting assistant|ai assistant|ki-assistent|recall\.ai|meetingbaas|attendee bot|zoom ai companion|ai companion|loopin"
    r"|scribbl|salesloft|clari|jiminny|wudpecker|bubbles|demodesk ai|bliro|tldv|equal time|winn\.ai|cogram|hedy|nooks|momentum)\b"
    r"|\b(?:recorder|recording|aufzeichnung|transcript(?:ion)?|transkription|protokoll)[- ]?(?:bot|dienst|service|assistent)?\b"
    r"|\bbot\b|['’]s (?:notetaker|assistant|ai)\b",
    re.IGNORECASE,
)
#: Words that also are surnames or common words make a bot only with a word beside them.
_ALSO_A_NAME = re.compile(
    r"^(?:jamie|grain|gong|fellow|fathom|spinach|momentum|bubbles|hedy|granola|clari|chorus|modjo|vowel|recording)(?: [^\W\d_]{2,})?$",
    re.IGNORECASE,
)
_BOT_DOMAINS = frozenset(
    """
    otter.ai fireflies.ai read.ai fathom.video tldv.io avoma.com gong.io chorus.ai grain.com supernormal.com meetgeek.ai
    sembly.ai krisp.ai fellow.app circleback.ai bluedothq.com recall.ai meetingbaas.com spinach.io claap.io modjo.ai
    leexi.ai sally.io bliro.io nyota.ai
    """.split()
)
_ROOM = re.compile(
    r"\b(?:konferenzraum|besprechungsraum|besprechungszimmer|sitzungszimmer|sitzungssaal|meetingraum|meeting ?room|conference ?room"
    r"|board ?room|huddle ?room|zoom ?room|teams ?room|seminarraum|schulungsraum|salle de réunion|sala de reuniones|sala riunioni"
    r"|poly ?studio|polycom|logitech|neat (?:bar|board)|webex (?:room|board|desk)|surface hub|meetup|videokonferenzsystem|vc[- ]raum)\b"
    r"|^(?:raum|room|saal|sala|salle)\b.{0,30}$",
    re.IGNORECASE,
)
_PRODUCT = ("notetaker", "note taker", "assistant", ".ai", " ai", "bot", "pilot", "assistent")


def is_bot(identity: Identity) -> bool:
    """An assistant or recorder, by its name or the firm behind its address."""
    if identity.address and domain_of(identity.address) in _BOT_DOMAINS:
        return True
    name = (identity.name or "").strip()
    if not name or not _BOT.search(name):
        return False
    return not _ALSO_A_NAME.match(name) or any(word in name.lower() for word in _PRODUCT)


def is_device(identity: Identity) -> bool:
    """A room system or another machine that stands for nobody in particular; a personal telephone is none."""
    if identity.machine or (identity.address and domain_of(identity.address) in NOBODY_DOMAINS):
        return True
    return bool(identity.name and _ROOM.search(identity.name.strip()))
