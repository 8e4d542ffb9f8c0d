"""Who a participant may be: strengths, pairs of names, bots and devices, one-to-one assignment."""

from __future__ import annotations

from itertools import permutations

import pytest

from noshowd.domain.evidence import Identity, MatchStrength
from noshowd.domain.meeting import Person, Side
from noshowd.reading.identity import is_bot, is_device, match, match_all
from noshowd.reading.names import Alike, alike, read_name
from noshowd.reading.sides import KnownPerson
from reading.events import cases, us

STRONG, MEDIUM, WEAK = MatchStrength.STRONG, MatchStrength.MEDIUM, MatchStrength.WEAK


def person(address: str, name: str | None = None, **said) -> Person:
    return Person(key=address, address=address, name=name, side=Side.THEIRS, **said)


MAX = person("max.mustermann@kunde.de", "Max Mustermann", lines=("+491711234567",), provider_ids=("zoom:z1",))
EVA = person("eva@anders.de", "Eva Müller")


@pytest.mark.parametrize(
    ("identity", "strength"),
    [
        (Identity(provider_id="z1", name="wer auch immer"), STRONG),
        (Identity(provider_id="zoom:z1"), STRONG),
        (Identity(provider_id="z2", verified=True), None),
        (Identity(address="Max.Mustermann+zoom@Kunde.de", verified=True), STRONG),
        (Identity(address="max.mustermann@kunde.de"), MEDIUM),
        (Identity(address="m.mustermann@kunde.de", verified=True), MEDIUM),
        (Identity(address="zentrale@kunde.de", verified=True, name="Max Mustermann"), MEDIUM),
        (Identity(address="maxi@gmail.com", verified=True, name="Max Mustermann"), MEDIUM),
        (Identity(address="jo@kunde.de", verified=True, name="Jo Berger"), WEAK),
        (Identity(name="Max Mustermann"), WEAK),
        (Identity(name="Max Mustermann", verified=True), MEDIUM),
        (Identity(name="Max", verified=True), WEAK),
        (Identity(name="Jo Berger", verified=True), None),
        (Identity(phone="+491711234567"), STRONG),
        (Identity(phone="+431711234567"), WEAK),
        (Identity(phone="+49 171 ***4567"), WEAK),
        (Identity(phone="+491719999999"), None),
        (Identity(name="iPhone von Max"), WEAK),
        (Identity(name="Max Mustermann's Notetaker"), None),
        (Identity(name="Max Mustermann", machine=True), None),
    ],
    ids=str,
)
def test_strength(identity, strength):
    found = dict(match(identity, [MAX, EVA], us()))

    assert found.get(MAX.key) == strength


def test_a_verified_address_of_somebody_else_we_know_is_never_a_colleagues():
    jo = Identity(address="jo@kunde.de", verified=True, name="Max Mustermann")
    known = {"jo@kunde.de": KnownPerson()}
    assert dict(match(jo, [MAX], us())) == {MAX.key: MEDIUM}
    assert match(jo, [MAX], us(persons=known)) == ()


def test_a_known_alias_name_is_medium():
    known = {MAX.key: KnownPerson(names=("Mäxchen",))}

    assert match(Identity(name="mäxchen"), [MAX, EVA], us(contacts=known)) == ((MAX.key, MEDIUM),)


def test_two_of_one_name_are_not_told_apart():
    twins = [person("a@x.de", "Thomas Müller"), person("b@y.de", "Thomas Müller")]

    assert match(Identity(name="Thomas Mueller", verified=True), twins, us()) == (("a@x.de", WEAK), ("b@y.de", WEAK))


def test_a_verified_address_leaves_no_room_for_names():
    namesake = person("max@anders.de", "Max Mustermann")

    assert match(Identity(address=MAX.key, name="Max Mustermann", verified=True), [MAX, namesake], us()) == (
        (MAX.key, STRONG),
    )


def test_second_device_is_the_same_person():
    identities = [Identity(name="Eva Müller"), Identity(name="Eva Müller (2)"), Identity(name="Max")]

    found = match_all(identities, [MAX, EVA], us())

    assert found == {0: (EVA.key, WEAK), 1: (EVA.key, WEAK), 2: (MAX.key, WEAK)}


def test_full_name_goes_before_a_given_name_alone():
    found = match_all([Identity(name="Max"), Identity(name="Max Mustermann")], [MAX, EVA], us())

    assert found == {0: None, 1: (MAX.key, WEAK)}


def test_as_many_as_possible_find_a_person():
    people = [person("a@x.de", "Alex Weber"), person("b@x.de", "Alex Krause")]
    identities = [Identity(name="Alex"), Identity(name="Alex Weber")]

    assert match_all(identities, people, us()) == {0: ("b@x.de", WEAK), 1: ("a@x.de", WEAK)}


def test_assignment_does_not_depend_on_the_order():
    people = [MAX, EVA, person("alex@x.de", "Alexandra Weber")]
    identities = [Identity(name=n) for n in ("Sandra W.", "Mustermann, Max", "Frau Mueller", "Alex Weber", "Otter.ai")]
    expected = {identities[i]: found for i, found in match_all(identities, people, us()).items()}

    for order in permutations(identities):
        assert {order[i]: found for i, found in match_all(order, people, us()).items()} == expected


@pytest.mark.parametrize(
    "name",
    [
        "Otter.ai",
        "Fireflies.ai Notetaker Max",
        "Read.ai meeting notes",
        "Fathom Notetaker",
        "tl;dv",
        "Annas Notetaker",
        "Bliro KI-Assistent",
        "Recorder Bot",
        "Max Mustermann's AI",
        "Sally AI",
        "MeetGeek Notetaker",
    ],
)
def test_bots(name):
    assert is_bot(Identity(name=name))


@pytest.mark.parametrize(
    "name", ["Robert Otter", "Bernd Gong", "Jamie Oliver", "Anna Abbott", "Talbot Smith", "Max", "Ai Nakamura", "Grain"]
)
def test_humans_are_no_bots(name):
    assert not is_bot(Identity(name=name))


@pytest.mark.parametrize(
    "name",
    ["Konferenzraum 2", "Besprechungsraum Rhein", "Zoom Room Berlin", "Meeting Room 4", "Poly Studio X30", "Raum 12"],
)
def test_devices(name):
    assert is_device(Identity(name=name))


@pytest.mark.parametrize(
    "name", ["Anna Saalfeld", "Room Service Müller GmbH Frau Klein Berlin Mitte", "iPhone von Anna", "Peter Raumann"]
)
def test_personal_devices_and_people_are_no_room(name):
    assert not is_device(Identity(name=name))


@pytest.mark.parametrize("pair", cases("names"), ids=lambda pair: f"{pair['first']}-{pair['second']}")
def test_pairs_of_names(pair):
    """60 pairs, half of them different persons, found nine faults; 60 more, written after the mending, found one."""
    first, second = read_name(pair["first"]), read_name(pair["second"])

    assert (alike(first, second)[0] is Alike.FULL) == pair["same"]
    assert (alike(second, first)[0] is Alike.FULL) == pair["same"]
