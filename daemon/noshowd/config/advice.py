"""What works but is likely not meant: a question that nobody can answer, somebody who cannot be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from noshowd.config.channels import SlackChannel, SmtpChannel
from noshowd.config.model import Config, Mode
from noshowd.config.problems import Lines, Problem, Severity, Where, dotted, line_of
from noshowd.domain.followup import TO_GUESTS, Approval
from noshowd.domain.policy import JudgingRules


def advise(config: Config, *, file: str, lines: Lines) -> Iterator[Problem]:
    """Warnings, each with what to do."""

    def warn(where: Where, message: str, do: str) -> Problem:
        return Problem(
            file=file,
            line=line_of(where, lines),
            key=dotted(where),
            message=message,
            do=do,
            severity=Severity.WARNING,
        )

    yield from _answers(config, warn)
    yield from _drafts(config, warn)
    yield from _guests(config, warn)
    yield from _people(config, warn)
    yield from _sources(config, warn)
    yield from _pace(config, warn)


def can_answer_in_slack(config: Config) -> bool:
    """Slack buttons come back: there is a channel with its app token."""
    return any(isinstance(channel, SlackChannel) and channel.app is not None for channel in config.channel)


def can_answer_by_mail(config: Config) -> bool:
    """A link leads to a page of ours, or replies are read."""
    mail = [channel for channel in config.channel if not isinstance(channel, SlackChannel)]
    public = config.web is not None and config.web.public_url is not None
    return bool(mail) and (public or any(channel.replies is not None for channel in mail))


def leaving_drafts(config: Config) -> list[int]:
    """The policies, by their place, that put a message to a guest into the drafts of one of us."""
    return [
        number
        for number, policy in enumerate(config.policy)
        for ladder in (policy.when_they_are_missing, policy.when_we_are_missing)
        if any(step.send in TO_GUESTS and step.approval is Approval.DRAFT for step in ladder or ())
    ]


def _answers(config: Config, warn: Any) -> Iterator[Problem]:
    for number, channel in enumerate(config.channel):
        if isinstance(channel, SlackChannel) and channel.app is None:
            yield warn(
                ("channel", number),
                "questions can be asked in Slack, but their buttons lead nowhere",
                "Add app = { credential = ... } with the app-level token (Socket Mode).",
            )
        if not isinstance(channel, SlackChannel) and not can_answer_by_mail(config):
            yield warn(
                ("channel", number),
                "questions can be asked by mail, but not answered",
                "Set web.public_url (answers by link), or replies = { host = ..., ... } (answers by mail).",
            )


def _drafts(config: Config, warn: Any) -> Iterator[Problem]:
    if any(not isinstance(channel, SlackChannel | SmtpChannel) for channel in config.channel):
        return
    for number in dict.fromkeys(leaving_drafts(config)):
        yield warn(
            ("policy", number),
            'approval = "draft" finds no mailbox: SMTP can leave no drafts, and nothing would reach the guest',
            'Add [[channel]] with kind = "gmail", "microsoft_mail" or "exchange_mail", or set approval = "ask".',
        )


def _guests(config: Config, warn: Any) -> Iterator[Problem]:
    if config.mode is Mode.SHADOW:
        return
    if all(isinstance(channel, SlackChannel) for channel in config.channel):
        yield warn(
            ("mode",),
            "no channel reaches guests: what would be written to them becomes a task",
            'Add [[channel]] with kind = "smtp", "gmail" or "microsoft_mail".',
        )
    if not (can_answer_in_slack(config) or can_answer_by_mail(config)):
        yield warn(
            ("mode",),
            "messages to guests wait for somebody's approval, which nobody can give",
            "Let somebody answer in Slack or by mail, or set approval of the steps.",
        )
    for number, policy in enumerate(config.policy):
        steps = [*(policy.when_they_are_missing or ()), *(policy.when_we_are_missing or ())]
        if any(step.send in TO_GUESTS and step.approval is Approval.AUTO for step in steps):
            yield warn(
                ("policy", number),
                "messages to guests go out without anybody having read them",
                'Set approval = "ask" until you trust it.',
            )


def _people(config: Config, warn: Any) -> Iterator[Problem]:
    if not config.person:
        yield warn(
            ("person",), "nobody is watched: people are enrolled by name", "Add [[person]] with an address for each."
        )
    slack = any(isinstance(channel, SlackChannel) for channel in config.channel)
    mail = any(not isinstance(channel, SlackChannel) for channel in config.channel)
    for number, person in enumerate(config.person):
        if slack and not mail and person.slack is None:
            yield warn(
                ("person", number),
                "has no Slack name, and there is no e-mail to fall back on",
                'Add slack = "...".',
            )
    if not (config.us.domains or config.us.addresses or config.person):
        yield warn(("us",), "it is not known who is on our side", "Set us.domains or us.addresses.")


def _sources(config: Config, warn: Any) -> Iterator[Problem]:
    if not config.presence:
        yield warn(
            ("presence",),
            "nothing tells who was there: every meeting becomes a question",
            'Add [[presence]], for example with kind = "google_meet" or "teams".',
        )
    if config.us.zone in ("UTC", "Etc/UTC"):
        yield warn(("us", "zone"), "the time zone is UTC", 'Set us.zone, for example "Europe/Berlin".')


def _pace(config: Config, warn: Any) -> Iterator[Problem]:
    """Whoever moves a meeting must be heard before its absences count."""
    grace = JudgingRules().confirm_at_least
    soonest = min([p.judging.confirm_at_least or grace for p in config.policy], default=grace)
    if config.run.poll_near > soonest:
        minutes = int(soonest.total_seconds() // 60)
        yield warn(
            ("run", "poll_near"),
            f"calendars are looked at less often than absences are confirmed (after {minutes} min at the soonest)",
            f'Set run.poll_near to "{minutes} min" or less; a new event would else be seen when it is too late.',
        )
