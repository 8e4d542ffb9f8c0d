"""Our requests to Graph, checked by prism against a slice of Microsoft's own description."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from adapters.microsoft.teams_world import meeting_at
from adapters.microsoft.tenant import ANNA, BEN, DESCRIPTION, GUEST, NOW, Tenant, make_tenant
from adapters.microsoft.tenant import socket as tls_socket
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.channel import DraftedMail, PlainMail
from noshowd.adapters.microsoft.colleagues import ColleaguePresence
from noshowd.adapters.microsoft.free_busy import GraphFreeBusy
from noshowd.adapters.microsoft.presence import AttendanceReports, MeetingChat
from noshowd.adapters.microsoft.tasks import ToDoTasks
from noshowd.adapters.microsoft.writer import GraphWriter
from noshowd.demo.vendors.microsoft.answers import Call
from noshowd.domain.spans import Span
from noshowd.ports.calendar import NewEvent
from noshowd.ports.channel import Carries, Parcel, Recipient
from real.environments import node_program

pytestmark = pytest.mark.real
_PRISM = "@stoplight/prism-cli@5.14.2"
HOUR = timedelta(hours=1)
#: Documented, and not in the slice: it is left out of what is shown to prism.
_EXTENDED = "singleValueExtendedProperties"


#: Not in the slice, or described in it as a stream.
_NOT_IN_THE_SLICE = frozenset({"POST /communications/getPresencesByUserId", f"POST /users/{ANNA}/messages"})
#: What prism says when the request is right and it cannot make up an answer.
_ITS_OWN = ("SCHEMA_TOO_COMPLEX", "NO_SUCCESS_RESPONSE_DEFINED")


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not DESCRIPTION.exists():
        pytest.skip(f"{DESCRIPTION.name} is not there: a slice of the description of Graph v1.0")
    program = node_program("prism", _PRISM, "@stoplight/prism-cli/dist/index.js")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = tmp_path_factory.mktemp("prism") / "prism.log"
    asked = ["mock", "-p", str(port), "-h", "127.0.0.1", "--errors", str(DESCRIPTION)]
    with place.open("w") as log:
        running = subprocess.Popen(["node", str(program), *asked], stdout=log, stderr=log)
        try:
            _reached(port, running)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(10)


def _reached(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert running.poll() is None, "prism ended"
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.1)
    raise AssertionError("prism does not answer")


@pytest_asyncio.fixture
async def tenant(tmp_path: Path) -> AsyncIterator[Tenant]:
    with tls_socket(tmp_path) as at:
        made = make_tenant(at)
        yield made
        await made.close()


async def everything(tenant: Tenant) -> None:
    """Whatever noshowd asks of Graph, once."""
    graph, clock = tenant.graph(), tenant.clock
    booked = tenant.book(teams=True)
    assert booked.join_url is not None
    window = Span(start=NOW, end=NOW + 8 * HOUR)
    calendar = GraphCalendar(graph, delta=True)
    page, _ = [one async for one in calendar.changes(ANNA, cursor=None, window=window)]
    entries = page.entries  # type: ignore[union-attr]  # the first part is a page
    await calendar.read(entries[0].ref)
    await GraphFreeBusy(graph).busy((ANNA, BEN, GUEST), window)
    about: dict[str, Any] = {
        "start": NOW + 3 * HOUR,
        "end": NOW + 4 * HOUR,
        "zone": "Europe/Berlin",
        "title": "Second try",
    }
    await GraphWriter(graph).write(ANNA, NewEvent(key="1", attendees=(GUEST,), with_conference=True, **about))
    await GraphWriter(graph).write(ANNA, NewEvent(key="2", moves=entries[0].ref, note="Moved.", **about))
    to_guest = Parcel(
        key="3", carries=Carries.TO_GUESTS, recipient=Recipient(address=GUEST), subject="Hello", text="Hello"
    )
    await PlainMail(graph, clock, name="mail", mailbox=ANNA).send(to_guest)
    await DraftedMail(graph, clock, name="mail", mailbox=ANNA).send(replace(to_guest, key="3b"))
    to_do = ToDoTasks(graph, clock, name="to_do", title="noshowd")
    recall = Parcel(
        key="4",
        carries=Carries.TASKS,
        recipient=Recipient(address=ANNA),
        subject="Ring",
        text="Ring Gerd",
        due=NOW + HOUR,
        zone="Europe/Berlin",
        link="https://noshowd.firm.example/a/x",
    )
    receipt = await to_do.send(recall)
    await to_do.verify(recall)
    await to_do.edit(receipt, recall)
    await to_do.retract(receipt)
    meeting = meeting_at(booked.join_url)
    for source in (AttendanceReports(graph), MeetingChat(graph)):
        await source.look(meeting, since=NOW, now=clock.now())
    tenant.application.roles.add("Presence.Read.All")
    await ColleaguePresence(graph, name="presence").in_a_call(frozenset({ANNA}))


def shown(call: Call) -> tuple[str, dict[str, str], dict[str, Any] | None]:
    """The request as prism may judge it."""
    query = {name: value for name, value in call.query.items() if _EXTENDED not in value and "token" not in name}
    body = call.body
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != _EXTENDED}
    return call.path, query, body


async def test_every_request_is_as_microsoft_describes_it(tenant: Tenant, prism: str) -> None:
    await everything(tenant)
    problems, checked = [], set()
    async with httpx2.AsyncClient(base_url=prism, timeout=30) as web:
        for call in tenant.sim.calls:
            path, query, body = shown(call)
            if {"$skiptoken", "$deltatoken"} & call.query.keys() or f"{call.method} {path}" in _NOT_IN_THE_SLICE:
                continue  # links of the server's own
            told = await web.request(call.method, path, params=query, json=body)
            checked.add(f"{call.method} {path.rsplit('/', 1)[-1]}")
            if told.status_code >= 400 and not any(word in told.text for word in _ITS_OWN):
                problems.append(f"{call.method} {path} {json.dumps(query)}: {told.status_code} {told.text[:300]}")
    assert problems == []
    assert {"GET calendarView", "GET delta", "POST getSchedule", "POST events", "POST sendMail"} <= checked
    assert {"POST send", "POST tasks", "GET onlineMeetings", "GET messages", "GET attendanceReports"} <= checked


async def test_prism_tells_a_wrong_request_from_a_right_one(prism: str) -> None:
    """Else nothing were proved by its silence. The body of an event it takes as it comes, for whatever reason: that is
    left to the simulation, which reads the same description (demo/vendors/microsoft/described.py).
    """
    async with httpx2.AsyncClient(base_url=prism, timeout=30) as web:
        lacking = await web.get(f"/users/{ANNA}/calendarView")
        wrong = await web.post(f"/users/{ANNA}/todo/lists/x/tasks", json={"status": "bogus"})
    assert (lacking.status_code, wrong.status_code) == (422, 422)
