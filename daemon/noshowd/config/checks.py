"""What no single key can tell: names that refer to others, secrets and files that are not there."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from noshowd.config.exposure import exposed, references
from noshowd.config.model import Config
from noshowd.config.phones import PlacetelPresence, SipgateWebhookPresence, TwilioCallbackPresence
from noshowd.config.problems import Lines, Problem, Severity, Where, dotted, line_of
from noshowd.config.secrets import SecretMissing, resolve
from noshowd.config.shape import fields_of

#: Table and kind -> kind of account it needs.
_NEEDS_ACCOUNT: dict[tuple[str, str], str] = {
    ("presence", "google_meet"): "google",
    ("presence", "teams"): "microsoft",
    ("channel", "gmail"): "google",
    ("channel", "microsoft_mail"): "microsoft",
    ("channel", "exchange_mail"): "exchange",
    ("tasks", "google_tasks"): "google",
    ("tasks", "microsoft_todo"): "microsoft",
    ("tasks", "exchange"): "exchange",
}

#: Table and kind -> rights of its Microsoft account of which one at least has to be asked for.
_NEEDS_RIGHT: dict[tuple[str, str], frozenset[str]] = {
    ("presence", "teams"): frozenset({"attendance_reports", "live_roster", "meeting_chat"}),
    ("tasks", "microsoft_todo"): frozenset({"tasks"}),
}

#: Languages that come with noshowd.
BUILT_IN_LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Makes problems with the file and line filled in."""

    file: str
    lines: Lines
    #: Of a list with entries left out: the numbers, as the file has them, of those that are there.
    kept: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def problem(self, where: Where, message: str, **words: Any) -> Problem:
        kept = self.kept.get(str(where[0])) if len(where) > 1 else None
        if kept is not None:
            where = (where[0], kept[int(where[1])], *where[2:])
        return Problem(file=self.file, line=line_of(where, self.lines), key=dotted(where), message=message, **words)


def check(config: Config, *, file: str, lines: Lines) -> Iterator[Problem]:
    """Everything that cannot work although each key by itself is right."""
    report = Report(file=file, lines=lines)
    yield from _something_to_do(config, report)
    yield from clashes(config, report)
    yield from _accounts_exist(config, report)
    yield from _rights_are_asked_for(config, report)
    yield from _webhooks_are_reachable(config, report)
    yield from _live_rosters_are_reachable(config, report)
    yield from _stand_ins_exist(config, report)


def clashes(config: Config, report: Report) -> Iterator[Problem]:
    """What is wrong however the rest of the configuration may read."""
    yield from _names_are_unique(config, report)
    yield from _sides_are_clear(config, report)
    yield from _languages_have_texts(config, report)
    yield from _files_are_there(config, report)


def _something_to_do(config: Config, report: Report) -> Iterator[Problem]:
    if not config.account:
        yield report.problem(
            ("account",),
            "no calendar is configured",
            do='Add [[account]] with kind = "google", "microsoft" or "exchange".',
        )
    if not config.channel:
        yield report.problem(
            ("channel",), "nothing can be said to anybody", do='Add [[channel]] with kind = "slack" or "smtp".'
        )


def _names_are_unique(config: Config, report: Report) -> Iterator[Problem]:
    named: dict[str, Iterable[Any]] = {
        "account": config.account,
        "presence": config.presence,
        "channel": config.channel,
        "tasks": config.tasks,
        "policy": config.policy,
    }
    for table, entries in named.items():
        yield from _twice(table, "name", [entry.name for entry in entries], report)
    yield from _twice("contact", "match", [entry.match for entry in config.contact], report)
    yield from _addresses_belong_to_one(config, report)
    yield from _mailboxes_belong_to_one(config, report)


def _twice(table: str, key: str, values: list[str], report: Report) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for number, value in enumerate(values):
        seen[value] += 1
        if seen[value] > 1:
            yield report.problem(
                (table, number, key),
                f"another [[{table}]] has the same {key}",
                found=f'"{value}"',
                do=f"Give each [[{table}]] its own {key}.",
            )


def _addresses_belong_to_one(config: Config, report: Report) -> Iterator[Problem]:
    owner: dict[str, int] = {}
    for number, person in enumerate(config.person):
        for key, address in [("address", person.address), *(("aliases", alias) for alias in person.aliases)]:
            if owner.setdefault(address, number) != number:
                yield report.problem(
                    ("person", number, key),
                    "this address belongs to another [[person]] as well",
                    found=f'"{address}"',
                    do="Keep it with one of the two.",
                )


def _sides_are_clear(config: Config, report: Report) -> Iterator[Problem]:
    """us.theirs rules over everything else: whoever of ours stands there would never be watched."""
    for number, person in enumerate(config.person):
        for address in (person.address, *person.aliases):
            if address in config.us.theirs:
                yield report.problem(
                    ("person", number, "address"),
                    "this person stands on both sides",
                    found=f'"{address}", also in us.theirs',
                    do="Remove the address from us.theirs, or the [[person]].",
                )


def _mailboxes_belong_to_one(config: Config, report: Report) -> Iterator[Problem]:
    """A calendar that two accounts read would be two: one firm may have Microsoft 365 and a server of its own."""
    owner: dict[str, str] = {}
    for number, account in enumerate(config.account):
        for key in ("calendars", "mailboxes"):
            for address in getattr(account, key, ()):
                first = owner.setdefault(address.casefold(), account.name)
                if first != account.name:
                    yield report.problem(
                        ("account", number, key),
                        f"this address belongs to account {first} as well",
                        found=f'"{address}"',
                        do="Keep it with the account that really holds it.",
                    )


def _accounts_exist(config: Config, report: Report) -> Iterator[Problem]:
    kinds = {account.name: account.kind for account in config.account}
    for table in ("presence", "channel", "tasks"):
        for number, entry in enumerate(getattr(config, table)):
            wanted = _NEEDS_ACCOUNT.get((table, entry.kind))
            if wanted is not None and kinds.get(entry.account) != wanted:
                fitting = sorted(name for name, kind in kinds.items() if kind == wanted)
                yield report.problem(
                    (table, number, "account"),
                    f"{entry.kind} needs an [[account]] of kind {wanted}",
                    found=f'"{entry.account}"',
                    allowed=", ".join(fitting) or "none is configured",
                    do="Name one of these accounts." if fitting else f'Add [[account]] with kind = "{wanted}".',
                )


def _rights_are_asked_for(config: Config, report: Report) -> Iterator[Problem]:
    """What is switched on needs an opt-in of its Microsoft account: nobody gives a right by the way."""
    rights = {account.name: account.rights for account in config.account if account.kind == "microsoft"}
    for (table, kind), wanted in _NEEDS_RIGHT.items():
        for number, entry in enumerate(getattr(config, table)):
            if entry.kind == kind and entry.account in rights and not wanted & set(rights[entry.account]):
                names = ", ".join(f'"{right}"' for right in sorted(wanted))
                yield report.problem(
                    (table, number, "kind"),
                    f"{kind} needs an opt-in of its account",
                    allowed=names,
                    do=f"Add one of these to rights of [[account]] {entry.account}; noshowd doctor tells its reach.",
                )


def _webhooks_are_reachable(config: Config, report: Report) -> Iterator[Problem]:
    paths: set[str] = set()
    for number, entry in enumerate(config.presence):
        if not isinstance(entry, SipgateWebhookPresence | PlacetelPresence | TwilioCallbackPresence):
            continue
        if config.web is None or config.web.public_url is None:
            yield report.problem(
                ("presence", number, "kind"),
                "a vendor can only reach a web address",
                do="Set public_url in [web] to an address of this machine that can be reached from outside.",
            )
        if entry.path in paths:
            yield report.problem(
                ("presence", number, "path"), "another [[presence]] has this path", do="Give each its own path."
            )
        paths.add(entry.path)


def _live_rosters_are_reachable(config: Config, report: Report) -> Iterator[Problem]:
    live = {one.name for one in config.account if one.kind == "microsoft" and "live_roster" in one.rights}
    for number, entry in enumerate(config.presence):
        if entry.kind != "teams" or entry.account not in live or entry.event_hub is not None:
            continue
        address = (config.web.public_url if config.web is not None else None) or ""
        if not address.startswith("https://"):
            yield report.problem(
                ("presence", number, "kind"),
                "Microsoft posts who joins and leaves to an https address only",
                found=f'"{address}"' if address else "",
                do="Set public_url in [web] to an https address that can be reached from outside, "
                "name an event_hub, or remove live_roster from rights of the account.",
            )


def _stand_ins_exist(config: Config, report: Report) -> Iterator[Problem]:
    known = {address for person in config.person for address in (person.address, *person.aliases)}
    for number, person in enumerate(config.person):
        address = person.stand_in
        if address is not None and address not in known:
            yield report.problem(
                ("person", number, "stand_in"),
                "no [[person]] has this address",
                found=f'"{address}"',
                nearest="".join(difflib.get_close_matches(address, known, n=1)),
                do="Add this person, or correct the address.",
            )


def _languages_have_texts(config: Config, report: Report) -> Iterator[Problem]:
    own = config.wording.templates
    folders = [folder.name for folder in own.iterdir() if folder.is_dir()] if own is not None and own.is_dir() else []
    known = sorted({*BUILT_IN_LANGUAGES, *(name.partition("_")[0] for name in folders)})
    given: list[tuple[Where, str | None]] = [(("us", "language"), config.us.language)]
    given += [(("person", number, "language"), person.language) for number, person in enumerate(config.person)]
    given += [(("contact", number, "language"), contact.language) for number, contact in enumerate(config.contact)]
    for where, language in given:
        if language is not None and language not in known:
            yield report.problem(
                where,
                "there are no texts in this language",
                found=f'"{language}"',
                allowed=", ".join(known),
                do="Choose one of these, or put own texts into a folder of wording.templates.",
            )


def _files_are_there(config: Config, report: Report) -> Iterator[Problem]:
    for where, value in _leaves(config, ()):
        if isinstance(value, Path) and not value.exists():
            yield report.problem(where, "is not there", found=str(value), do="Create it, or correct the path.")


def _leaves(value: Any, where: Where) -> Iterator[tuple[Where, Any]]:
    """Every value of the configuration with its place."""
    if isinstance(value, BaseModel):
        for key, field in zip(fields_of(type(value)), type(value).model_fields, strict=True):
            yield from _leaves(getattr(value, field), (*where, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _leaves(item, (*where, number))
    else:
        yield where, value


def secrets_are_there(
    data: dict[str, Any], *, file: str, lines: Lines, folder: Path, environ: Mapping[str, str]
) -> Iterator[Problem]:
    """Secrets that cannot be read. Works on the bare data, so that other mistakes do not hide them."""
    report = Report(file=file, lines=lines)
    for where, ref in references(data, ()):
        try:
            resolve(ref, folder=folder, environ=environ)
        except SecretMissing as missing:
            severity = Severity.WARNING if missing.only_here else Severity.PROBLEM
            yield report.problem(where, f"secret missing: {missing}", do=missing.do, severity=severity)


def secrets_are_kept(data: dict[str, Any], path: Path, *, file: str, lines: Lines) -> Iterator[Problem]:
    """Warnings of what others on this machine can get at."""
    report = Report(file=file, lines=lines)
    for one in exposed(data, file=path):
        yield report.problem(one.where, one.says, do=one.do, severity=Severity.WARNING)
