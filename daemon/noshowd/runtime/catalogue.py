"""Every kind of account, presence source, channel and task list that noshowd knows: kind -> builder, one line each.

A builder turns one table of the configuration into adapters. Vendor packages are imported inside the builders, so that
nothing is loaded that no table asks for.
"""

from __future__ import annotations

from noshowd.runtime.bench import Adapters, Bench, Builder
from noshowd.runtime.builders import exchange, google, mail, microsoft, phone, slack

ACCOUNTS: dict[str, Builder] = {
    "google": google.account,
    "microsoft": microsoft.account,
    "exchange": exchange.account,
}
PRESENCES: dict[str, Builder] = {
    "google_meet": google.meet,
    "teams": microsoft.teams,
    "sipgate": phone.sipgate,
    "fritzbox": phone.fritzbox,
    "cdr": phone.cdr,
    "cdr_files": phone.cdr_files,
    "ask": phone.ask,
}
CHANNELS: dict[str, Builder] = {
    "slack": slack.channel,
    "smtp": mail.smtp,
    "gmail": google.gmail,
    "microsoft_mail": microsoft.mail,
}
TASKS: dict[str, Builder] = {
    "google_tasks": google.tasks,
    "microsoft_todo": microsoft.tasks,
    "exchange": exchange.tasks,
}


def build(bench: Bench) -> Adapters:
    """All adapters that the configuration asks for. Raises `SecretMissing`; opens no connection."""
    made = Adapters()
    for account in bench.config.account:
        ACCOUNTS[account.kind](bench, account, made)
    for presence in bench.config.presence:
        PRESENCES[presence.kind](bench, presence, made)
    for channel in bench.config.channel:
        CHANNELS[channel.kind](bench, channel, made)
    for tasks in bench.config.tasks:
        TASKS[tasks.kind](bench, tasks, made)
    return made
