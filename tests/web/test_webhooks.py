"""Vendors call us: the real sipgate adapter behind the real app, and whatever else may come to its address."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from contract.call_suite import GUEST, OUR_LINE
from contract.channel_clock import MemoryBox, SteppingClock
from noshowd.adapters.sipgate.settings import WebhookSettings
from noshowd.adapters.sipgate.webhook import SipgateWebhook
from noshowd.demo.vendors.sipgate.pushes import public_key, sign
from noshowd.domain.evidence import CallRecord, Observation
from noshowd.ports.errors import VendorError
from noshowd.web.app import build_app
from noshowd.web.questions import Question
from noshowd.web.tokens import Links, Signer
from noshowd.web.webhooks import LARGEST_REQUEST, Webhooks

PATH = "/webhooks/sipgate"
LINKS = Links(base_url="", signer=Signer(["k" * 32]))


class Door:
    """The app with one webhook, and what came in through it."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []
        self.said: list[tuple[str, bool]] = []
        clock = SteppingClock()
        settings = WebhookSettings(
            address=f"https://ours.example{PATH}", public_key=public_key(), lines=frozenset({OUR_LINE})
        )
        webhooks = Webhooks(hooks=[SipgateWebhook(settings)], receive=self.receive, heard=self.heard, clock=clock)
        app = build_app(answers=MemoryBox(), links=LINKS, questions=self, clock=clock, webhooks=webhooks)
        self.http = TestClient(app, raise_server_exceptions=False)

    async def find(self, subject: str) -> Question | None:
        raise AssertionError(f"nobody asked for {subject}")

    async def receive(self, seen: Observation) -> None:
        self.calls.extend(seen.calls)

    async def heard(self, name: str, error: VendorError | None) -> None:
        self.said.append((name, error is None))

    def post(self, body: bytes, signature: str | None = None):
        headers = {"X-Sipgate-Signature": sign(body) if signature is None else signature}
        return self.http.post(PATH, content=body, headers=headers)


@pytest.fixture
def door() -> Door:
    return Door()


def new_call() -> bytes:
    ends = {"from": OUR_LINE.lstrip("+"), "to": GUEST.lstrip("+")}
    return urlencode({"event": "newCall", "direction": "out", "callId": "1", "origCallId": "1", **ends}).encode()


def test_a_signed_call_comes_in_and_is_answered_in_the_vendors_words(door):
    answer = door.post(new_call())
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    assert f"https://ours.example{PATH}" in answer.text
    assert [call.their_number for call in door.calls] == [GUEST]


@pytest.mark.parametrize("signature", ["", "forged", "Zm9yZ2Vk"])
def test_what_is_not_signed_has_no_effect(door, signature):
    assert door.post(new_call(), signature).status_code == 403
    assert not door.calls


def test_whether_posts_are_proved_is_kept(door):
    door.post(new_call())
    door.post(new_call(), "made with the secret of last year")
    assert [works for _, works in door.said] == [True, False]


def test_a_request_without_end_is_cut_off_before_it_is_read(door):
    assert door.post(b"x" * (LARGEST_REQUEST + 1), "").status_code == 413
    assert not door.calls


def test_the_address_cannot_be_told_from_one_that_does_not_exist_by_looking(door):
    assert door.http.get(PATH).status_code == door.http.get("/webhooks/none").status_code == 404


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"event=newCall", b"&&&===", b"event=hangup&callId=7"])
def test_signed_nonsense_has_no_effect_either(door, body):
    assert door.post(body).status_code in (200, 400)
    assert not door.calls
