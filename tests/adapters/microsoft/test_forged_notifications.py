"""Whom live evidence believes: Microsoft, for our application in our tenant, sealed for us, and nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.microsoft.live_world import SECRET, LiveWorld
from adapters.microsoft.tenant import CLIENT
from contract.presence_suite import MINUTE, OPENING, START
from noshowd.adapters.microsoft.sealing import Seals


@pytest.fixture
def world(live_world: LiveWorld) -> LiveWorld:
    return live_world


async def host_alone(world: LiveWorld) -> None:
    await world.pass_to(START)
    await world.join("host")
    await world.pass_to(START + 6 * MINUTE)


async def test_the_handshake_answers_the_token_and_nothing_else(world: LiveWorld) -> None:
    result = world.live.handle({":path": "/webhooks/teams?validationToken=a%20b%3C%2Fscript%3E"}, b"", START)
    reply = result.reply
    assert not result.tells, "anybody may ask that, and it is no word of a meeting"
    assert (reply.status, reply.body, reply.content_type) == (200, b"a b</script>", "text/plain; charset=utf-8")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value": 1}', b"\xff", b'{"value": ["x", 1, null]}'])
async def test_what_a_stranger_posts_has_no_effect(world: LiveWorld, body: bytes) -> None:
    result = world.live.handle({}, body, START)
    assert result.reply.status in (202, 400)
    assert result.reply.status != 202 or not result.tells, "nor does it keep up the belief that Microsoft posts"
    await host_alone(world)
    assert len((await world.look(OPENING)).sightings) == 1


def test_what_carries_our_secret_tells_that_microsoft_posts(world: LiveWorld) -> None:
    body = json.dumps({"value": [{"clientState": SECRET, "subscriptionId": "s"}]}).encode()
    assert world.live.handle({}, body, START).tells


def forged(world: LiveWorld) -> dict[str, tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Every way to make us believe that the guest left: items, and changes of the request."""
    told, now = world.told, world.tenant.clock.now()
    one = world.subscribed
    who = {"user": {"id": "x", "displayName": "Gerd Gast"}}
    content = {
        "eventType": "rosterUpdated",
        "eventDateTime": now.isoformat(),
        "participants@delta": [{"id": "p", "info": {"identity": who}, "isInLobby": False}],
    }
    item = told.item(one, content)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    sealed = item["encryptedContent"]
    foreign = Seals(world.folder / "foreign.json").current(now)

    def token(**changes: Any) -> dict[str, Any]:
        return {"validationTokens": [told.sender.vouch(CLIENT, now, **changes)]}

    return {
        "no secret": ([told.item(one, content, clientState=None)], {}),
        "a wrong secret": ([told.item(one, content, clientState=SECRET[:-1] + "x")], {}),
        "no token": ([item], {"validationTokens": []}),
        "no list of tokens": ([item], {"validationTokens": None}),
        "nonsense as token": ([item], {"validationTokens": ["a.b.c", "x"]}),
        "a forger's key": ([item], token(key=other)),
        "another audience": ([item], token(aud="another app")),
        "another sender": ([item], token(azp="00000000-0000-0000-0000-000000000000")),
        "another tenant's token": ([item], token(tid="other", iss="https://login.microsoftonline.com/other/v2.0")),
        "another issuer": ([item], token(iss="https://evil.example/v2.0")),
        "an old token": ([item], token(exp=int((now - timedelta(hours=1)).timestamp()))),
        "another tenant": ([told.item(one, content, tenantId="other")], {}),
        "another subscription": ([told.item(one, content, subscriptionId="other")], {}),
        "sealed for another": (
            [told.item(one, content) | {"encryptedContent": told.sender.seal(content, foreign.as_sent, foreign.name)}],
            {},
        ),
        "sealed for another, our name": (
            [
                told.item(one, content)
                | {"encryptedContent": told.sender.seal(content, foreign.as_sent, sealed["encryptionCertificateId"])}
            ],
            {},
        ),
        "changed on the way": ([item | {"encryptedContent": sealed | {"data": sealed["data"][:-8] + "AAAAAAA="}}], {}),
        "another signature": ([item | {"encryptedContent": sealed | {"dataSignature": "AAAA"}}], {}),
    }


async def test_every_forged_notification_is_refused(world: LiveWorld) -> None:
    await host_alone(world)
    before = await world.look(OPENING)
    for number, (forgery, (items, changes)) in enumerate(forged(world).items(), 1):
        assert world.told.post(world.subscribed, items, **changes) == 202, forgery
        assert await world.look(OPENING) == before, forgery
        assert world.live.refused.total() == number, forgery


async def test_what_is_not_sealed_is_not_believed_and_is_a_hole(world: LiveWorld) -> None:
    """As Microsoft does with what is too large to be sent along."""
    await host_alone(world)
    before = await world.look(OPENING)
    assert before.coverages
    item = world.told.item(world.subscribed, None, encryptedContent=None, resourceData={"eventType": "callEnded"})
    world.told.post(world.subscribed, [item])
    after = await world.look(OPENING)
    assert (after.sightings, after.coverages) == (before.sightings, ())
