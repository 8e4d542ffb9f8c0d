"""A first configuration from a few answers: what `noshowd init` asks, and the file it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noshowd.config.toml_text import toml_key, toml_value
from noshowd.reading.sides import PUBLIC_DOMAINS

Answers = Mapping[str, str]
Table = dict[str, Any]

_HEAD = """\
# Written by `noshowd init`. Every other key, with what it means: noshowd.example.toml or docs/reference.
# After a change: noshowd check-config, then systemctl reload noshowd.

# shadow computes and shows everything and writes to nobody outside; live acts.
mode = "shadow"
"""
_MEETINGS = {"google": "google_meet", "microsoft": "teams", "exchange": "none"}
#: What may carry mail through which calendar's rights.
_OWN_MAIL = {"google": "gmail", "microsoft": "microsoft_mail"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, asked only where `applies`; `suggested` is what an empty answer means, None: it has to be given.

    `sample` is an answer that can be used, and stands for one that is not given yet where others are tried.
    """

    key: str
    text: str
    sample: str = ""
    choices: tuple[str, ...] = ()
    suggested: Callable[[Answers], str | None] = lambda _: None
    applies: Callable[[Answers], bool] = lambda _: True


def _when(key: str, *values: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get(key) in values


def _always(value: str) -> Callable[[Answers], str | None]:
    return lambda _: value


#: Whose calendars are read, and how one gets to them.
_CALENDAR = (
    Asked(key="calendar", text="Calendar", choices=("google", "microsoft", "exchange"), sample="google"),
    Asked(
        key="tenant",
        text="Microsoft 365: directory (tenant) id or domain",
        sample="example.com",
        applies=_when("calendar", "microsoft"),
    ),
    Asked(
        key="client-id",
        text="Application (client) id",
        sample="11111111-2222-3333-4444-555555555555",
        applies=_when("calendar", "microsoft"),
    ),
    Asked(
        key="endpoint",
        text="Exchange: EWS address, as https://mail.example.com/EWS/Exchange.asmx",
        sample="https://mail.example.com/EWS/Exchange.asmx",
        applies=_when("calendar", "exchange"),
    ),
    Asked(
        key="username",
        text="Exchange: account that may read the mailbox",
        sample="noshowd",
        applies=_when("calendar", "exchange"),
    ),
)
#: What tells who was there.
_SOURCES = (
    Asked(
        key="meetings",
        text="What tells who was in a video meeting",
        choices=("google_meet", "teams", "none"),
        suggested=lambda answers: _MEETINGS[answers["calendar"]],
    ),
    Asked(
        key="telephone",
        text="What tells who called",
        choices=("none", "sipgate", "fritzbox"),
        suggested=_always("none"),
    ),
    Asked(
        key="token-id",
        text="sipgate: id of the personal access token",
        sample="token-1",
        applies=_when("telephone", "sipgate"),
    ),
    Asked(
        key="line",
        text="Your telephone number, as +49 89 23714480",
        sample="+49 89 23714480",
        applies=_when("telephone", "sipgate", "fritzbox"),
    ),
)
#: How our side is spoken to.
_CHANNEL = (
    Asked(
        key="channel",
        text="How noshowd speaks to you",
        choices=("slack", "smtp", "gmail", "microsoft_mail"),
        suggested=lambda answers: _OWN_MAIL.get(answers["calendar"], "smtp"),
    ),
    Asked(key="slack-name", text="Your Slack name or member id", sample="anna", applies=_when("channel", "slack")),
    Asked(key="smtp-host", text="Mail server (SMTP)", sample="mail.example.com", applies=_when("channel", "smtp")),
    Asked(
        key="smtp-username",
        text="Login there (empty: none)",
        suggested=lambda answers: answers["address"],
        applies=_when("channel", "smtp"),
    ),
)


def questions(*, zone: str, language: str) -> tuple[Asked, ...]:
    """All questions in their order; `zone` and `language` are those of this machine."""
    return (
        Asked(key="address", text="Your mail address (the first person who is watched)", sample="anna@example.com"),
        Asked(key="name", text="Your name as guests know it (empty: as invitations write it)", suggested=_always("")),
        Asked(key="zone", text="Time zone", suggested=_always(zone)),
        Asked(key="language", text="Language of your side", choices=("de", "en"), suggested=_always(language)),
        Asked(
            key="holidays",
            text="Public holidays, as DE-BY or GB-ENG (empty: of the whole country)",
            suggested=_always(""),
        ),
        *_CALENDAR,
        *_SOURCES,
        *_CHANNEL,
    )


def completed(answers: Answers, asked: Iterable[Asked]) -> dict[str, str]:
    """These answers, with what is suggested, else a sample, for each question that is still open."""
    whole = dict(answers)
    for one in asked:
        if one.key not in whole and one.applies(whole):
            whole[one.key] = one.suggested(whole) or one.sample
    return whole


def configuration(answers: Answers) -> str:
    """The file for these answers. Secrets stand in it as names of credentials."""
    return "\n".join([_HEAD, *(_table(head, comment, table) for head, comment, table in _tables(answers))])


def _table(head: str, comment: str, table: Table) -> str:
    lines = [f"{toml_key(key)} = {toml_value(value)}" for key, value in table.items() if value not in ("", None)]
    return "\n".join([f"# {comment}", head, *lines, ""])


def _tables(answers: Answers) -> Iterator[tuple[str, str, Table]]:
    address = answers["address"]
    name, _, domain = address.lower().rpartition("@")
    alone = domain in PUBLIC_DOMAINS or not (name and domain)
    ours = {"addresses": [address]} if alone else {"domains": [domain]}
    about_us = {key: answers[key] for key in ("language", "zone", "holidays")}
    yield "[us]", "Our side: everybody else is a guest.", {**ours, **about_us}
    yield "[[person]]", "Who is watched. One table for each person; nobody is watched without one.", _person(answers)
    yield "[[account]]", "Whose calendars are read. Nothing else is read.", _account(answers)
    meetings = answers["meetings"]
    if meetings != "none":
        yield "[[presence]]", "Who was in a video meeting.", {"kind": meetings}
    if answers["telephone"] != "none":
        yield "[[presence]]", "Who called whom.", _telephone(answers)
    if meetings == answers["telephone"] == "none":
        yield "[[presence]]", "Nothing is looked at: you are asked in one tap.", {"kind": "ask"}
    yield "[[channel]]", "How noshowd speaks to you, and once it is live to guests.", _channel(answers)


def _person(answers: Answers) -> Table:
    return {
        "address": answers["address"],
        "name": answers["name"],
        "slack": answers.get("slack-name"),
        "lines": [answers["line"]] if "line" in answers else None,
    }


def _account(answers: Answers) -> Table:
    kind, watched = answers["calendar"], [answers["address"]]
    if kind == "google":
        return {"kind": kind, "calendars": watched, "key": {"credential": "google-key"}}
    if kind == "microsoft":
        return {
            "kind": kind,
            "tenant": answers["tenant"],
            "client_id": answers["client-id"],
            "secret": {"credential": "microsoft-secret"},
            "mailboxes": watched,
            "rights": ["attendance_reports"] if answers["meetings"] == "teams" else None,
        }
    return {
        "kind": kind,
        "endpoint": answers["endpoint"],
        "username": answers["username"],
        "password": {"credential": "exchange-password"},
        "mailboxes": watched,
    }


def _telephone(answers: Answers) -> Table:
    kind, lines = answers["telephone"], [answers["line"]]
    if kind == "sipgate":
        token = {"credential": "sipgate-token"}
        return {"kind": kind, "token_id": answers["token-id"], "token": token, "lines": lines}
    return {"kind": kind, "lines": lines}


def _channel(answers: Answers) -> Table:
    kind = answers["channel"]
    if kind == "slack":
        return {"kind": kind, "bot": {"credential": "slack-bot"}, "app": {"credential": "slack-app"}}
    if kind != "smtp":
        return {"kind": kind}
    login = answers["smtp-username"]
    return {
        "kind": kind,
        "host": answers["smtp-host"],
        "username": login,
        "password": {"credential": "smtp-password"} if login else None,
        "sender": answers["address"],
    }
