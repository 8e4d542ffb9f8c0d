"""Google: calendars, Meet, Tasks, Gmail."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from noshowd.config.advice import leaving_drafts
from noshowd.config.model import Config
from noshowd.ports.check import Finding
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.builders.mail import replies


def account(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.calendar import GoogleCalendar
    from noshowd.adapters.google.free_busy import GoogleFreeBusy

    client = _client(bench, section.name)
    made.calendars[section.name] = GoogleCalendar(client)
    made.free_busy[section.name] = GoogleFreeBusy(client)
    made.watched += [(section.name, calendar) for calendar in section.calendars]
    made.checks[f"account {section.name}"] = lambda: _check(bench, section, client, made)
    if section.writes:
        from noshowd.adapters.google.installation_marks import GoogleMarks
        from noshowd.adapters.google.writer import GoogleCalendarWriter

        made.writers[section.name] = GoogleCalendarWriter(client, bench.clock)
        made.marks[section.name] = GoogleMarks(client)
    if section.watch:
        _watch(bench, section, client, made)


def _watch(bench: Bench, section: Any, client: Any, made: Adapters) -> None:
    """Only where Google can reach us: it posts to https alone."""
    from noshowd.adapters.google.watcher import GoogleWatcher

    web = bench.config.web
    if web is None or web.public_url is None or not web.public_url.startswith("https://"):
        return
    path = f"/google/{section.name}"
    watcher = GoogleWatcher(client, address=f"{web.public_url}{quote(path)}", path=path, key=bench.signing_key)
    made.watchers[section.name] = watcher
    made.webhooks.append(watcher)


async def _check(bench: Bench, section: Any, client: Any, made: Adapters) -> list[Finding]:
    from noshowd.adapters.google.check import check
    from noshowd.adapters.google.watch_check import check_watch, without_address

    wanted, now = scopes(bench.config, section.name), bench.clock.now()
    found = await check(client, calendars=section.calendars, wanted=wanted, now=now)
    watcher: Any = made.watchers.get(section.name)
    if watcher is not None:
        found += await check_watch(watcher, section.calendars[0], patience=bench.timeout, now=now)
    elif section.watch:
        web = bench.config.web
        found.append(without_address(web.public_url if web is not None else None))
    return found


def meet(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.presence import MeetPresence
    from noshowd.adapters.google.settings import Lookup, MeetSettings

    settings = MeetSettings(name=section.name, lookup=Lookup(section.lookup))
    client = _client(bench, section.account)
    made.presences[section.name] = MeetPresence(client, settings)
    if section.topic is not None:
        _events(bench, section, client, made)


def _events(bench: Bench, section: Any, client: Any, made: Adapters) -> None:
    """Meet tells of comings and goings in the rooms of everybody who can be acted for."""
    from noshowd.adapters.google.event_subscriptions import EventSubscriptions
    from noshowd.adapters.google.meet_events import MeetEvents
    from noshowd.adapters.google.queue import Queue
    from noshowd.adapters.google.settings import EventSettings

    watched = bench.account(section.account).calendars
    people = tuple(one for one in watched if client.sign_ins.can_act_as(one))
    settings = EventSettings(source=section.name, topic=section.topic, queue=section.queue, people=people)
    queue = bench.shared(f"queue {section.name}", lambda: Queue(client, section.queue))
    made.stirs.append(MeetEvents(EventSubscriptions(client, settings), queue, settings, bench.clock))


def gmail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.channel import GmailChannel
    from noshowd.adapters.google.settings import GmailSettings

    client = _client(bench, section.account)
    settings = GmailSettings(name=section.name, may_search=section.may_search, drafts=section.drafts)
    made.channels.append(GmailChannel(client, settings, bench.clock))
    replies(bench, section, client.account.mailbox, made, by_address=True)


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.tasks import GoogleTasks

    client = _client(bench, section.account)
    channel = GoogleTasks(client, bench.clock, name=section.name, title=section.list, hold=section.hold)
    made.channels.append(channel)


def scopes(config: Config, name: str) -> frozenset[Any]:
    """The `Scope`s that everything switched on needs of this account, the narrowest each."""
    from noshowd.adapters.google.scopes import Scope

    section = next(account for account in config.account if account.name == name)
    wanted = {Scope.READ_EVENTS, Scope.FREE_BUSY}
    if section.kind == "google" and section.writes:
        wanted.add(Scope.WRITE_EVENTS)
    for presence in config.presence:
        if presence.kind == "google_meet" and presence.account == name:
            lookups = {"directory": {Scope.DIRECTORY}, "people": {Scope.PEOPLE}}
            wanted |= {Scope.MEET} | lookups.get(presence.lookup, set())
            # events are about accounts by their number, which the directory knows
            wanted |= {Scope.PUBSUB, Scope.DIRECTORY} if presence.topic is not None else set()
    for channel in config.channel:
        if channel.kind == "gmail" and channel.account == name:
            wanted.add(Scope.SEND_MAIL)
            wanted |= {Scope.DRAFT_MAIL} if channel.drafts or leaving_drafts(config) else set()
            wanted |= {Scope.READ_MAIL} if channel.may_search else set()
    for tasks in config.tasks:
        if tasks.kind == "google_tasks" and tasks.account == name:
            wanted |= {Scope.TASKS} | ({Scope.WRITE_EVENTS} if tasks.hold is not None else set())
    return frozenset(wanted)


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
                    people=_root(section.people_url),
                    events=_root(section.events_url),
                    pubsub=_root(section.pubsub_url),
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
