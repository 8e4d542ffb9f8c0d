"""Exchange Server (extra `noshowd[exchange]`): calendars and tasks."""

from __future__ import annotations

from typing import Any

from noshowd.runtime.bench import Adapters, Bench


def account(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.exchange.calendar import ExchangeCalendar
    from noshowd.adapters.exchange.free_busy import ExchangeFreeBusy

    client = _client(bench, section.name)
    made.calendars[section.name] = ExchangeCalendar(client)
    made.free_busy[section.name] = ExchangeFreeBusy(client)
    made.watched += [(section.name, mailbox) for mailbox in section.mailboxes]


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.exchange.tasks import ExchangeTasks

    made.channels.append(ExchangeTasks(_client(bench, section.account), bench.clock, name=section.name))


def _client(bench: Bench, name: str) -> Any:
    def new() -> Any:
        from noshowd.adapters.exchange.client import ExchangeClient
        from noshowd.adapters.exchange.settings import ExchangeSettings

        section = bench.account(name)
        return ExchangeClient(
            ExchangeSettings(
                account=section.name,
                endpoint=section.endpoint,
                username=section.username,
                password=bench.secret(section.password) or "",
                auth_type=section.auth_type,
                mailboxes=section.mailboxes,
                ca_file=bench.ca_file(section),
            )
        )

    return bench.shared(name, new)
