"""What the libraries raise, in our four words."""

from __future__ import annotations

import http.client
import json
import socket
from datetime import timedelta
from typing import Any

import httplib2
import pytest
from google.auth import exceptions as auth
from googleapiclient.errors import HttpError

from noshowd.adapters.google.errors import Refused, in_our_words
from noshowd.adapters.google.transport import NotConnectedError
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError


def answered(status: int, body: Any = None, **headers: str) -> HttpError:
    response = httplib2.Response({"status": status, **{k.replace("_", "-"): v for k, v in headers.items()}})
    return HttpError(response, json.dumps(body).encode() if body is not None else b"<html>busy</html>")


def old_style(reason: str) -> dict:
    return {"error": {"code": 0, "message": "no", "errors": [{"domain": "global", "reason": reason}]}}


def new_style(status: str, reason: str | None = None) -> dict:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    return {"error": {"code": 0, "message": "no", "status": status, "details": [{"@type": "help"}, *details]}}


def word(error: Exception, *, writing: bool = False) -> VendorError:
    found = in_our_words(error, writing=writing)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (old_style("rateLimitExceeded"), "rateLimitExceeded"),
        (new_style("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), "RATE_LIMIT_EXCEEDED"),
        (new_style("RESOURCE_EXHAUSTED"), "RESOURCE_EXHAUSTED"),
        (None, "http_429"),
        ({"error": "busy"}, "http_429"),
        ([], "http_429"),
    ],
)
def test_both_shapes_of_an_error_and_none_at_all_are_read(body, reason):
    found = word(answered(429, body))
    assert isinstance(found, Temporary)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("headers", "wish"),
    [
        ({"retry_after": "120"}, timedelta(seconds=120)),
        (
            {"retry_after": "Sat, 21 Nov 2026 20:05:00 GMT", "date": "Sat, 21 Nov 2026 20:00:00 GMT"},
            timedelta(minutes=5),
        ),
        (
            {"retry_after": "Sat, 21 Nov 2026 19:00:00 GMT", "date": "Sat, 21 Nov 2026 20:00:00 GMT"},
            timedelta(0),
        ),
        ({"retry_after": "Sat, 21 Nov 2026 20:05:00 GMT"}, None),
        ({"retry_after": "soon", "date": "Sat, 21 Nov 2026 20:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_an_instant_beside_googles_own_clock(headers, wish):
    found = word(answered(503, None, **headers))
    assert isinstance(found, Temporary)
    assert found.retry_after == wish


@pytest.mark.parametrize(("status", "uncertain"), [(429, False), (500, True), (502, True), (503, False), (504, True)])
def test_only_an_error_after_the_work_may_have_begun_is_uncertain(status, uncertain):
    found = word(answered(status), writing=True)
    assert isinstance(found, Temporary)
    assert found.uncertain is uncertain
    assert not getattr(word(answered(status)), "uncertain", None)


@pytest.mark.parametrize(
    ("error", "reason", "uncertain"),
    [
        (TimeoutError(), "timeout", True),
        (ConnectionResetError(), "connection_lost", True),
        (http.client.IncompleteRead(b""), "connection_lost", True),
        (httplib2.error.MalformedHeader(), "connection_lost", True),
        (json.JSONDecodeError("no", "", 0), "unreadable_answer", True),
        (ConnectionRefusedError(), "unreachable", False),
        (NotConnectedError(), "unreachable", False),
        (socket.gaierror(), "unreachable", False),
        (httplib2.ServerNotFoundError(), "unreachable", False),
        (auth.TransportError(), "sign_in_unreachable", False),
        (auth.RefreshError("busy", retryable=True), "sign_in_unavailable", False),
    ],
)
def test_trouble_on_the_line_is_temporary_and_uncertain_only_once_something_was_sent(error, reason, uncertain):
    found = word(error, writing=True)
    assert isinstance(found, Temporary)
    assert (found.reason, found.uncertain) == (reason, uncertain)


def test_a_refusal_keeps_its_status_for_those_to_whom_it_means_something():
    found = word(answered(409, old_style("duplicate")))
    assert isinstance(found, Refused)
    assert (found.status, found.reason) == (409, "duplicate")


def test_an_access_token_refused_twice_is_a_lost_sign_in():
    assert isinstance(word(answered(401, old_style("authError"))), CredentialsLost)


@pytest.mark.parametrize("error", ["invalid_grant", "unauthorized_client", "invalid_client", "deleted_client"])
def test_a_refused_refresh_is_a_lost_sign_in_with_googles_word(error):
    found = word(auth.RefreshError(f"{error}: no", {"error": error, "error_description": "no"}))
    assert isinstance(found, CredentialsLost)
    assert found.reason == error


def test_an_unknown_mailbox_is_permanent_for_that_mailbox():
    answer = {"error": "invalid_grant", "error_description": "Invalid email or User ID"}
    assert isinstance(word(auth.RefreshError("invalid_grant", answer)), Permanent)


def test_a_refresh_answered_with_a_web_page_is_a_lost_sign_in_without_its_text():
    found = word(auth.RefreshError("<html>secret</html>", "<html>secret</html>"))
    assert found.reason == "sign_in_refused"


def test_our_own_mistakes_are_not_dressed_up():
    assert in_our_words(TypeError("got an unexpected keyword argument"), writing=False) is None
