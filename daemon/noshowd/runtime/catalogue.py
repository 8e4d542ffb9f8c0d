"""Every kind of account, presence source, channel and task list that noshowd knows: kind -> builder, one line each.

A builder turns one table of the configuration into adapters. Vendor packages are imported inside the builders, so that
nothing is loaded that no table asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from noshowd.config.model import Config, Observe
from noshowd.runtime.bench import Adapters, Bench, Builder
from noshowd.runtime.builders import caldav, exchange, google, mail, microsoft, phone, phone_services, slack

ACCOUNTS: dict[str, Builder] = {
    "google": google.account,
    "microsoft": microsoft.account,
    "exchange": exchange.account,
}
PRESENCES: dict[str, Builder] = {
    "google_meet": google.meet,
    "teams": microsoft.teams,
    "sipgate": phone_services.sipgate,
    "sipgate_webhook": phone_services.sipgate_webhook,
    "fritzbox": phone.fritzbox,
    "fritzbox_list": phone.fritzbox_list,
    "asterisk": phone.asterisk,
    "cdr": phone.cdr,
    "cdr_files": phone.cdr_files,
    "asterisk_cdr": phone.asterisk_cdr,
    "threecx": phone_services.threecx,
    "placetel": phone_services.placetel,
    "twilio": phone_services.twilio,
    "twilio_callback": phone_services.twilio_callback,
    "ask": phone.ask,
}
CHANNELS: dict[str, Builder] = {
    "slack": slack.channel,
    "smtp": mail.smtp,
    "gmail": google.gmail,
    "microsoft_mail": microsoft.mail,
    "exchange_mail": exchange.mail,
}
TASKS: dict[str, Builder] = {
    "caldav": caldav.tasks,
    "google_tasks": google.tasks,
    "microsoft_todo": microsoft.tasks,
    "exchange": exchange.tasks,
}


def tables(config: Config) -> Iterator[tuple[str, Builder, Any]]:
    """Every table that becomes adapters: what it is called, who builds it, and the table itself."""
    for account in config.account:
        yield f"account {account.name}", ACCOUNTS[account.kind], account
    for presence in config.presence if config.observe is Observe.ON else ():
        yield f"presence {presence.name}", PRESENCES[presence.kind], presence
    for channel in config.channel:
        yield f"channel {channel.name}", CHANNELS[channel.kind], channel
    for tasks in config.tasks:
        yield f"tasks {tasks.name}", TASKS[tasks.kind], tasks


def build(bench: Bench) -> Adapters:
    """All adapters that the configuration asks for. Raises `SecretMissing`; opens no connection."""
    made = Adapters()
    for _, builder, table in tables(bench.config):
        builder(bench, table, made)
    return made
