"""Who was really in the room, and what a source would record of it. All times in seconds since 1970."""

from __future__ import annotations

from random import Random
from typing import Any

MINUTE = 60
#: Names that a list of note takers would know, and one that it would not.
KNOWN_BOTS = ("Otter.ai", "Fireflies.ai Notetaker", "read.ai meeting notes", "Fathom Notetaker")
UNKNOWN_BOT = "Protokollhilfe 3000"
ANONYMOUS = ("Gast", "iPhone", "Guest", "Galaxy S23", "")

Case = dict[str, Any]
Stay = dict[str, Any]


class Room:
    """The truth of one video meeting and the traces it leaves, written into `stays` and `traces`."""

    def __init__(self, random: Random, case: Case, noise: dict[str, float], *, sees_lobby: bool = False) -> None:
        self.random = random
        self.sees_lobby = sees_lobby
        self.noise = noise
        self.start: int = case["start"]
        self.end: int = case["end"]
        self.people: list[dict[str, Any]] = case["people"]
        #: key -> stretches in which that human really was in the room or its lobby.
        self.stays: dict[str, list[list[int]]] = {person["key"]: [] for person in self.people}
        #: The same without the lobby.
        self.inside: dict[str, list[list[int]]] = {person["key"]: [] for person in self.people}
        self.traces: list[Stay] = []

    def happens(self, name: str) -> bool:
        return self.random.random() < self.noise[name]

    def comers(self, side: str) -> list[dict[str, Any]]:
        """Who of a side comes when the side comes: at least one who is expected."""
        invited = [person for person in self.people if person["side"] == side]
        willing = [p for p in invited if p["response"] != "declined" and not p["optional"]] or invited
        sure = self.random.choice(willing)
        return [p for p in invited if p is sure or (p in willing and self.random.random() < 0.85)]

    def attend(self, side: str, *, arrive: tuple[float, float], leave: tuple[float, float]) -> None:
        """Those of `side` who come arrive and leave somewhere in these stretches (minutes after the start)."""
        seen_at_device: dict[str, Any] | None = None
        for person in self.comers(side):
            came = self.start + round(self.random.uniform(*arrive) * MINUTE)
            left = max(came + 90, self.start + round(self.random.uniform(*leave) * MINUTE))
            if seen_at_device is not None and self.happens("shared_device"):
                # beside a colleague whose stay is seen: this one leaves no trace
                for stretches in (self.stays, self.inside):
                    stretches[person["key"]] = [list(stretch) for stretch in stretches[seen_at_device["key"]]]
                continue
            self._visit(person, came, left)
            seen_at_device = person

    def _visit(self, person: dict[str, Any], came: int, left: int) -> None:
        identity = self._identity(person)
        # Whoever is in the room hears the knocking: where the source does not see the lobby, the wait is short.
        if self.sees_lobby and self.happens("left_in_lobby"):
            self._stay(person, identity, came, left, where="lobby")
            return
        if self.happens("lobby"):
            admitted = min(left - 60, came + self.random.randrange(10, 240 if self.sees_lobby else 50))
            self._stay(person, identity, came, admitted, where="lobby")
            came = admitted
        if self.happens("short_drop") and left - came > 400:
            self._stay(person, identity, came, came + self.random.randrange(5, 40))
            came += self.random.randrange(100, 300)
        if self.happens("drops") and left - came > 600:
            out = self.random.randrange(came + 120, left - 300)
            self._stay(person, identity, came, out)
            came = out + self.random.randrange(15, 150)
        self._stay(person, identity, came, left, never_left=self.happens("never_left"))
        if self.happens("second_device"):
            self._trace(identity, came + 20, left)
        if self.happens("anonymous_second_device"):
            self._trace(_unsigned(self.random.choice(ANONYMOUS)), came + 30, left)

    def _stay(
        self,
        person: dict[str, Any],
        identity: dict[str, Any],
        came: int,
        left: int,
        *,
        where: str = "room",
        never_left: bool = False,
    ) -> None:
        self.stays[person["key"]].append([came, left])
        if where == "room":
            self.inside[person["key"]].append([came, left])
        self._trace(identity, came, left, where=where, never_left=never_left)

    def _trace(
        self, identity: dict[str, Any], came: int, left: int, *, where: str = "room", never_left: bool = False
    ) -> None:
        self.traces.append(
            {
                "stay": f"s{len(self.traces)}",
                "where": where,
                "identity": identity,
                "began": came,
                "ended": None if never_left else left,
            }
        )

    def _identity(self, person: dict[str, Any]) -> dict[str, Any]:
        """How a source would name this person, most often as signed in."""
        address = person["key"] if self.random.random() < 0.7 else None
        signed_in = {
            "provider_id": person["provider_id"],
            "address": address,
            "name": person["name"],
            "phone": None,
            "verified": True,
            "machine": False,
            "human": person["key"],
            # the ids of our own people are configured, those of guests are not
            "surely": address is not None or person["side"] == "ours",
        }
        if self.happens("anonymous"):
            return _unsigned(self.random.choice(ANONYMOUS))
        if self.happens("typed_name"):
            given, family = person["given"], person["family"]
            spellings = (f"{given} {family}", f"{family}, {given}", given, f"{given} {family[0]}.", family.upper())
            return _unsigned(self.random.choice(spellings))
        if self.happens("private_account"):
            stranger = {"provider_id": f"users/{self.random.randrange(10**10, 10**11)}", "surely": False}
            return signed_in | stranger | {"address": f"privat{self.random.randrange(999)}@mail.example"}
        if self.happens("wrong_account"):
            stranger = {"provider_id": f"users/{self.random.randrange(10**10, 10**11)}", "surely": False}
            return signed_in | stranger | {"address": "familie@mail.example", "name": "Familie am Küchentisch"}
        if self.happens("dial_in"):
            return _unsigned("") | {"phone": "+49 171 ***" + person["lines"][0][-4:], "dial_in": True}
        if self.happens("room_device"):
            return _unsigned("Besprechungsraum 2") | {"machine": True, "room": True}
        return signed_in

    def uninvited(self) -> None:
        """Bots, strangers and people from the meeting before."""
        if self.happens("bot"):
            self._trace(
                _unsigned(self.random.choice(KNOWN_BOTS)) | {"bot": True, "machine": self.random.random() < 0.3},
                self.start + self.random.randrange(-60, 60),
                self.end,
            )
        if self.happens("unknown_bot"):
            self._trace(_unsigned(UNKNOWN_BOT), self.start, self.end)
        if self.happens("leftover"):
            stranger = _unsigned("Paul Vorher") | {"leftover": True}
            self._trace(stranger, self.start - 50 * MINUTE, self.start + self.random.randrange(-120, 300))
        if self.happens("outsider"):
            came = self.start + self.random.randrange(0, 300)
            self._trace(_unsigned("Petra Dritte"), came, max(came + 120, self.end))


def _unsigned(name: str) -> dict[str, Any]:
    return {
        "provider_id": None,
        "address": None,
        "name": name or None,
        "phone": None,
        "verified": False,
        "machine": False,
        "human": None,
        "surely": False,
    }
