"""Participants that are no human: assistants that take notes, and room systems."""

from __future__ import annotations

import re
from functools import lru_cache

from noshowd.domain.evidence import Identity
from noshowd.reading.sides import NOBODY_DOMAINS, domain_of
from noshowd.reading.vocabulary import either, words

#: Names that are products: no human is called so.
_BOT = re.compile(
    either(
        r"""
        note[- ]?taker
        meeting notes | notes? assistant | meeting assistant | ai assistant | ki-assistent\w* | ai companion
        otter\.ai | otter ai | otterpilot
        fireflies(?:\.ai)? | read\.ai | read ai | read meeting navigator
        tl;dv | tldv | avoma | chorus\.ai | supernormal | meetgeek | sembly | krisp | airgram | circleback
        bluedot | tactiq
        rewatch | laxis | noty\.ai | nyota | colibri\.ai | claap | leexi | sally ai | recall\.ai
        meetingbaas | loopin | scribbl
        jiminny | wudpecker | bliro | winn\.ai | cogram | copilot
        (?:recording|transcript(?:ion)?|aufzeichnungs|transkriptions|protokoll)[- ]?(?:bot|dienst|service|assistent)
        bot | recorder
        """
    ),
    re.IGNORECASE,
)
_BELONGS_TO_SOMEBODY = re.compile(r"['\u2019]s (?:notetaker|assistant|ai)\b", re.IGNORECASE)
#: Products that bear the name of people or things: a bot only with a word beside them that says so.
_MAYBE_BOT = re.compile(
    either(
        "fathom | gong | chorus | grain | fellow | granola | jamie | spinach | modjo | clari | hedy | vowel | momentum"
    ),
    re.IGNORECASE,
)
_SAYS_SO = re.compile(either("ai | ki | bot | assistant | assistent | recorder | recording | notes"), re.IGNORECASE)
_BOT_DOMAINS = words(
    """
    otter.ai fireflies.ai read.ai fathom.video tldv.io avoma.com gong.io chorus.ai grain.com supernormal.com meetgeek.ai
    sembly.ai krisp.ai fellow.app circleback.ai bluedothq.com recall.ai meetingbaas.com spinach.io claap.io modjo.ai
    leexi.ai sally.io bliro.io nyota.ai
    """
)
_ROOM = re.compile(
    either(
        r"""
        konferenzraum | besprechungsraum | besprechungszimmer | sitzungszimmer | sitzungssaal | meetingraum
        seminarraum
        schulungsraum | vc[- ]raum | videokonferenzsystem
        meeting ?room | conference ?room | board ?room | huddle ?room | zoom ?room | teams ?room
        salle de r\u00e9union | sala de reuniones | sala riunioni
        poly ?studio | polycom | logitech | neat (?:bar|board) | webex (?:room|board|desk) | surface hub
        """
    )
    + r"|^(?:raum|room|saal|sala|salle)\b.{0,14}$",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_bot(identity: Identity) -> bool:
    """An assistant or recorder, by its name or the firm behind its address."""
    if identity.address and domain_of(identity.address) in _BOT_DOMAINS:
        return True
    name = identity.name or ""
    if _BOT.search(name) or _BELONGS_TO_SOMEBODY.search(name):
        return True
    return bool(_MAYBE_BOT.search(name) and _SAYS_SO.search(name))


def is_device(identity: Identity) -> bool:
    """A room system or another machine that stands for nobody in particular; a personal telephone is none."""
    if identity.machine or (identity.address and domain_of(identity.address) in NOBODY_DOMAINS):
        return True
    return bool(identity.name and _ROOM.search(identity.name.strip()))


@lru_cache(maxsize=4096)
def is_machine(identity: Identity) -> bool:
    """Either of these: no human."""
    return is_bot(identity) or is_device(identity)
