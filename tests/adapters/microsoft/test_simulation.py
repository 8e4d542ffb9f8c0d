"""The simulated Graph itself: as strict as the documents say, so that a client that passes here is worth something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from adapters.microsoft.tenant import ANNA, BEN, CLIENT, DESCRIPTION, GUEST, NOW, SECRET, TENANT, Tenant
from noshowd.demo.vendors.microsoft.answers import Answer, Call
from noshowd.demo.vendors.microsoft.appointments import Invited
from noshowd.demo.vendors.microsoft.faults import Fault, throttled
from noshowd.demo.vendors.microsoft.people import object_id

ROOT = "https://graph.test"
WINDOW = {"startDateTime": "2026-03-10T00:00:00Z", "endDateTime": "2026-03-11T00:00:00Z"}
described = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason="the description of Graph is not beside this checkout (../shared/specs)"
)


class Client:
    """Calls the simulation without a network."""

    def __init__(self, tenant: Tenant) -> None:
        self.sim = tenant.sim
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scope": f"{ROOT}/.default",
        }
        self.token = self.sim.entra.token(ROOT, form).body["access_token"]

    def __call__(
        self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None, prefer: str = ""
    ) -> Answer:
        headers = {"authorization": f"Bearer {self.token}", "prefer": prefer}
        call = Call(method=method, path=path, root=f"{ROOT}/v1.0", query=query or {}, headers=headers, body=body)
        return self.sim.carry_out(call)

    def follow(self, link: str) -> Answer:
        address = urlsplit(link.removeprefix(f"{ROOT}/v1.0"))
        return self("GET", unquote(address.path), dict(parse_qsl(address.query)))


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return Client(tenant)


def code(answer: Answer) -> str:
    return str(answer.body["error"]["code"])


@described
@pytest.mark.parametrize(
    ("method", "path", "query", "body", "problem"),
    [
        ("GET", f"/users/{ANNA}/calendarView", {"startDateTime": "x"}, None, "endDateTime is missing"),
        ("GET", f"/users/{ANNA}/calendarView", WINDOW | {"$select": "subjekt"}, None, "does not allow subjekt"),
        ("GET", f"/users/{ANNA}/calendarView", WINDOW | {"top": "5"}, None, "top is not described"),
        ("POST", f"/users/{ANNA}/events", {}, {"subjekt": "x"}, "body.subjekt is not described"),
        ("POST", f"/users/{ANNA}/events", {}, {"subject": 5}, "body.subject is not of type string"),
        ("POST", f"/users/{ANNA}/events", {}, {"showAs": "gone"}, "body.showAs does not allow gone"),
        ("POST", f"/users/{ANNA}/events", {}, {"attendees": [{"typ": "x"}]}, "attendees[0].typ is not described"),
        ("POST", f"/users/{ANNA}/messages", {}, {"isRead": "yes"}, "body.isRead is not of type boolean"),
        ("POST", f"/users/{ANNA}/sendMail", {}, {"message": {"to": []}}, "body.message.to is not described"),
        ("PATCH", f"/users/{ANNA}/calendarView", {}, {}, ""),
    ],
)
def test_requests_microsoft_does_not_describe_are_refused(
    client: Client, method: str, path: str, query: dict[str, str], body: Any, problem: str
) -> None:
    refused = client(method, path, query, body)
    assert refused.status in (400, 404)
    assert problem in refused.body["error"]["message"]


def test_every_call_needs_its_right(client: Client, tenant: Tenant) -> None:
    tenant.application.roles = {"Calendars.Read"}
    assert client("GET", f"/users/{ANNA}/calendarView", WINDOW).status == 200
    for method, path in (
        ("POST", f"/users/{ANNA}/events"),
        ("POST", f"/users/{ANNA}/sendMail"),
        ("GET", f"/users/{ANNA}/todo/lists"),
        ("GET", f"/users/{object_id(ANNA)}/onlineMeetings"),
        ("GET", "/chats/x/messages"),
        ("POST", "/communications/getPresencesByUserId"),
    ):
        assert client(method, path, body={}).status == 403, path


def test_ids_are_immutable_only_where_asked_for(client: Client, tenant: Tenant) -> None:
    tenant.book()
    prefer = 'outlook.timezone="UTC", IdType="ImmutableId"'
    (plain,) = client("GET", f"/users/{ANNA}/calendarView", WINDOW).body["value"]
    (immutable,) = client("GET", f"/users/{ANNA}/calendarView", WINDOW, prefer=prefer).body["value"]
    assert plain["id"] != immutable["id"]


def test_an_unknown_zone_is_a_server_error(client: Client, tenant: Tenant) -> None:
    tenant.book()
    answer = client("GET", f"/users/{ANNA}/calendarView", WINDOW, prefer='outlook.timezone="GMT+6:30"')
    assert answer.status == 500


def test_the_change_feed_follows_its_own_links_only(client: Client, tenant: Tenant) -> None:
    booked = tenant.book()
    path = f"/users/{ANNA}/calendarView/delta"
    assert code(client("GET", path, WINDOW | {"$select": "subject"})) in ("BadRequest", "ErrorInvalidUrlQuery")
    first = client("GET", path, WINDOW).body
    assert first["value"] == []
    second = client.follow(first["@odata.nextLink"]).body
    assert [one["subject"] for one in second["value"]] == ["Offer", "Offer"]
    stranger = tenant.book(start=NOW + timedelta(days=40), end=NOW + timedelta(days=40, hours=1))
    tenant.sim.calendars.remove(booked, ANNA)
    third = client.follow(second["@odata.deltaLink"]).body
    assert [one["@removed"]["reason"] for one in third["value"]] == ["deleted", "deleted"]
    assert stranger.subject == "Offer", "an event outside the window looks deleted too"
    tenant.sim.delta.forget()
    gone = client.follow(third["@odata.deltaLink"])
    assert (gone.status, code(gone)) == (410, "SyncStateNotFound")


def test_a_batch_answers_each_part_alone(client: Client, tenant: Tenant) -> None:
    tenant.book()
    tenant.sim.faults.order(throttled(f"/users/{BEN}/", retry_after=9))
    view = "?startDateTime=2026-03-10T00:00:00Z&endDateTime=2026-03-11T00:00:00Z"
    parts = [
        {"id": "1", "method": "GET", "url": f"/users/{ANNA}/calendarView{view}"},
        {"id": "2", "method": "GET", "url": f"/users/{BEN}/calendarView{view}"},
        {"id": "3", "method": "GET", "url": f"/users/{ANNA}", "dependsOn": ["2"]},
        {"id": "4", "method": "POST", "url": f"/users/{ANNA}/sendMail", "body": {}},
    ]
    answer = client("POST", "/$batch", body={"requests": parts})
    assert answer.status == 200
    statuses = {one["id"]: one["status"] for one in answer.body["responses"]}
    assert statuses == {"1": 200, "2": 429, "3": 424, "4": 400}
    assert [one["id"] for one in answer.body["responses"]] != ["1", "2", "3", "4"]
    assert client("POST", "/$batch", body={"requests": parts * 6}).status == 400


def test_the_same_transaction_id_makes_one_event(client: Client, tenant: Tenant) -> None:
    time = {"dateTime": "2026-03-10T09:00:00", "timeZone": "W. Europe Standard Time"}
    body = {"subject": "x", "start": time, "end": time, "transactionId": "t-1"}
    first, second = (client("POST", f"/users/{ANNA}/events", body=body).body for _ in range(2))
    assert first["id"] == second["id"]
    assert first["start"]["dateTime"].startswith("2026-03-10T08:00")
    assert client("PATCH", f"/users/{ANNA}/events/{first['id']}", body={"transactionId": "t-2"}).status == 400


def test_limits_of_free_and_busy(client: Client) -> None:
    time = {"dateTime": "2026-03-10T09:00:00", "timeZone": "UTC"}
    later = {"dateTime": "2026-05-12T09:00:00", "timeZone": "UTC"}
    path = f"/users/{ANNA}/calendar/getSchedule"
    many = client("POST", path, body={"schedules": [ANNA] * 21, "startTime": time, "endTime": time})
    long = client("POST", path, body={"schedules": [ANNA], "startTime": time, "endTime": later})
    assert (many.status, long.status) == (400, 400)


def test_a_header_of_ones_own_begins_with_x(client: Client) -> None:
    message = {"subject": "x", "internetMessageHeaders": [{"name": "In-Reply-To", "value": "<1@x>"}]}
    assert code(client("POST", f"/users/{ANNA}/messages", body=message)) == "InvalidInternetMessageHeader"


def test_the_plain_id_of_a_draft_dies_when_it_is_sent(client: Client) -> None:
    message = {"subject": "x", "toRecipients": [{"emailAddress": {"address": GUEST}}]}
    path = f"/users/{ANNA}/messages"
    plain = client("POST", path, body=message).body["id"]
    assert client("POST", f"{path}/{plain}/send").status == 202
    assert client("GET", f"{path}/{plain}").status == 404


def test_online_meetings_want_the_object_id(client: Client, tenant: Tenant) -> None:
    room = tenant.sim.teams.open_room(ANNA, "x", {})
    query = {"$filter": f"JoinWebUrl eq '{room.join_url}'"}
    assert client("GET", f"/users/{ANNA}/onlineMeetings", query).status == 400
    assert len(client("GET", f"/users/{object_id(ANNA)}/onlineMeetings", query).body["value"]) == 1


def test_a_chat_answers_fifty_at_most_and_filters_only_in_order(client: Client, tenant: Tenant) -> None:
    room = tenant.sim.teams.open_room(ANNA, "x", {})
    tenant.sim.teams.say(room.join_url, "hello")
    path = f"/chats/{room.thread_id}/messages"
    later = {"$filter": "lastModifiedDateTime gt 2026-03-11T00:00:00Z"}
    assert client("GET", path, {"$top": "51"}).status == 400
    assert len(client("GET", path, later).body["value"]) == 1
    assert client("GET", path, later | {"$orderby": "lastModifiedDateTime desc"}).body["value"] == []


def test_presence_knows_only_the_tenant(client: Client, tenant: Tenant) -> None:
    tenant.application.roles.add("Presence.Read.All")
    tenant.sim.teams.activities[ANNA] = "InACall"
    body = {"ids": [object_id(ANNA), object_id(GUEST)]}
    seen = client("POST", "/communications/getPresencesByUserId", body=body).body["value"]
    assert [one["activity"] for one in seen] == ["InACall", "PresenceUnknown"]
    assert client("POST", "/communications/getPresencesByUserId", body={"ids": ["x"] * 651}).status == 400


def test_a_meeting_of_an_outsider_lies_in_our_mailboxes_only(client: Client, tenant: Tenant) -> None:
    tenant.book(organizer=Invited(GUEST, "Gerd Gast"), attendees=[Invited(ANNA)])
    (found,) = client("GET", f"/users/{ANNA}/calendarView", WINDOW).body["value"]
    assert (found["isOrganizer"], found["responseStatus"]["response"]) == (False, "none")
    assert client("GET", f"/users/{GUEST}/calendarView", WINDOW).status == 404


def test_a_fault_happens_once_and_a_standing_one_until_it_is_taken_away(client: Client, tenant: Tenant) -> None:
    tenant.sim.faults.order(Fault(path="/calendarView", status=503))
    statuses = [client("GET", f"/users/{ANNA}/calendarView", WINDOW).status for _ in range(2)]
    assert statuses == [503, 200]
    tenant.sim.faults.standing = Fault(status=500)
    assert client("GET", f"/users/{ANNA}", {}).status == 500


def test_the_tenant_signs_in_only_whom_it_knows(tenant: Tenant) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "scope": f"{ROOT}/.default"}
    entra = tenant.sim.entra
    assert entra.tenant == TENANT
    for changes, status in (
        ({"client_secret": SECRET}, 200),
        ({"client_secret": "wrong"}, 401),
        ({"client_secret": SECRET, "client_id": "nobody"}, 400),
        ({"client_secret": SECRET, "scope": "https://other/.default"}, 400),
        ({"client_secret": SECRET, "grant_type": "password"}, 400),
    ):
        assert entra.token(ROOT, form | changes).status == status
