"""What `reading` makes of the names and numbers in the evidence, and what follows from the unidentified."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from noshowd.domain.evidence import Identity, MatchStrength
from noshowd.domain.meeting import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who an identity is, as far as that can be told.

    With `person` (strong or medium) it is that invited person; with only `side` it is somebody of that side who was not
    invited by name (a colleague who stands in, a colleague of the guest); with neither it is unidentified.
    """

    person: str | None = None
    strength: MatchStrength = MatchStrength.NONE
    side: Side | None = None
    #: False for bots, recorders and room devices.
    human: bool = True
    #: A room system: no additional human, but anybody may sit in front of it.
    hides_people: bool = False
    #: A verified identity says that it is not one of these.
    not_these: frozenset[str] = field(default_factory=frozenset)


UNIDENTIFIED = Who()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Everything `reading` has to say about the evidence of one meeting; what is not listed is unidentified."""

    identities: Mapping[Identity, Who] = field(default_factory=dict)
    #: How surely a telephone number is one of the other side's.
    numbers: Mapping[str, MatchStrength] = field(default_factory=dict)
    #: Numbers that are known to be somebody else's.
    others: frozenset[str] = field(default_factory=frozenset)

    def who(self, identity: Identity) -> Who:
        return self.identities.get(identity, UNIDENTIFIED)

    def number(self, number: str | None) -> MatchStrength:
        return self.numbers.get(number, MatchStrength.NONE) if number else MatchStrength.NONE


def certainly_missing(unidentified: Collection[Who], missing: Collection[str]) -> int:
    """How many of `missing` cannot all be among the unidentified, each of whom is one person at most.

    The size of `missing` less that of a maximum matching (augmenting paths; fast for 30 people and 20 unidentified).
    """
    if not unidentified:
        return len(missing)
    holder: dict[int, str] = {}
    options = {p: [i for i, who in enumerate(unidentified) if p not in who.not_these] for p in missing}

    def place(person: str, tried: set[int]) -> bool:
        for i in options[person]:
            if i not in tried:
                tried.add(i)
                if i not in holder or place(holder[i], tried):
                    holder[i] = person
                    return True
        return False

    return len(missing) - sum(place(person, set()) for person in missing)
