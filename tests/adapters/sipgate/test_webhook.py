"""The webhook of sipgate.io over real HTTP: signed posts in, follow-ups asked for, calls out."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from contract.call_suite import GUEST, OUR_LINE, STRANGER, phone_meeting
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.sipgate.settings import WebhookSettings
from noshowd.adapters.sipgate.webhook import SipgateWebhook
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.sipgate.exchange import Exchange, Fate, Way
from noshowd.demo.vendors.sipgate.pushes import Pushes, public_key, sign
from noshowd.domain.evidence import CallResult, Direction

PATH = "/webhooks/sipgate"


class Wired:
    """A simulated sipgate that pushes to the real webhook behind a small web server."""

    def __init__(self, *, remembered: int = 500) -> None:
        self.now = START
        self.server = LoopbackServer(Starlette(routes=[Route(PATH, self._serve, methods=["POST"])]))
        settings = WebhookSettings(
            address=f"{self.server.url}{PATH}",
            public_key=public_key(),
            remembered=remembered,
            lines=frozenset({OUR_LINE}),
        )
        self.webhook = SipgateWebhook(settings)
        self.http = httpx2.AsyncClient()
        self.pushes = Pushes(Exchange(lambda: self.now, frozenset({OUR_LINE})), settings.address, self.http)

    async def _serve(self, request):
        result = self.webhook.handle(dict(request.headers), await request.body(), self.now)
        reply = result.reply
        return Response(reply.body, reply.status, media_type=reply.content_type)

    async def told(self):
        seen = await self.webhook.look(phone_meeting(), since=OPENING, now=self.now)
        assert not seen.coverages
        return seen.calls


@pytest_asyncio.fixture
async def wired():
    wired = Wired()
    with wired.server:
        yield wired
        await wired.http.aclose()


async def test_a_call_is_followed_from_ring_to_hang_up(wired):
    call = await wired.pushes.ring(Way.OUT, OUR_LINE, GUEST)
    (told,) = await wired.told()
    assert told.result is CallResult.RINGING
    assert (told.direction, told.our_line, told.their_number) == (Direction.OUT, OUR_LINE, GUEST)
    wired.now += timedelta(seconds=10)
    await wired.pushes.answer(call)
    wired.now += 3 * MINUTE
    (told,) = await wired.told()
    assert told.running
    assert told.talked(wired.now) == 3 * MINUTE
    await wired.pushes.hang_up(call)
    (told,) = await wired.told()
    assert told.result is CallResult.ANSWERED
    assert told.talked(wired.now) == 3 * MINUTE


async def test_the_answer_to_a_new_call_asks_for_what_follows(wired):
    call = await wired.pushes.ring(Way.IN, OUR_LINE, GUEST)
    assert call.follow_ups == {
        "onAnswer": f"{wired.server.url}{PATH}",
        "onHangup": f"{wired.server.url}{PATH}",
    }


async def test_a_mailbox_that_picks_up_is_no_talk(wired):
    call = await wired.pushes.ring(Way.IN, OUR_LINE, GUEST)
    wired.now += timedelta(seconds=20)
    await wired.pushes.answer(call, voicemail=True)
    wired.now += 2 * MINUTE
    await wired.pushes.hang_up(call)
    (told,) = await wired.told()
    assert told.result is CallResult.VOICEMAIL
    assert told.talked(wired.now) == timedelta(0)


@pytest.mark.parametrize(
    ("fate", "result"),
    [
        (Fate.BUSY, CallResult.BUSY),
        (Fate.NO_ANSWER, CallResult.NO_ANSWER),
        (Fate.CANCELLED, CallResult.NO_ANSWER),
        (Fate.FAILED, CallResult.FAILED),
    ],
)
async def test_the_cause_of_a_hang_up_tells_the_result(wired, fate, result):
    call = await wired.pushes.ring(Way.OUT, OUR_LINE, GUEST)
    await wired.pushes.hang_up(call, fate)
    (told,) = await wired.told()
    assert told.result is result


async def test_a_withheld_number_is_none(wired):
    await wired.pushes.ring(Way.IN, OUR_LINE, None)
    (told,) = await wired.told()
    assert told.their_number is None


async def test_what_is_not_signed_has_no_effect(wired):
    body = b"event=newCall&direction=in&from=491713920050&to=498923714480&callId=1"
    for signature in ("", "AAAA", "not base64!", sign(body + b" ")):
        answer = await wired.http.post(
            f"{wired.server.url}{PATH}", content=body, headers={"X-Sipgate-Signature": signature}
        )
        assert answer.status_code == 403
    assert not await wired.told()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"event=newCall",
        b"event=newCall&callId=1",
        b"event=newCall&callId=1&direction=up&from=1&to=2",
        b"event=answer&callId=1",
        b"{}",
    ],
)
def test_a_signed_request_nobody_can_read_is_refused_and_brings_nothing(body):
    webhook = SipgateWebhook(
        WebhookSettings(address="https://x.example/w", public_key=public_key(), lines=frozenset({OUR_LINE}))
    )
    result = webhook.handle({"x-sipgate-signature": sign(body)}, body, START)
    assert result.reply.status == 400
    assert not result.observation.calls


async def test_the_same_request_twice_has_the_effect_of_one(wired):
    call = await wired.pushes.ring(Way.OUT, OUR_LINE, GUEST)
    await wired.pushes.answer(call)
    wired.now += 2 * MINUTE
    for _ in range(2):
        await wired.pushes.hang_up(call)
        wired.now += MINUTE
    (told,) = await wired.told()
    assert told.ended == START + 2 * MINUTE


async def test_a_hang_up_whose_beginning_was_missed_says_nothing_of_a_talk(wired):
    """The daemon was down when it rang."""
    body = b"event=hangup&cause=normalClearing&direction=in&from=491713920050&to=498923714480&callId=7"
    result = wired.webhook.handle({"x-sipgate-signature": sign(body)}, body, START)
    (told,) = result.observation.calls
    assert told.result is CallResult.UNCLEAR


async def test_a_transfer_is_the_first_call(wired):
    call = await wired.pushes.ring(Way.IN, OUR_LINE, GUEST)
    await wired.pushes.answer(call)
    wired.now += MINUTE
    body = b"event=newCall&direction=in&from=491713920050&to=498923714481&callId=99&origCallId=" + call.key.encode()
    wired.webhook.handle({"x-sipgate-signature": sign(body)}, body, wired.now)
    (told,) = await wired.told()
    assert told.result is CallResult.TALKING


async def test_calls_that_concern_nobody_are_not_handed_on(wired):
    body = b"event=newCall&direction=in&from=" + STRANGER[1:].encode() + b"&to=498923714499&callId=5"
    wired.webhook.handle({"x-sipgate-signature": sign(body)}, body, START)
    assert not await wired.told()


async def test_it_remembers_no_more_than_it_should():
    wired = Wired(remembered=3)
    with wired.server:
        for _ in range(5):
            await wired.pushes.ring(Way.IN, OUR_LINE, GUEST)
    assert len(await wired.told()) == 3
    await wired.http.aclose()


async def test_a_signed_call_of_another_customer_of_sipgate_is_not_taken(wired):
    """All customers' calls bear the same signature."""
    await wired.pushes.ring(Way.OUT, "+494012345678", GUEST)
    assert not await wired.told()
