"""Every kind of account, presence source, channel and task list that noshowd knows: kind -> builder, one line each.

A builder turns one table of the configuration into an adapter. Vendor packages are imported inside the builders, so
that nothing is loaded that no table asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noshowd.config.model import Config
from noshowd.config.secrets import SecretRef, resolve
from noshowd.ports.answers import AnswerSource
from noshowd.ports.calendar import CalendarSource, CalendarWriter, FreeBusySource
from noshowd.ports.channel import Channel
from noshowd.ports.clock import Clock
from noshowd.ports.presence import PresenceSource
from noshowd.runtime.reply_words import REPLY_WORDS


@dataclass(slots=True)
class Adapters:
    """Everything that was built, by what it can do."""

    calendars: dict[str, CalendarSource] = field(default_factory=dict)
    watched: list[tuple[str, str]] = field(default_factory=list)
    free_busy: dict[str, FreeBusySource] = field(default_factory=dict)
    writers: dict[str, CalendarWriter] = field(default_factory=dict)
    presences: dict[str, PresenceSource] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    answers: list[AnswerSource] = field(default_factory=list)


class Bench:
    """What builders work with: the configuration, its secrets, the clock, and clients that several adapters share."""

    def __init__(self, config: Config, *, folder: Path, clock: Clock, signing_key: bytes) -> None:
        self.config = config
        self.clock = clock
        self.signing_key = signing_key
        self._folder = folder
        self._clients: dict[str, Any] = {}

    def secret(self, ref: SecretRef | None) -> str | None:
        """The secret behind a reference. Raises `SecretMissing`."""
        return None if ref is None else resolve(ref, folder=self._folder).reveal()

    def account(self, name: str) -> Any:
        """The section of an account. The configuration was checked, so it is there."""
        return next(section for section in self.config.account if section.name == name)

    def shared(self, name: str, build: Callable[[], Any]) -> Any:
        """One client for each account, however many adapters use it."""
        if name not in self._clients:
            self._clients[name] = build()
        return self._clients[name]

    def ca_file(self, section: Any) -> str | None:
        given = section.ca_file or self.config.network.ca_file
        return None if given is None else str(given)

    def proxy(self, section: Any) -> str | None:
        given = section.proxy or self.config.network.proxy
        return None if given is None else str(given)


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


def _google_client(bench: Bench, name: str) -> Any:
    def new() -> Any:
        from noshowd.adapters.google.client import GoogleClient
        from noshowd.adapters.google.settings import Endpoints, GoogleAccount

        section = bench.account(name)
        return GoogleClient(
            GoogleAccount(
                name=section.name,
                key=bench.secret(section.key) or "",
                mailbox=section.subject or section.calendars[0],
                domains=frozenset(a.rpartition("@")[2] for a in section.calendars),
                endpoints=Endpoints(
                    calendar=f"{section.calendar_url.rstrip('/')}/",
                    meet=f"{section.meet_url.rstrip('/')}/",
                    tasks=f"{section.tasks_url.rstrip('/')}/",
                    gmail=f"{section.gmail_url.rstrip('/')}/",
                    directory=f"{section.directory_url.rstrip('/')}/",
                    token=section.token_uri,
                ),
                ca_file=bench.ca_file(section),
                proxy=bench.proxy(section),
                timeout=bench.config.network.timeout.total_seconds(),
            )
        )

    return bench.shared(name, new)


def _google(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.calendar import GoogleCalendar
    from noshowd.adapters.google.free_busy import GoogleFreeBusy

    client = _google_client(bench, section.name)
    made.calendars[section.name] = GoogleCalendar(client)
    made.free_busy[section.name] = GoogleFreeBusy(client)
    made.watched += [(section.name, calendar) for calendar in section.calendars]


def _graph(bench: Bench, name: str) -> Any:
    def new() -> Any:
        from noshowd.adapters.microsoft.graph import Graph
        from noshowd.adapters.microsoft.settings import MicrosoftSettings

        section = bench.account(name)
        ca_file = bench.ca_file(section)
        return Graph(
            MicrosoftSettings(
                account=section.name,
                tenant=section.tenant,
                client_id=section.client_id,
                mailboxes=section.mailboxes,
                secret=bench.secret(section.secret),
                certificate=bench.secret(section.certificate),
                authority=section.authority,
                graph_url=section.graph_url,
                instance_discovery=section.instance_discovery,
                ca_file=None if ca_file is None else Path(ca_file),
                proxy=bench.proxy(section),
                timeout=bench.config.network.timeout.total_seconds(),
            ),
            bench.clock,
        )

    return bench.shared(name, new)


def _microsoft(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.calendar import GraphCalendar
    from noshowd.adapters.microsoft.free_busy import GraphFreeBusy

    graph = _graph(bench, section.name)
    made.calendars[section.name] = GraphCalendar(graph)
    made.free_busy[section.name] = GraphFreeBusy(graph)
    made.watched += [(section.name, mailbox) for mailbox in section.mailboxes]


def _exchange_client(bench: Bench, name: str) -> Any:
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


def _exchange(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.exchange.calendar import ExchangeCalendar
    from noshowd.adapters.exchange.free_busy import ExchangeFreeBusy

    client = _exchange_client(bench, section.name)
    made.calendars[section.name] = ExchangeCalendar(client)
    made.free_busy[section.name] = ExchangeFreeBusy(client)
    made.watched += [(section.name, mailbox) for mailbox in section.mailboxes]


def _google_meet(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.presence import MeetPresence
    from noshowd.adapters.google.settings import Lookup, MeetSettings

    settings = MeetSettings(name=section.name, lookup=Lookup(section.lookup))
    made.presences[section.name] = MeetPresence(_google_client(bench, section.account), settings)


def _teams(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.presence import TeamsChat, TeamsReports

    graph = _graph(bench, section.account)
    for source in (
        TeamsReports(graph, name=f"{section.name}_reports"),
        TeamsChat(graph, name=f"{section.name}_chat"),
    ):
        made.presences[source.traits.name] = source


def _sipgate(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.sipgate.presence import SipgatePresence
    from noshowd.adapters.sipgate.settings import SipgateSettings

    made.presences[section.name] = SipgatePresence(
        SipgateSettings(
            name=section.name,
            token_id=section.token_id,
            token=bench.secret(section.token) or "",
            lines=frozenset(section.lines),
            base_url=section.url,
            ca_file=bench.ca_file(section),
            proxy=bench.proxy(section),
        )
    )


def _ask(_bench: Bench, _section: Any, _made: Adapters) -> None:
    """Our own people are asked by the engine itself; there is nothing to look at."""


def _slack(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.slack.channel import SlackChannel
    from noshowd.adapters.slack.client import Connection
    from noshowd.adapters.slack.socket_mode import SocketMode

    connection = Connection(
        base_url=f"{section.url.rstrip('/')}/", ca_file=bench.ca_file(section), proxy=bench.proxy(section)
    )
    token = bench.secret(section.bot) or ""
    made.channels.append(SlackChannel(name=section.name, bot_token=token, clock=bench.clock, connection=connection))
    if section.app is not None:
        app = bench.secret(section.app) or ""
        made.answers.append(SocketMode(name=section.name, app_token=app, clock=bench.clock, connection=connection))


def _message_ids(bench: Bench, sender: str) -> Any:
    from noshowd.adapters.mail.message_ids import MessageIds

    return MessageIds(domain=sender.rpartition("@")[2], secret=bench.signing_key)


def _smtp(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.mail.channel import SmtpChannel
    from noshowd.adapters.mail.servers import Security, Server
    from noshowd.adapters.mail.wire import Letterhead

    ids = _message_ids(bench, section.sender)
    made.channels.append(
        SmtpChannel(
            name=section.name,
            server=Server(
                host=section.host,
                port=section.port,
                security=Security(section.security),
                username=section.username,
                password=bench.secret(section.password) or "",
                ca_file=bench.ca_file(section),
                timeout=section.timeout.total_seconds(),
            ),
            letterhead=Letterhead(address=section.sender, ids=ids, as_sender=section.as_host),
            clock=bench.clock,
        )
    )
    _replies(bench, section, section.sender, made)


def _gmail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.channel import GmailChannel
    from noshowd.adapters.google.settings import GmailSettings

    client = _google_client(bench, section.account)
    settings = GmailSettings(name=section.name, may_search=section.may_search, drafts=section.drafts)
    made.channels.append(GmailChannel(client, settings, bench.clock))
    _replies(bench, section, client.account.mailbox, made)


def _microsoft_mail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.channel import DraftMail, PlainMail

    graph, account = _graph(bench, section.account), bench.account(section.account)
    kind = DraftMail if account.rights == "write" else PlainMail
    made.channels.append(kind(graph, bench.clock, name=section.name, mailbox=account.mailboxes[0]))
    _replies(bench, section, account.mailboxes[0], made)


def _replies(bench: Bench, section: Any, sender: str, made: Adapters) -> None:
    """Where answers by mail are read, if anywhere."""
    if section.replies is None:
        return
    from noshowd.adapters.mail.mailbox import Mailbox
    from noshowd.adapters.mail.replies import MailReplies
    from noshowd.adapters.mail.servers import Security, Server

    given = section.replies
    server = Server(
        host=given.host,
        port=given.port,
        security=Security(given.security),
        username=given.username,
        password=bench.secret(given.password) or "",
        ca_file=bench.ca_file(section),
    )
    made.answers.append(
        MailReplies(
            name=f"{section.name}_replies",
            mailbox=Mailbox(server, folder=given.folder),
            ids=_message_ids(bench, sender),
            words=REPLY_WORDS,
            clock=bench.clock,
            every=given.every.total_seconds(),
        )
    )


def _google_tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.google.tasks import GoogleTasks

    made.channels.append(GoogleTasks(_google_client(bench, section.account), bench.clock, name=section.name))


def _microsoft_todo(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.tasks import TodoTasks

    made.channels.append(TodoTasks(_graph(bench, section.account), bench.clock, name=section.name))


def _exchange_tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.exchange.tasks import ExchangeTasks

    made.channels.append(ExchangeTasks(_exchange_client(bench, section.account), bench.clock, name=section.name))


Builder = Callable[[Bench, Any, Adapters], None]
ACCOUNTS: dict[str, Builder] = {"google": _google, "microsoft": _microsoft, "exchange": _exchange}
PRESENCES: dict[str, Builder] = {
    "google_meet": _google_meet,
    "teams": _teams,
    "sipgate": _sipgate,
    "ask": _ask,
}
CHANNELS: dict[str, Builder] = {
    "slack": _slack,
    "smtp": _smtp,
    "gmail": _gmail,
    "microsoft_mail": _microsoft_mail,
}
TASKS: dict[str, Builder] = {
    "google_tasks": _google_tasks,
    "microsoft_todo": _microsoft_todo,
    "exchange": _exchange_tasks,
}
