"""Placetel's notifications: what its HMAC proves has effect, in and out, in any order."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract.call_suite import GUEST, OUR_LINE, SECOND, phone_meeting
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.placetel.settings import PlacetelSettings
from noshowd.adapters.placetel.webhook import PlacetelWebhook
from noshowd.demo.vendors.placetel.notify import Notifier
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.webhook import WebhookResult
from noshowd.reading.numbers import NumberFormat, Numbering, normalise

NUMBERING = Numbering(format=NumberFormat.NATIONAL, region="DE")
OURS, THEIRS = "08923714480", "01713920050"


class Wire:
    """Placetel and our webhook in one process."""

    def __init__(self, secret: str | None = "demo-secret") -> None:
        self.now = START
        self.webhook = PlacetelWebhook(
            PlacetelSettings(secret="demo-secret", lines=frozenset({OUR_LINE})),
            lambda written: normalise(written, NUMBERING),
        )
        self.placetel = Notifier(self.post, secret)
        self.results: list[WebhookResult] = []

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.results.append(self.webhook.handle(headers, body, self.now))

    async def calls(self):
        return (await self.webhook.look(phone_meeting(), since=OPENING, now=self.now)).calls

    async def call(self):
        (told,) = await self.calls()
        return told


async def test_a_call_to_us_is_told_as_it_rings_is_accepted_and_ends():
    wire = Wire()
    call = await wire.placetel.begin(outward=False, own=OURS, other=THEIRS)
    told = await wire.call()
    assert (told.direction, told.our_line, told.their_number) == (Direction.IN, OUR_LINE, GUEST)
    assert told.result is CallResult.RINGING
    wire.now += 10 * SECOND
    await wire.placetel.accept(call)
    assert (await wire.call()).result is CallResult.TALKING
    wire.now += 3 * MINUTE
    await wire.placetel.hang_up(call)
    told = await wire.call()
    assert (told.result, told.talked(wire.now)) == (CallResult.ANSWERED, 3 * MINUTE)


async def test_that_a_call_of_ours_was_answered_is_known_at_its_end_and_never_overstated():
    wire = Wire()
    call = await wire.placetel.begin(outward=True, own=OURS, other=THEIRS)
    wire.now += 10 * SECOND
    await wire.placetel.accept(call)
    wire.now += 3 * MINUTE
    told = await wire.call()
    assert (told.direction, told.running, told.talked(wire.now)) == (Direction.OUT, True, 0 * MINUTE)
    await wire.placetel.hang_up(call)
    assert (await wire.call()).talked(wire.now) == 3 * MINUTE - 20 * SECOND


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("missed", CallResult.NO_ANSWER),
        ("voicemail", CallResult.VOICEMAIL),
        ("blocked", CallResult.REJECTED),
        ("busy", CallResult.BUSY),
        ("unavailable", CallResult.FAILED),
        ("something new", CallResult.UNCLEAR),
    ],
)
async def test_every_other_end_is_no_talk(kind, result):
    wire = Wire()
    call = await wire.placetel.begin(outward=False, own=OURS, other=THEIRS)
    await wire.placetel.accept(call)
    wire.now += 2 * MINUTE
    await wire.placetel.hang_up(call, kind)
    told = await wire.call()
    assert (told.result, told.talked(wire.now)) == (result, 0 * MINUTE)


async def test_a_withheld_number_is_none():
    wire = Wire()
    await wire.placetel.begin(outward=False, own=OURS, other="")
    assert (await wire.call()).their_number is None


async def test_the_same_requests_again_are_the_same_call():
    wire = Wire()
    call = await wire.placetel.begin(outward=False, own=OURS, other=THEIRS)
    wire.now += 20 * SECOND
    await wire.placetel.hang_up(call)
    before = await wire.calls()
    wire.now += MINUTE
    await wire.placetel.again()
    assert await wire.calls() == before


async def test_an_end_of_which_the_beginning_was_lost_is_still_a_call():
    wire = Wire()
    call = await wire.placetel.begin(outward=True, own=OURS, other=THEIRS)
    late = Wire()
    late.now += MINUTE
    late.webhook.handle({}, b"", late.now)
    await wire.placetel.hang_up(call, "missed")
    body, headers = wire.placetel.said[-1]
    late.webhook.handle(headers, body, late.now)
    told = await late.call()
    assert (told.direction, told.result) == (Direction.OUT, CallResult.NO_ANSWER)


async def test_of_other_numbers_nothing_is_taken():
    wire = Wire()
    await wire.placetel.begin(outward=False, own="08999999999", other=THEIRS)
    assert not await wire.calls()
    assert wire.results[0].reply.status == 200


@pytest.mark.parametrize("secret", [None, "another"])
async def test_what_is_not_signed_is_refused(secret):
    wire = Wire(secret)
    await wire.placetel.begin(outward=False, own=OURS, other=THEIRS)
    assert wire.results[0].reply.status == 403
    assert not await wire.calls()


def test_it_proves_calls_and_covers_nothing():
    assert Wire().webhook.traits.presence_only
