"""Exchange Server (extra `noshowd[exchange]`): calendars, tasks, mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from noshowd.runtime.bench import Adapters, Bench, needs
from noshowd.runtime.builders.mail import replies


def account(bench: Bench, section: Any, made: Adapters) -> None:
    needs("exchangelib", extra="exchange")
    from noshowd.adapters.exchange.calendar import ExchangeCalendar
    from noshowd.adapters.exchange.free_busy import ExchangeFreeBusy
    from noshowd.adapters.exchange.installation_marks import ExchangeMarks
    from noshowd.adapters.exchange.writer import ExchangeWriter

    client = _client(bench, section.name)
    made.calendars[section.name] = ExchangeCalendar(client, delta=section.delta)
    made.free_busy[section.name] = ExchangeFreeBusy(client)
    if section.writes:
        made.writers[section.name] = ExchangeWriter(client)
        made.marks[section.name] = ExchangeMarks(client)
    made.watched += [(section.name, mailbox) for mailbox in section.mailboxes]
    made.checks[f"account {section.name}"] = lambda: _check(bench, client)


async def _check(bench: Bench, client: Any) -> Any:
    from noshowd.adapters.exchange.check import check

    return await check(client, now=bench.clock.now())


def mail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.exchange.channel import ExchangeMail

    owner = bench.account(section.account).mailboxes[0]
    made.channels.append(ExchangeMail(_client(bench, section.account), bench.clock, name=section.name, mailbox=owner))
    replies(bench, section, owner, made, by_address=True)


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.exchange.tasks import ExchangeTasks

    made.channels.append(
        ExchangeTasks(_client(bench, section.account), bench.clock, name=section.name, title=section.list)
    )


def _client(bench: Bench, name: str) -> Any:
    def new() -> Any:
        from noshowd.adapters.exchange.client import ExchangeClient
        from noshowd.adapters.exchange.settings import Access, ExchangeSettings, SignIn

        section = bench.account(name)
        ca_file = bench.ca_file(section)
        return ExchangeClient(
            ExchangeSettings(
                account=section.name,
                mailboxes=section.mailboxes,
                username=section.username or "",
                password=bench.secret(section.password) or "",
                endpoint=section.endpoint,
                auth_type=SignIn(section.auth_type or "ntlm"),
                token_url=section.token_url,
                client_id=section.client_id,
                client_secret=bench.secret(section.client_secret),
                scope=section.scope or "",
                access=Access(section.access),
                ca_file=None if ca_file is None else Path(ca_file),
                proxy=bench.proxy(section),
                timeout=bench.timeout,
            )
        )

    return bench.shared(name, new)
