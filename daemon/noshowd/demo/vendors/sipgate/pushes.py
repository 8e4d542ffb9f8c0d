"""The webhook of the simulated sipgate: signed form posts, and follow-ups only where the answer asked for them."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from functools import cache
from urllib.parse import urlencode

import httpx2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from noshowd.demo.vendors.sipgate.exchange import Call, Exchange, Fate, Way


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key() -> str:
    """The key that sipgate publishes, PEM."""
    public = _key().public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def sign(body: bytes) -> str:
    return base64.b64encode(_key().sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


class Pushes:
    """Moves calls of the exchange and tells `address` of each step, as sipgate.io would."""

    def __init__(self, exchange: Exchange, address: str, http: httpx2.AsyncClient) -> None:
        self.exchange = exchange
        self._address = address
        self._http = http

    async def ring(self, way: Way, line: str, number: str | None) -> Call:
        call = self.exchange.ring(way, line, number)
        answer = await self._post(self._address, "newCall", call, **{"user[]": "Anna"})
        if answer.headers.get("content-type", "").startswith("application/xml"):
            call.follow_ups = dict(ET.fromstring(answer.content).attrib)  # noqa: S314 - our own daemon's answer
        return call

    async def answer(self, call: Call, *, voicemail: bool = False) -> None:
        self.exchange.answer(call, voicemail=voicemail)
        user = "voicemail" if voicemail else "Anna"
        await self._follow_up("onAnswer", "answer", call, user=user, answeringNumber=_bare(call.line))

    async def hang_up(self, call: Call, fate: Fate | None = None) -> None:
        self.exchange.hang_up(call, fate)
        assert call.fate is not None
        await self._follow_up("onHangup", "hangup", call, cause=call.fate.value, answeringNumber=_bare(call.line))

    async def _follow_up(self, asked: str, event: str, call: Call, **more: str) -> None:
        address = call.follow_ups.get(asked)
        if address:
            await self._post(address, event, call, **more)

    async def _post(self, address: str, event: str, call: Call, **more: str) -> httpx2.Response:
        ours, theirs = _bare(call.line), "anonymous" if call.number is None else _bare(call.number)
        form = {
            "event": event,
            "from": theirs if call.way is Way.IN else ours,
            "to": ours if call.way is Way.IN else theirs,
            "direction": call.way.value,
            "callId": call.key,
            "origCallId": call.key,
            "xcid": f"x{call.key}",
            **more,
        }
        body = urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Sipgate-Signature": sign(body)}
        return await self._http.post(address, content=body, headers=headers)


def _bare(number: str) -> str:
    """Digits without the plus, as the webhook writes them."""
    return number.lstrip("+")
