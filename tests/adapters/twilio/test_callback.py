"""Twilio's signed callbacks: what is proved has effect, and a leg alone is no talk."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.call_suite import GUEST, OUR_LINE, SECOND, phone_meeting
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.twilio.callback import TwilioCallback, is_signed
from noshowd.adapters.twilio.settings import CallbackSettings
from noshowd.demo.vendors.twilio.callbacks import Caller
from noshowd.demo.vendors.twilio.switch import Switch
from noshowd.domain.evidence import CallResult
from noshowd.ports.webhook import WebhookResult

ADDRESS = "https://ours.example/webhooks/twilio"
TOKEN = "token-of-a-test"


class Wire:
    """Switch, callbacks and webhook in one process."""

    def __init__(self, *, shared: bool = False) -> None:
        self.now = START
        self.switch = Switch(lambda: self.now, {OUR_LINE})
        self.webhook = TwilioCallback(CallbackSettings(address=ADDRESS, token=TOKEN, lines=frozenset({OUR_LINE})))
        self.caller = Caller(self.switch, self.post, ADDRESS, TOKEN, shared=shared)
        self.results: list[WebhookResult] = []

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.results.append(self.webhook.handle(headers, body, self.now))

    async def calls(self):
        return (await self.webhook.look(phone_meeting(), since=OPENING, now=self.now)).calls


@pytest.mark.parametrize("shared", [False, True])
async def test_a_talk_is_told_as_it_rings_is_answered_and_ends(shared):
    wire = Wire(shared=shared)
    call = wire.switch.ring(outward=True, line=OUR_LINE, number=GUEST)
    await wire.caller.tell()
    (told,) = await wire.calls()
    assert (told.result, told.running) == (CallResult.RINGING, True)
    wire.now += 10 * SECOND
    wire.switch.answer(call)
    await wire.caller.tell()
    assert (await wire.calls())[0].result is CallResult.TALKING
    wire.now += 4 * MINUTE
    wire.switch.hang_up(call)
    await wire.caller.tell()
    (told,) = await wire.calls()
    assert (told.result, told.their_number) == (CallResult.ANSWERED, GUEST)
    assert told.talked(wire.now) == 4 * MINUTE
    assert {result.reply.status for result in wire.results} == {200}


async def test_what_only_twilio_answered_is_no_talk():
    wire = Wire()
    call = wire.switch.ring(outward=False, line=OUR_LINE, number=GUEST)
    wire.switch.changed.remove(call.child)
    await wire.caller.tell()
    assert (await wire.calls())[0].result is CallResult.RINGING
    wire.now += 3 * MINUTE
    call.parent.end("completed", wire.now)
    wire.switch.changed.append(call.parent)
    await wire.caller.tell()
    assert (await wire.calls())[0].result is CallResult.UNCLEAR


async def test_late_and_repeated_callbacks_change_nothing():
    wire = Wire()
    call = wire.switch.ring(outward=True, line=OUR_LINE, number=GUEST)
    ringing = [wire.switch.changed[-1]]
    wire.now += 20 * SECOND
    wire.switch.hang_up(call)
    await wire.caller.tell()
    before = await wire.calls()
    call.child.status, call.child.ended = "ringing", None
    wire.switch.changed = ringing
    await wire.caller.tell()
    assert await wire.calls() == before


async def test_of_other_numbers_nothing_is_taken():
    wire = Wire()
    wire.switch.ring(outward=False, line="+498999999999", number=GUEST)
    await wire.caller.tell()
    assert not await wire.calls()
    assert all(not result.observation.calls for result in wire.results)


@pytest.mark.parametrize("spoil", ["signature", "body", "address", "algorithm"])
async def test_what_is_not_signed_is_refused(spoil):
    wire = Wire()

    async def changed(body: bytes, headers: Mapping[str, str]) -> None:
        headers = dict(headers)
        if spoil == "signature":
            headers["x-twilio-signature"] = "AAAA"
        elif spoil == "algorithm":
            headers["x-twilio-webhooks-signature-settings"] = "algorithm=NONE"
        await wire.post(body + b"&To=%2B1" if spoil == "body" else body, headers)

    address = "https://elsewhere.example/webhooks/twilio" if spoil == "address" else ADDRESS
    caller = Caller(wire.switch, changed, address, TOKEN)
    wire.switch.ring(outward=True, line=OUR_LINE, number=GUEST)
    await caller.tell()
    assert {result.reply.status for result in wire.results} == {403}
    assert not await wire.calls()


async def test_a_signed_request_that_is_no_call_is_unreadable():
    wire = Wire()
    await wire.caller.post({"CallStatus": "ringing"})
    assert wire.results[0].reply.status == 400


def test_the_signature_of_the_vendors_own_example():
    """From Twilio's page on webhook security."""
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]
    signature = {"x-twilio-signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}
    assert is_signed("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", signature, form)
    assert not is_signed("12346", "https://mycompany.com/myapp.php?foo=1&bar=2", signature, form)
