"""Which expected people a participant may be, and how surely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from noshowd.domain.address import canonical
from noshowd.domain.evidence import Identity, MatchStrength
from noshowd.domain.meeting import Person
from noshowd.reading.machines import is_bot, is_device, is_machine
from noshowd.reading.names import Alike, Name, alike, fold, name_of_address, read_name
from noshowd.reading.numbers import line_match, masked_match
from noshowd.reading.sides import PUBLIC_DOMAINS, Us, domain_of, same_firm

__all__ = ["is_bot", "is_device", "match", "match_all"]

#: Two people whose names fit this nearly equally well are not told apart by a name.
_TOO_CLOSE = 5.0

_Fit: TypeAlias = tuple[MatchStrength, float]
_Candidate: TypeAlias = tuple[str, MatchStrength, float]
_Given: TypeAlias = dict[int, tuple[str, MatchStrength] | None]
_NO_FIT: _Fit = (MatchStrength.NONE, 0.0)


def match(identity: Identity, people: Sequence[Person], us: Us) -> tuple[tuple[str, MatchStrength], ...]:
    """Keys of the people this identity may be, the surest first; bots and room systems are nobody.

    Strong: an id learnt before, an address or number the source vouches for. Medium: same firm and name, a name of an
    account that is signed in, a name they are known by. Weak: a typed name that is alike, the last digits of a number.
    """
    return tuple((key, strength) for key, strength, _ in _fits(identity, people, _papers_of(people, us), us))


class _Papers(NamedTuple):
    """What a source may vouch for of one expected person: the same for every identity."""

    person: Person
    addresses: frozenset[str]
    ids: tuple[str, ...]


def _papers_of(people: Iterable[Person], us: Us) -> list[_Papers]:
    papers = []
    for person in people:
        # the key is one that is canonical already
        own = canonical(person.address) if person.address and person.address != person.key else person.key
        known = us.known(person.key)
        ids = (*person.provider_ids, *known.provider_ids) if known else person.provider_ids
        papers.append(_Papers(person, frozenset((person.key, own, *person.aliases)), ids))
    return papers


def _fits(identity: Identity, people: Sequence[Person], papers: Iterable[_Papers], us: Us) -> list[_Candidate]:
    if is_machine(identity):
        return []
    shown = _addresses(identity, us)
    known = {one.person.key: _known_fit(identity, shown, one) for one in papers}
    sure = [(key, strength, score) for key, (strength, score) in known.items() if strength is MatchStrength.STRONG]
    if sure:
        # names, which take the time, could add nothing
        return sorted(sure)
    fits = {person.key: max(known[person.key], _by_name(identity, person, people, us)) for person in people}
    medium = sorted((score for strength, score in fits.values() if strength is MatchStrength.MEDIUM), reverse=True)
    if len(medium) > 1 and medium[0] - medium[1] < _TOO_CLOSE:
        doubtful = {k for k, (s, score) in fits.items() if s is MatchStrength.MEDIUM and medium[0] - score < _TOO_CLOSE}
        fits |= {key: (MatchStrength.WEAK, fits[key][1]) for key in doubtful}
    found = [(key, strength, score) for key, (strength, score) in fits.items() if strength >= MatchStrength.WEAK]
    return sorted(found, key=lambda c: (-c[1], -c[2], c[0]))


def match_all(identities: Sequence[Identity], people: Sequence[Person], us: Us) -> _Given:
    """Each identity's person, by index; None for those who are nobody expected, or nobody at all.

    One person may have several devices, but no two identities that may differ are given the same person: names are
    assigned so that as many as possible find one. The order of the arguments does not matter to who is found.
    """
    papers = _papers_of(people, us)
    candidates = [_fits(identity, people, papers, us) for identity in identities]
    order = sorted(range(len(identities)), key=lambda i: (_best(candidates[i]), _sort_key(identities[i])))
    given: _Given = dict.fromkeys(range(len(identities)))
    taken: dict[str, set[str]] = {}
    for index in order:
        marker = _marker(identities[index])
        for key, strength, _ in candidates[index]:
            free = strength is MatchStrength.STRONG or taken.get(key, {marker}) == {marker}
            if strength >= MatchStrength.MEDIUM and free:
                given[index] = (key, strength)
                taken.setdefault(key, set()).add(marker)
                break
    left = [index for index in order if given[index] is None]
    if not left:
        return given
    held = _assigned(left, candidates, taken)
    given |= {index: (key, MatchStrength.WEAK) for key, index in held.items()}
    for index in left:
        if given[index] is None:
            given[index] = _beside(identities, index, candidates[index], given)
    return given


def _assigned(
    left: Sequence[int], candidates: Sequence[Sequence[_Candidate]], taken: Mapping[str, set[str]]
) -> dict[str, int]:
    """The largest one-to-one assignment of what is left to people still free, by augmenting paths."""
    holder: dict[str, int] = {}

    def place(index: int, tried: set[str]) -> bool:
        for key, _, _ in candidates[index]:
            if key in tried or key in taken:
                continue
            tried.add(key)
            if key not in holder or place(holder[key], tried):
                holder[key] = index
                return True
        return False

    for index in left:
        place(index, set())
    return holder


def _beside(
    identities: Sequence[Identity], index: int, candidates: Sequence[_Candidate], given: _Given
) -> tuple[str, MatchStrength] | None:
    """The person whom an identity of the same name has been given: the same human with a second device."""
    marker = _marker(identities[index])
    possible = {key for key, _, _ in candidates}
    for other, found in given.items():
        if found is not None and found[0] in possible and _marker(identities[other]) == marker:
            return found[0], MatchStrength.WEAK
    return None


def _best(candidates: Sequence[_Candidate]) -> tuple[int, float]:
    return (-candidates[0][1], -candidates[0][2]) if candidates else (0, 0.0)


def _known_fit(identity: Identity, shown: frozenset[str], papers: _Papers) -> _Fit:
    """By what the source vouches for, names left aside. `shown` are the identity's addresses."""
    if identity.provider_id and papers.ids and _has_id(identity.provider_id, papers.ids):
        return MatchStrength.STRONG, 100.0
    by_address = _NO_FIT
    if not shown.isdisjoint(papers.addresses):
        # an address that the source does not vouch for was typed by somebody: it says no more than a name
        by_address = (MatchStrength.STRONG if identity.verified else MatchStrength.MEDIUM), 100.0
    return max(by_address, _by_number(identity, papers.person)) if identity.phone else by_address


def _has_id(provider_id: str, ids: Iterable[str]) -> bool:
    return any(known in (provider_id, known.partition(":")[0] + ":" + provider_id) for known in ids)


def _addresses(identity: Identity, us: Us) -> frozenset[str]:
    """The address that the source shows, and that of the person behind it."""
    address = identity.address
    return frozenset((canonical(address), us.person_of(address))) if address else frozenset()


def _by_number(identity: Identity, person: Person) -> _Fit:
    shown = identity.phone
    if not shown or not person.lines:
        return _NO_FIT
    whole = shown.startswith("+") and shown[1:].isdigit()
    strengths = [line_match(shown, line) if whole else masked_match(shown, line) for line in person.lines]
    return max(strengths), 100.0


def _by_name(identity: Identity, person: Person, people: Sequence[Person], us: Us) -> _Fit:
    if _known_as_another(identity, person, us):
        return _NO_FIT
    name = _shown_name(identity)
    known = us.known(person.key)
    if (
        identity.name
        and known
        and fold(identity.name.casefold().strip()) in {fold(n.casefold().strip()) for n in known.names}
    ):
        return MatchStrength.MEDIUM, 100.0
    firm = bool(identity.address and person.address and same_firm(identity.address, person.address))
    degree, score = max((alike(name, own) for own in _names_of(person)), default=(Alike.NO, 0.0))
    if degree is Alike.NO:
        return (_colleague(identity, person, people, name), 0.0) if firm else _NO_FIT
    if firm or (identity.verified and degree is Alike.FULL):
        return MatchStrength.MEDIUM, score
    return MatchStrength.WEAK, score


def _known_as_another(identity: Identity, person: Person, us: Us) -> bool:
    """Whether the source vouches for an address that the configuration gives to somebody else."""
    if not (identity.verified and identity.address):
        return False
    owner = us.person_of(identity.address)
    return us.known(owner) is not None and owner not in (person.key, *person.aliases)


def _colleague(identity: Identity, person: Person, people: Sequence[Person], name: Name) -> MatchStrength:
    """Somebody of the same firm: the one invited, if nobody else of it is and no name says otherwise."""
    firm = domain_of(identity.address or "")
    invited = [p for p in people if p.address and domain_of(p.address) == firm and firm not in PUBLIC_DOMAINS]
    nameless = name.empty or all(own.empty for own in _names_of(person))
    return MatchStrength.MEDIUM if nameless and len(invited) == 1 else MatchStrength.WEAK


def _shown_name(identity: Identity) -> Name:
    name = read_name(identity.name) if identity.name else Name((), "")
    return name_of_address(identity.address) if name.empty and identity.address else name


def _names_of(person: Person) -> list[Name]:
    names = [read_name(person.name)] if person.name and "@" not in person.name else []
    if person.address:
        names.append(name_of_address(person.address))
    return [name for name in names if not name.empty]


def _marker(identity: Identity) -> str:
    """What two devices of one human have in common: the account, else the name without its "(2)"."""
    if identity.provider_id or identity.address:
        return identity.provider_id or canonical(identity.address or "")
    name = read_name(identity.name or "")
    return " ".join((*name.given, name.family)) or f"{identity.name}/{identity.phone}"


def _sort_key(identity: Identity) -> tuple[str, str, str, str]:
    return (identity.provider_id or "", identity.address or "", identity.name or "", identity.phone or "")
