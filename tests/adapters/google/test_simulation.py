"""The simulated Google is as strict as the real one is said to be: what our client never does, it refuses."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from noshowd.adapters.google.scopes import Scope
from noshowd.demo.vendors.google.access import Access
from noshowd.demo.vendors.google.google import SimulatedGoogle

ANNA = "anna@beispiel-beratung.de"
EVENTS = f"/calendar/v3/calendars/{ANNA}/events"


class Caller:
    """Plain HTTP, with a token that may do everything."""

    def __init__(self, google: SimulatedGoogle, scopes: set[str]) -> None:
        self._google = google
        self.token = token_of(google.access, scopes)

    def __call__(
        self, path: str, body: Any = None, verb: str | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        request = Request(f"{self._google.url}{path}", method=verb or ("POST" if body is not None else "GET"))
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urlopen(request, timeout=5) as response:
                return response.status, json.loads(response.read() or b"{}")
        except HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read() or b"{}")


def token_of(access: Access, scopes: set[str]) -> str:
    key = json.loads(access.authorized_user(ANNA, scopes))
    form = {k: key[k] for k in ("client_id", "client_secret", "refresh_token")}
    return str(access.token({"grant_type": "refresh_token", **form})["access_token"])


@pytest.fixture
def call(google: SimulatedGoogle) -> Caller:
    return Caller(google, {str(scope) for scope in Scope})


def reason(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    status, body = answer
    error = body["error"]
    listed = error.get("errors") or error.get("details") or [{}]
    return status, listed[0].get("reason", "")


def event(**fields: Any) -> dict[str, Any]:
    times = {"start": {"dateTime": "2026-03-24T09:00:00Z"}, "end": {"dateTime": "2026-03-24T10:00:00Z"}}
    return {"summary": "Call", **times, **fields}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("?maxResult=5", "invalid"),
        ("?maxResults=0", "invalid"),
        ("?maxResults=many", "invalid"),
        ("?singleEvents=yes", "invalid"),
        ("?timeMin=2026-03-24T09:00:00", "invalid"),
        ("?timeMin=2026-03-24T09:00:00Z&timeMax=2026-03-24T09:00:00Z", "timeRangeEmpty"),
        ("?orderBy=startTime", "invalid"),
        ("?orderBy=title", "invalid"),
        ("?syncToken=x", "invalid"),
        ("?pageToken=x", "invalid"),
        ("?fields=items(id", "invalid"),
        ("?syncToken=x&timeMin=2026-03-24T09:00:00Z", "syncTokenWithRequestRestrictions"),
        ("?syncToken=x&showDeleted=false", "syncTokenWithRequestRestrictions"),
        ("?q=a&q=b", "invalid"),
    ],
)
def test_a_malformed_listing_is_refused(call: Caller, query: str, why: str):
    assert reason(call(f"{EVENTS}{query}")) == (400, why)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"summary": "no times"}, "required"),
        (event(titel="typo"), "invalid"),
        (event(attendees={"email": ANNA}), "invalid"),
        (event(sequence="1"), "invalid"),
        (event(start={"dateTime": "24.3.2026"}), "invalid"),
        (event(id="Not-Allowed"), "invalid"),
        (event(id="abc"), "invalid"),
        ([], "parseError"),
    ],
)
def test_a_malformed_event_is_refused(call: Caller, body: Any, why: str):
    assert reason(call(EVENTS, body)) == (400, why)


def test_an_id_is_given_once_even_to_an_event_that_was_deleted(call: Caller):
    assert call(EVENTS, event(id="abcdefgh1"))[0] == 200
    assert reason(call(EVENTS, event(id="abcdefgh1"))) == (409, "duplicate")
    assert call(f"{EVENTS}/abcdefgh1", verb="DELETE")[0] == 204
    assert reason(call(f"{EVENTS}/abcdefgh1", verb="DELETE")) == (410, "deleted")
    assert reason(call(EVENTS, event(id="abcdefgh1"))) == (409, "duplicate")
    assert call(f"{EVENTS}/abcdefgh1")[1]["status"] == "cancelled"


def test_a_write_against_an_older_etag_is_refused(call: Caller):
    made = call(EVENTS, event(id="abcdefgh1"))[1]
    assert call(f"{EVENTS}/abcdefgh1", {"summary": "New"}, "PATCH", If_Match=made["etag"])[0] == 200
    refused = call(f"{EVENTS}/abcdefgh1", {"summary": "Newer"}, "PATCH", If_Match=made["etag"])
    assert reason(refused) == (412, "conditionNotMet")


def test_conference_data_counts_only_with_its_version(call: Caller):
    wish = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    assert "hangoutLink" not in call(EVENTS, event(conferenceData=wish))[1]
    assert "hangoutLink" in call(f"{EVENTS}?conferenceDataVersion=1", event(conferenceData=wish))[1]


def test_a_page_token_belongs_to_its_query(google: SimulatedGoogle, call: Caller):
    for _ in range(3):
        call(EVENTS, event())
    token = call(f"{EVENTS}?maxResults=1")[1]["nextPageToken"]
    assert call(f"{EVENTS}?maxResults=1&pageToken={token}")[0] == 200
    assert reason(call(f"{EVENTS}?maxResults=1&singleEvents=true&pageToken={token}")) == (400, "invalid")


def test_a_mask_that_leaves_out_the_token_leaves_it_out(call: Caller):
    assert call(f"{EVENTS}?fields=kind")[1] == {"kind": "calendar#events"}


def test_a_get_too_long_for_a_url_may_come_as_a_post(google: SimulatedGoogle, call: Caller):
    request = Request(f"{google.url}{EVENTS}", data=b"maxResults=5&fields=kind", method="POST")
    request.add_header("Authorization", f"Bearer {call.token}")
    request.add_header("X-HTTP-Method-Override", "GET")
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    with urlopen(request, timeout=5) as response:
        assert json.loads(response.read()) == {"kind": "calendar#events"}


def test_no_token_and_a_wrong_one_are_refused(google: SimulatedGoogle, call: Caller):
    call.token = "made-up"
    assert reason(call(EVENTS)) == (401, "authError")


def test_the_scope_must_fit_the_method(google: SimulatedGoogle):
    reader = Caller(google, {str(Scope.READ_EVENTS)})
    body = {"timeMin": "2026-03-24T09:00:00Z", "timeMax": "2026-03-24T10:00:00Z"}
    assert reason(reader("/calendar/v3/freeBusy", body)) == (403, "insufficientPermissions")
    assert reason(reader(EVENTS, event())) == (403, "insufficientPermissions")
    assert reader(EVENTS)[0] == 200


def test_unknown_paths_are_no_methods_and_known_ones_may_not_be_simulated(call: Caller):
    assert call("/calendar/v3/nonsense")[0] == 404
    assert reason(call(f"{EVENTS}/quickAdd?text=x", verb="POST")) == (501, "notImplemented")


@pytest.mark.parametrize(
    "condition",
    [
        "meeting_code = 'abc-mnop-xyz'",
        "space.meeting_code = abc",
        'end_time IS NULL OR start_time > "x"',
        'start_time > "soon"',
    ],
)
def test_a_filter_has_its_grammar(call: Caller, condition: str):
    assert call(f"/v2/conferenceRecords?filter={quote(condition)}")[0] == 400


def test_only_the_owner_sees_settings_and_only_who_was_there_sees_the_conference(google: SimulatedGoogle, call: Caller):
    own, foreign = google.meetings.add_space(ANNA), google.meetings.add_space("host@elsewhere.example")
    google.join(foreign.code, "kim@grosskunde.de")
    assert "config" in call(f"/v2/spaces/{own.code}")[1]
    assert call(f"/v2/spaces/{foreign.code.upper()}")[1].keys() == {"name", "meetingUri", "meetingCode"}
    assert call("/v2/conferenceRecords")[1] == {}
    google.join(foreign.code, ANNA)
    assert "activeConference" in call(f"/v2/spaces/{foreign.code}")[1]


def test_records_vanish_thirty_days_after_their_end(google: SimulatedGoogle, call: Caller, wall):
    space = google.meetings.add_space(ANNA)
    google.join(space.code, ANNA)
    google.leave(space.code, ANNA)
    assert len(call("/v2/conferenceRecords")[1]["conferenceRecords"]) == 1
    wall.instant = datetime(2026, 4, 23, tzinfo=UTC)
    assert call("/v2/conferenceRecords")[1] == {}


@pytest.mark.parametrize("body", [{"title": "x" * 1025}, {"notes": "x" * 8193}, {"due": "tomorrow"}, {"dew": "x"}])
def test_a_task_that_google_would_not_take_is_refused(call: Caller, body: dict):
    assert call("/tasks/v1/lists/@default/tasks", body)[0] == 400


def test_mail_needs_a_body_a_recipient_and_a_known_thread(call: Caller):
    send = "/gmail/v1/users/me/messages/send"
    mail = urlsafe_b64encode(b"To: kim@grosskunde.de\r\n\r\nx").decode()
    assert call(send, {"raw": mail})[0] == 200
    assert call(send, {})[0] == 400
    assert call(send, {"raw": urlsafe_b64encode(b"Subject: x\r\n\r\nx").decode()})[0] == 400
    assert call(send, {"raw": mail, "threadId": "nowhere"})[0] == 404
    assert call("/gmail/v1/users/someone@else.where/messages/send", {"raw": mail})[0] == 403
