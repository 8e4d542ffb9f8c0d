"""Microsoft 365: calendars, Teams, To Do, mail."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

from noshowd.config.model import Config
from noshowd.config.secrets import SecretRef
from noshowd.runtime.bench import Adapters, Bench, needs
from noshowd.runtime.builders.mail import replies


def account(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.calendar import GraphCalendar
    from noshowd.adapters.microsoft.free_busy import GraphFreeBusy
    from noshowd.adapters.microsoft.installation_marks import GraphMarks
    from noshowd.adapters.microsoft.writer import GraphWriter

    graph = _graph(bench, section.name)
    made.calendars[section.name] = GraphCalendar(graph, delta=section.delta)
    made.free_busy[section.name] = GraphFreeBusy(graph)
    if "colleague_presence" in section.rights:
        from noshowd.adapters.microsoft.colleagues import ColleaguePresence

        made.hints.append(ColleaguePresence(graph, name=f"{section.name}_presence"))
    if "move_events" in section.rights:
        made.writers[section.name] = GraphWriter(graph)
        made.marks[section.name] = GraphMarks(graph)
    made.watched += [(section.name, mailbox) for mailbox in section.mailboxes]
    made.checks[f"account {section.name}"] = lambda: _check(bench, graph)


async def _check(bench: Bench, graph: Any) -> Any:
    from noshowd.adapters.microsoft.check import check

    return await check(graph, now=bench.clock.now())


def teams(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.presence import AttendanceReports, MeetingChat

    graph, rights = _graph(bench, section.account), bench.account(section.account).rights
    if "attendance_reports" in rights:
        reports = AttendanceReports(graph, name=f"{section.name}_reports")
        made.presences[reports.traits.name] = reports
    if "live_roster" in rights:
        live = bench.shared(f"presence {section.name}_live", lambda: _live(bench, section, graph))
        made.presences[live.traits.name] = live
        if section.event_hub is None:
            made.webhooks.append(live)
        else:
            _hub(bench, section, live, made)
    if "meeting_chat" in rights:
        chat = MeetingChat(graph, name=f"{section.name}_chat")
        made.presences[chat.traits.name] = chat


def _hub(bench: Bench, section: Any, live: Any, made: Adapters) -> None:
    needs("azure.eventhub", extra="eventhub")
    from noshowd.adapters.microsoft.event_hub import EventHub, HubSettings

    ca_file = bench.ca_file(section)
    settings = HubSettings(
        connection=bench.secret(section.event_hub) or "",
        group=section.consumer_group,
        ca_file=None if ca_file is None else Path(ca_file),
        proxy=bench.proxy(section),
    )
    name = live.traits.name
    hub = EventHub(settings, bench.clock, name=name, receive=lambda body: live.receive(body, bench.clock.now()))
    live.feed = hub
    made.stirs.append(hub)
    made.posted.add(name)
    made.checks[f"presence {name}"] = hub.check


def _live(bench: Bench, section: Any, graph: Any) -> Any:
    from noshowd.adapters.microsoft.live import LiveRoster
    from noshowd.adapters.microsoft.sealing import Seals

    web, vault = bench.config.web, section.event_hub_vault
    own = f"{(web.public_url if web is not None else None) or ''}{section.path}"
    given = f"{section.account}|{graph.settings.client_id}|{section.path}".encode()
    return LiveRoster(
        graph,
        Seals(bench.state / f"{section.account}-seals.json"),
        name=f"{section.name}_live",
        path=section.path,
        notify=own if vault is None else f"EventHub:{vault}?tenantId={graph.settings.tenant}",
        secret=hmac.digest(bench.signing_key, given, "sha256").hex(),
    )


def mail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.channel import DraftedMail, PlainMail

    graph, owner = _graph(bench, section.account), bench.account(section.account)
    kind = DraftedMail if "verify_mail" in owner.rights else PlainMail
    made.channels.append(kind(graph, bench.clock, name=section.name, mailbox=owner.mailboxes[0]))
    replies(bench, section, owner.mailboxes[0], made, by_address=True)


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.tasks import ToDoTasks

    graph = _graph(bench, section.account)
    made.channels.append(ToDoTasks(graph, bench.clock, name=section.name, title=section.list))


def settings(config: Config, section: Any, *, state: Path, secret: Callable[[SecretRef | None], str | None]) -> Any:
    """What the adapter is told."""
    from noshowd.adapters.microsoft.rights import Right
    from noshowd.adapters.microsoft.settings import MicrosoftSettings

    ca_file, proxy = section.ca_file or config.network.ca_file, section.proxy or config.network.proxy
    person = section.mailboxes[0] if section.sign_in == "person" else None
    return MicrosoftSettings(
        account=section.name,
        tenant=section.tenant,
        client_id=section.client_id,
        mailboxes=section.mailboxes,
        secret=secret(section.secret),
        certificate=secret(section.certificate),
        authority=section.authority,
        graph_url=section.graph_url,
        instance_discovery=section.instance_discovery,
        ca_file=None if ca_file is None else Path(ca_file),
        proxy=None if proxy is None else str(proxy),
        timeout=config.network.timeout.total_seconds(),
        person=person,
        token_cache=None if person is None else state / f"{section.name}-sign-in.json",
        rights=frozenset(Right(right) for right in section.rights),
    )


def _graph(bench: Bench, name: str) -> Any:
    def new() -> Any:
        from noshowd.adapters.microsoft.graph import Graph

        section = bench.account(name)
        return Graph(settings(bench.config, section, state=bench.state, secret=bench.secret), bench.clock)

    return bench.shared(name, new)
