"""Everything that an installation can be asked about itself: trials, what sources prove, and gaps of our people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

import structlog

from noshowd.config.model import Config
from noshowd.config.people import Person
from noshowd.config.secrets import SecretMissing
from noshowd.domain.evidence import Blind, SourceTraits
from noshowd.ports.check import Check, Finding, Grade
from noshowd.ports.errors import Temporary, VendorError
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.catalogue import tables
from noshowd.runtime.reach import addresses, reach

log = structlog.get_logger()

_UNSEEN = {
    Blind.LOBBY: "people who wait to be let in",
    Blind.DIAL_IN: "people who dial in by telephone",
    Blind.OUTSIDERS: "people from other organisations",
    Blind.OPTED_OUT: "people who opted out of being shown",
    Blind.HIDDEN_NUMBERS: "callers who hide their number",
}
_NO_MARKS = (
    "Name each person in one installation only; or let this one leave its mark in the calendars: writes = true "
    '(Google, Exchange), the right "move_events" (Microsoft).'
)
_SEVERAL = "`noshowd status` says which one this is. End the others, or take each person out of all but one."
_PHONES = frozenset(
    "sipgate sipgate_webhook fritzbox fritzbox_list asterisk asterisk_cdr cdr cdr_files threecx placetel twilio "
    "twilio_callback".split()
)


async def examine(bench: Bench) -> dict[str, Sequence[Finding]]:
    """Findings by the table of the configuration they are about, in its order. Opens and tries everything."""
    made, found = _built(bench)
    servers = [(name, _servers(bench, table)) for name, _, table in tables(bench.config)]
    trials = [(name, _try(name, check)) for name, check in made.checks.items()]
    marks = [(f"account {one.name}", installations(bench, made, one.name)) for one in bench.config.account]
    for name, findings in await _all([*servers, *trials, *marks]):
        found.setdefault(name, []).extend(findings)
    for source in made.presences.values():
        found.setdefault(f"presence {source.traits.name}", []).append(proves(source.traits))
    found["sources of presence"] = [*unseen(bench.config)]
    found["channels"] = [*one_way_only(bench.config)]
    for person in bench.config.person:
        found[f"person {person.address}"] = list(gaps(person, bench.config))
    return {name: findings for name, findings in found.items() if findings}


async def installations(bench: Bench, made: Adapters, account: str) -> Sequence[Finding]:
    """Whether another installation that writes to the same guests would be noticed, and which have left their marks."""
    what, keeper = "other installations", made.marks.get(account)
    calendars = [calendar for owner, calendar in made.watched if owner == account]
    if keeper is None:
        return [_gap(what, "One that writes to the same guests would not be noticed.", _NO_MARKS)] if calendars else []
    now = bench.clock.now()
    try:
        found = [one for calendar in calendars for one in await keeper.marks(calendar) if one.lives(now)]
    except Temporary as error:
        return [Finding(grade=Grade.UNREACHED, what=what, says=error.reason)]
    except VendorError as error:
        return [_gap(what, f"{error.reason}. One that writes to the same guests would not be noticed.", _NO_MARKS)]
    latest = {one.short: one.left for one in sorted(found, key=lambda one: one.left)}
    ids = ", ".join(f"{short} (last on {left:%Y-%m-%d})" for short, left in latest.items())
    if len(latest) > 1:
        return [_gap(what, f"several have left marks: {ids}", _SEVERAL)]
    says = f"marks are left; so far by {ids}" if ids else "marks are looked for; leaving one was not tried"
    return [Finding(grade=Grade.GOOD, what=what, says=says)]


def proves(traits: SourceTraits) -> Finding:
    """What a source of presence can and cannot show, in words."""
    cannot = [f"it does not see {_UNSEEN[blind]}" for blind in sorted(traits.blind)]
    if traits.presence_only:
        cannot.insert(0, "it proves that somebody was there, never that somebody was not")
    elif traits.ended_only:
        cannot.insert(0, "it knows calls and visits only once they have ended: nothing about the present")
    elif traits.lossy:
        cannot.insert(0, "somebody's coming may be lost on its way: a word to a guest then waits for a person")
    elif not traits.keeps_history:
        cannot.insert(0, "it shows only the moment: what happens between two looks is not seen")
    can = "it proves presence" if traits.presence_only else "it proves presence and, once somebody was seen, absence"
    return Finding(grade=Grade.GOOD, what="what it proves", says="; ".join([can, *cannot]))


def unseen(config: Config) -> Iterable[Finding]:
    """Whether anything at all tells who was there."""
    if not config.presence:
        yield _gap(
            "no source",
            "Nothing tells who was there: every appointment becomes a question.",
            "Add a [[presence]] for the rooms or telephones that you use.",
        )


def one_way_only(config: Config) -> Iterable[Finding]:
    """Whether anybody could be told that a channel does not work."""
    if len(config.channel) < 2 and config.run.heartbeat_url is None:
        yield _gap(
            "one channel only",
            "Should it break, nobody can be told.",
            "Add a second [[channel]], or heartbeat_url in [run] to a service that tells you.",
        )


def gaps(person: Person, config: Config) -> Iterable[Finding]:
    """What is missing to judge and to tell this person of ours as well as it could be done."""
    if person.stand_in is None and len(config.person) > 1:
        yield _gap("no stand-in", "Nobody is asked to take over when they are missing.", 'stand_in = "address"')
    if any(c.kind == "slack" for c in config.channel) and person.slack is None:
        yield _gap("no Slack name", "Slack is asked for their address instead.", 'slack = "handle"')
    phones: list[Any] = [source for source in config.presence if source.kind in _PHONES]
    if phones and not person.lines:
        yield _gap(
            "no telephone lines",
            "Their calls belong to nobody: telephone appointments are asked about.",
            'lines = ["+49 ..."]',
        )
    elif phones and not person.all_lines_seen:
        says = "An unseen mobile is assumed: that they did not call is never proved."
        yield _gap("lines that are not seen", says, "all_lines_seen = true, if they use no other telephone")
    seen = {line for source in phones for line in source.lines}
    for line in person.lines:
        if phones and all(source.lines for source in phones) and line not in seen:
            yield _gap(f"line {line}", "No telephone source names it.", "Add it to the lines of a [[presence]].")
    watched = {
        a for account in config.account for a in getattr(account, "calendars", getattr(account, "mailboxes", ()))
    }
    if person.address not in watched:
        yield _gap(
            "no calendar",
            "Only meetings in the calendars of others are known of them.",
            "Add the address to an [[account]].",
        )


def _gap(what: str, says: str, do: str) -> Finding:
    return Finding(grade=Grade.GAP, what=what, says=says, do=do)


def _built(bench: Bench) -> tuple[Adapters, dict[str, list[Finding]]]:
    """What could be built; a table whose secret is missing costs no other its trial."""
    made, found = Adapters(), {}
    for name, builder, table in tables(bench.config):
        found[name] = list[Finding]()
        try:
            builder(bench, table, made)
        except SecretMissing as missing:
            found[name].append(Finding(grade=Grade.BAD, what="secret", says=str(missing), do=missing.do))
        except VendorError as error:
            do = "Check that the secret is what the configuration says it is."
            found[name].append(Finding(grade=Grade.BAD, what="secret", says=error.reason, do=do))
    return made, found


async def _servers(bench: Bench, table: Any) -> Sequence[Finding]:
    return [await reach(bench, table, address) for address in addresses(table, bench.config)]


async def _try(name: str, check: Check) -> Sequence[Finding]:
    try:
        return await check()
    except Exception as error:
        log.exception("check_failed", action="doctor", source=name)
        return [Finding(grade=Grade.BAD, what="trial", says=f"failed in noshowd itself: {type(error).__name__}")]


async def _all(work: Iterable[tuple[str, Awaitable[Sequence[Finding]]]]) -> list[tuple[str, Sequence[Finding]]]:
    pairs = list(work)
    results = await asyncio.gather(*(doing for _, doing in pairs))
    return [(name, result) for (name, _), result in zip(pairs, results, strict=True)]
