"""Google: calendars, Meet, Tasks, Gmail."""

from __future__ import annotations

from typing import Any

from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.builders.mail import replies


def account(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.calendar import GoogleCalendar
    from noshowd.adapters.google.free_busy import GoogleFreeBusy

    client = _client(bench, section.name)
    made.calendars[section.name] = GoogleCalendar(client)
    made.free_busy[section.name] = GoogleFreeBusy(client)
    made.watched += [(section.name, calendar) for calendar in section.calendars]
    if section.writes:
        from noshowd.adapters.google.writer import GoogleCalendarWriter

        made.writers[section.name] = GoogleCalendarWriter(client)


def meet(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.presence import MeetPresence
    from noshowd.adapters.google.settings import Lookup, MeetSettings

    settings = MeetSettings(name=section.name, lookup=Lookup(section.lookup))
    made.presences[section.name] = MeetPresence(_client(bench, section.account), settings)


def gmail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.channel import GmailChannel
    from noshowd.adapters.google.settings import GmailSettings

    client = _client(bench, section.account)
    settings = GmailSettings(name=section.name, may_search=section.may_search, drafts=section.drafts)
    made.channels.append(GmailChannel(client, settings, bench.clock))
    replies(bench, section, client.account.mailbox, made, by_address=True)


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.tasks import GoogleTasks

    made.channels.append(GoogleTasks(_client(bench, section.account), bench.clock, name=section.name))


def _client(bench: Bench, name: str) -> Any:
    def new() -> Any:
        from noshowd.adapters.google.client import GoogleClient
        from noshowd.adapters.google.settings import Endpoints, GoogleAccount

        section = bench.account(name)
        return GoogleClient(
            GoogleAccount(
                name=section.name,
                key=bench.secret(section.key) or "",
                mailbox=section.subject or section.calendars[0],
                domains=frozenset(address.rpartition("@")[2] for address in section.calendars),
                endpoints=Endpoints(
                    calendar=_root(section.calendar_url),
                    meet=_root(section.meet_url),
                    tasks=_root(section.tasks_url),
                    gmail=_root(section.gmail_url),
                    directory=_root(section.directory_url),
                    token=section.token_uri,
                ),
                ca_file=bench.ca_file(section),
                proxy=bench.proxy(section),
                timeout=bench.timeout,
            )
        )

    return bench.shared(name, new)


def _root(url: str) -> str:
    return f"{url.rstrip('/')}/"
