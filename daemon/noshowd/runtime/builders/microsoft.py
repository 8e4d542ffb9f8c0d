"""Microsoft 365: calendars, Teams, To Do, mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.builders.mail import replies


def account(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.calendar import GraphCalendar
    from noshowd.adapters.microsoft.free_busy import GraphFreeBusy
    from noshowd.adapters.microsoft.writer import GraphWriter

    graph = _graph(bench, section.name)
    made.calendars[section.name] = GraphCalendar(graph)
    made.free_busy[section.name] = GraphFreeBusy(graph)
    if section.rights == "write":
        made.writers[section.name] = GraphWriter(graph)
    made.watched += [(section.name, mailbox) for mailbox in section.mailboxes]
    made.checks[f"account {section.name}"] = lambda: _check(bench, section.name, graph)


async def _check(bench: Bench, name: str, graph: Any) -> Any:
    from noshowd.adapters.microsoft.check import check

    teams = any(one.kind == "teams" and one.account == name for one in bench.config.presence)
    to_do = any(one.kind == "microsoft_todo" and one.account == name for one in bench.config.tasks)
    return await check(graph, teams=teams, tasks=to_do, now=bench.clock.now())


def teams(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.presence import AttendanceReports, MeetingChat

    graph = _graph(bench, section.account)
    reports = AttendanceReports(graph, name=f"{section.name}_reports")
    chat = MeetingChat(graph, name=f"{section.name}_chat")
    made.presences |= {reports.traits.name: reports, chat.traits.name: chat}


def mail(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.channel import DraftedMail, PlainMail

    graph, owner = _graph(bench, section.account), bench.account(section.account)
    kind = DraftedMail if owner.rights == "write" else PlainMail
    made.channels.append(kind(graph, bench.clock, name=section.name, mailbox=owner.mailboxes[0]))
    replies(bench, section, owner.mailboxes[0], made, by_address=True)


def tasks(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.microsoft.tasks import ToDoTasks

    graph = _graph(bench, section.account)
    made.channels.append(ToDoTasks(graph, bench.clock, name=section.name, title=section.list))


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
                timeout=bench.timeout,
            ),
            bench.clock,
        )

    return bench.shared(name, new)
