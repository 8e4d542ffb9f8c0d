"""Whatever is sent to the pages, signed or not: an answer below 500, and nothing from strangers comes in."""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest

from web.test_webhooks import PATH, Door, new_call

PER_ROUND = 500
BITS = [b"%00", b"&", b"=", b"%", b"event=", b"\xff\xfe", b"[]", b"%F0%9F%98%80", b"9" * 400, b"\r\n", b"{", b"+"]
WORDS = ["event", "direction", "from", "to", "user", "callId", "origCallId", "cause", "answeringNumber", "fullUserId[]"]
EVENTS = ["newCall", "answer", "hangup", "hold", "dtmf", "", "newcall"]
PATHS = ["/a/", "/o/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/x/", "/", "/calendar/"]


def mutated(rng: random.Random) -> bytes:
    """A body that once was right."""
    body = bytearray(new_call())
    if rng.random() < 0.5:
        fields = rng.sample(WORDS, rng.randint(0, len(WORDS)))
        values = [*EVENTS, "anonymous", "+49 89", "0", "-1", "1e9", "ä", "49891234567"]
        body = bytearray("&".join(f"{field}={rng.choice(values)}" for field in fields).encode())
        body = bytearray(f"event={rng.choice(EVENTS)}&".encode()) + body
    for _ in range(rng.randint(0, 6)):
        at = rng.randint(0, len(body))
        match rng.randrange(4):
            case 0:
                body[at:at] = rng.choice(BITS)
            case 1:
                del body[at : at + rng.randint(1, 20)]
            case 2:
                body[at:at] = body[: rng.randint(0, len(body))][:2000]
            case _:
                body[at:at] = rng.randbytes(rng.randint(1, 40))
    return bytes(body)


def pelt(door: Door, rng: random.Random, times: int) -> None:
    for _ in range(times):
        body = mutated(rng)
        known = len(door.calls)
        if rng.random() < 0.5:
            answer = door.post(body)
        else:
            signature = rng.choice([b"", b"x", b"AAAA", b"=" * 300, b"\xff"])
            answer = door.http.post(PATH, content=body, headers={b"X-Sipgate-Signature": signature})
            assert len(door.calls) == known, "it was not signed"
        assert answer.status_code < 500, body
        assert "Traceback" not in answer.text
        if rng.random() < 0.1:
            path = rng.choice(PATHS) + "".join(rng.choices("abc./%-_~0é", k=rng.randint(0, 30)))
            address = f"http://testserver{quote(path, safe='/%')}"
            other = door.http.request(rng.choice(["GET", "POST", "HEAD", "PUT"]), address, content=body)
            assert other.status_code < 500, (path, body)


def test_some_bodies() -> None:
    pelt(Door(), random.Random(20261122), 300)


@pytest.mark.soak
def test_a_hundred_thousand_bodies(soak_rounds: int, soak_seed: int) -> None:
    rng, door = random.Random(soak_seed), Door()
    print(f"{PER_ROUND * soak_rounds} bodies to {PATH}, seed {soak_seed}")
    pelt(door, rng, PER_ROUND * soak_rounds)
