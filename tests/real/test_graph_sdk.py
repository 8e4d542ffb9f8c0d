"""What the simulated Graph answers is read by Microsoft's own client, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.microsoft.tenant import ANNA, BEN, CLIENT, GUEST, NOW, SECRET, TENANT, Tenant, make_tenant, socket
from noshowd.demo.vendors.microsoft.rooms import Participant
from real.environments import python_of

pytestmark = pytest.mark.real
_PACKAGES = ("msgraph-sdk==1.65.0",)
#: Runs in the other environment: asks with the client as its documentation shows, prints what came out of its parser.
PROGRAM = """
import asyncio, json, ssl, sys
import httpx
from kiota_abstractions.authentication.anonymous_authentication_provider import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.communications.get_presences_by_user_id.get_presences_by_user_id_post_request_body import (
    GetPresencesByUserIdPostRequestBody,
)
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
from msgraph.generated.users.item.online_meetings.online_meetings_request_builder import OnlineMeetingsRequestBuilder
from msgraph.generated.users.item.todo.lists.item.tasks.tasks_request_builder import TasksRequestBuilder

given = json.loads(sys.argv[1])


def asking(builder, **query):
    kind = next(one for name, one in vars(builder).items() if name.endswith("GetQueryParameters"))
    found = RequestConfiguration(query_parameters=kind(**query))
    found.headers.add("Prefer", 'outlook.timezone="UTC", IdType="ImmutableId"')
    return found


async def main():
    trust = ssl.create_default_context(cafile=given["ca_file"])
    web = httpx.AsyncClient(verify=trust, headers={"Authorization": "Bearer " + given["token"]})
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=web)
    adapter.base_url = given["url"]
    client = GraphServiceClient(request_adapter=adapter)
    anna = client.users.by_user_id(given["anna"])
    view = asking(CalendarViewRequestBuilder, start_date_time=given["start"], end_date_time=given["end"])
    (event,) = (await anna.calendar_view.get(view)).value
    again = await anna.events.by_event_id(event.id).get()
    lists = (await anna.todo.lists.get()).value
    (tasks,) = [one for one in lists if one.display_name == "noshowd"]
    expand = asking(TasksRequestBuilder, expand=["linkedResources"])
    (task,) = (await anna.todo.lists.by_todo_task_list_id(tasks.id).tasks.get(expand)).value
    body = GetSchedulePostRequestBody(
        schedules=[given["anna"], "nobody@elsewhere.example"],
        start_time=DateTimeTimeZone(date_time=given["start"][:19], time_zone="UTC"),
        end_time=DateTimeTimeZone(date_time=given["end"][:19], time_zone="UTC"),
        availability_view_interval=15,
    )
    schedules = (await anna.calendar.get_schedule.post(body)).value
    host = client.users.by_user_id(given["anna_id"])
    wanted = asking(OnlineMeetingsRequestBuilder, filter="JoinWebUrl eq '" + given["join_url"] + "'")
    (meeting,) = (await host.online_meetings.get(wanted)).value
    room = host.online_meetings.by_online_meeting_id(meeting.id)
    (report,) = (await room.attendance_reports.get()).value
    records = (await room.attendance_reports.by_meeting_attendance_report_id(report.id).attendance_records.get()).value
    chat = (await client.chats.by_chat_id(meeting.chat_info.thread_id).messages.get()).value
    ids = GetPresencesByUserIdPostRequestBody(ids=[given["anna_id"]])
    (presence,) = (await client.communications.get_presences_by_user_id.post(ids)).value
    mails = (await anna.messages.get()).value if given["mail"] else []
    return {
        "event": [event.subject, event.start.date_time, event.start.time_zone, event.type.value,
                  event.sensitivity.value, event.show_as.value, event.response_status.response.value,
                  event.is_organizer, event.online_meeting.join_url, event.organizer.email_address.address,
                  event.created_date_time.isoformat(), again.subject],
        "attendees": [[one.email_address.address, one.type.value, one.status.response.value]
                      for one in event.attendees],
        "task": [task.title, task.status.value, task.linked_resources[0].external_id, task.is_reminder_on,
                 task.due_date_time.date_time, task.reminder_date_time.time_zone],
        "schedules": [[one.schedule_id, one.availability_view, one.error.response_code if one.error else None,
                       [item.status.value for item in one.schedule_items or ()]] for one in schedules],
        "meeting": [meeting.join_web_url, [one.upn for one in meeting.participants.attendees]],
        "report": [report.total_participant_count, report.meeting_start_date_time.isoformat()],
        "records": sorted([one.email_address, one.identity.display_name, one.total_attendance_in_seconds,
                           one.attendance_intervals[0].duration_in_seconds] for one in records),
        "chat": [[type(one.event_detail).__name__, one.message_type.value] for one in chat],
        "call": [chat[0].event_detail.call_participants[0].participant.user.display_name,
                 chat[0].event_detail.call_duration.total_seconds()],
        "presence": [presence.activity],
    }


print(json.dumps(asyncio.run(main())))
"""


@pytest.fixture(scope="module")
def python() -> Path:
    return python_of("msgraph-sdk", *_PACKAGES)


@pytest_asyncio.fixture
async def tenant(tmp_path: Path) -> AsyncIterator[Tenant]:
    with socket(tmp_path) as at:
        made = make_tenant(at)
        yield made
        await made.close()


def lived(tenant: Tenant) -> str:
    """A meeting that took place, a task, and somebody in a call; the join address."""
    sim = tenant.sim
    booked = tenant.book(teams=True, start=NOW + timedelta(minutes=10), end=NOW + timedelta(minutes=40))
    assert booked.join_url is not None
    people = [Participant(name="Anna Meier", address=ANNA), Participant(name="Gerd Gast", address=GUEST)]
    for one in people:
        sim.teams.join(booked.join_url, one)
    tenant.clock.instant += timedelta(minutes=20)
    for one in people:
        sim.teams.leave(booked.join_url, one)
    tenant.clock.instant += timedelta(minutes=20)
    sim.teams.activities[ANNA] = "InACall"
    return booked.join_url


def ask(tenant: Tenant, python: Path, join_url: str) -> dict[str, Any]:
    tenant.application.roles.add("Presence.Read.All")
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    url = tenant.settings.authority
    token = tenant.sim.entra.token(url, form | {"scope": f"{url}/.default"}).body["access_token"]
    given = {
        "url": tenant.settings.graph_url,
        "ca_file": str(tenant.settings.ca_file),
        "token": token,
        "anna": ANNA,
        "anna_id": tenant.sim.people.find(ANNA).object_id,
        "start": NOW.isoformat(),
        "end": (NOW + timedelta(hours=1)).isoformat(),
        "join_url": join_url,
        "mail": False,
    }
    done = subprocess.run(
        [str(python), "-c", PROGRAM, json.dumps(given)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


async def test_microsofts_own_client_reads_what_the_simulation_answers(tenant: Tenant, python: Path) -> None:
    from noshowd.adapters.microsoft.tasks import ToDoTasks
    from noshowd.ports.channel import Carries, Parcel, Recipient

    to_do = ToDoTasks(tenant.graph(), tenant.clock, name="to_do", title="noshowd")
    to = Recipient(address=ANNA, name="Anna Meier")
    about: dict[str, Any] = {"subject": "Ring Gerd Gast", "text": "He did not come.", "due": NOW + timedelta(hours=3)}
    await to_do.send(Parcel(key="parcel-1", carries=Carries.TASKS, recipient=to, zone="Europe/Berlin", **about))
    join_url = lived(tenant)
    told = ask(tenant, python, join_url)
    start = "2026-03-10T08:10:00.0000000"
    created = NOW.isoformat()
    assert told["event"] == [
        "Offer", start, "UTC", "singleInstance", "normal", "busy", "organizer", True, join_url, ANNA, created, "Offer",
    ]  # fmt: skip
    assert told["attendees"] == [[GUEST, "required", "none"]]
    assert told["task"] == ["Ring Gerd Gast", "notStarted", "parcel-1", True, "2026-03-10T00:00:00", "UTC"]
    assert told["schedules"] == [[ANNA, "2220", None, ["busy"]], ["nobody@elsewhere.example", "", "5003", []]]
    assert told["meeting"] == [join_url, [GUEST]]
    assert told["report"] == [2, created]
    assert told["records"] == [[ANNA, "Anna Meier", 1200, 1200], [GUEST, "Gerd Gast", 1200, 1200]]
    assert told["chat"] == [
        ["CallEndedEventMessageDetail", "unknownFutureValue"],
        ["CallStartedEventMessageDetail", "unknownFutureValue"],
    ]
    assert told["call"] == ["Anna Meier", 1200.0]
    assert told["presence"] == ["InACall"]
    assert BEN not in json.dumps(told)
    assert TENANT not in told["event"]
