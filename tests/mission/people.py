"""People as plain values: names, addresses, telephone lines. Invented; numbers lie in ranges kept for fiction."""

from __future__ import annotations

from random import Random
from typing import Any

GIVEN = ("Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hannes", "Ida", "Jonas", "Katharina", "Lukas")
FAMILY = ("Albrecht", "Böhm", "Conrad", "Dietz", "Engel", "Förster", "Groß", "Huber", "Iversen", "Jansen", "Köhler")
FIRMS = ("grosskunde", "werkhof", "lindenbau", "nordlicht", "seeblick", "talmann")
OUR_DOMAIN = "beispiel-beratung.example"
#: Our main number and everything that hangs on it.
OUR_TRUNK = "+493023125"
RESPONSES = (("accepted", 0.82), ("tentative", 0.05), ("none", 0.10), ("declined", 0.03))

Person = dict[str, Any]


def weighted(random: Random, shares: dict[str, float]) -> str:
    """One of the names, as often as its share says."""
    return random.choices(list(shares), weights=list(shares.values()))[0]


def our_people(random: Random, count: int, *, all_lines_seen: bool) -> list[Person]:
    """`count` colleagues with a direct line each and a mobile that no source sees."""
    people = []
    for index, given in enumerate(random.sample(GIVEN, count)):
        person = _person(random, given, OUR_DOMAIN, "ours")
        person["lines"] = [f"{OUR_TRUNK}{random.randrange(100, 900) + index}"]
        person["all_lines_seen"] = all_lines_seen
        person["optional"] = False
        people.append(person)
    return people


def their_people(random: Random, count: int) -> list[Person]:
    """`count` people of one firm; most are reached by a mobile, the others by an extension."""
    firm = random.choice(FIRMS)
    people = []
    for given in random.sample(GIVEN, count):
        person = _person(random, given, f"{firm}.example", "theirs")
        mobile = f"+4917139200{random.randrange(10, 99)}"
        person["lines"] = [mobile if random.random() < 0.6 else f"+498999998{random.randrange(100, 999)}"]
        person["response"] = weighted(random, dict(RESPONSES))
        people.append(person)
    if all(person["response"] == "declined" for person in people):
        # otherwise there is no appointment
        people[0]["response"] = "accepted"
    return people


def _person(random: Random, given: str, domain: str, side: str) -> Person:
    family = random.choice(FAMILY)
    local = f"{given}.{family}".lower().replace("ö", "oe").replace("ß", "ss")
    return {
        "key": f"{local}@{domain}",
        "side": side,
        "name": f"{given} {family}",
        "given": given,
        "family": family,
        "response": "accepted",
        "optional": random.random() < 0.04,
        "provider_id": f"users/{random.randrange(10**9, 10**10)}",
        "lines": [],
        "all_lines_seen": False,
    }
