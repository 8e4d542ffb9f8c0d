"""What the simulated Placetel posts: the parameters of its description and no others, numbers in national form."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

#: Posts body and headers to us.
Post = Callable[[bytes, Mapping[str, str]], Awaitable[object]]


@dataclass(slots=True, kw_only=True)
class NotifiedCall:
    """One call with its id (hex SHA-256); an empty number is withheld."""

    call_id: str
    outward: bool
    own: str
    other: str
    answered: bool = False


class Notifier:
    """Tells of calls over the numbers that are switched on."""

    def __init__(self, post: Post, secret: str | None) -> None:
        self._post = post
        self._secret = secret
        self._numbers = itertools.count(1)
        #: Everything that was posted, to say it again.
        self.said: list[tuple[bytes, dict[str, str]]] = []

    async def begin(self, *, outward: bool, own: str, other: str) -> NotifiedCall:
        call_id = hashlib.sha256(f"call {next(self._numbers)}".encode()).hexdigest()
        call = NotifiedCall(call_id=call_id, outward=outward, own=own, other=other)
        await self._say("OutgoingCall" if outward else "IncomingCall", call)
        return call

    async def accept(self, call: NotifiedCall) -> None:
        """Somebody picks up; told only of calls to us."""
        call.answered = True
        if not call.outward:
            await self._say("CallAccepted", call, peer="7777abcdefg@fpbx.de")

    async def hang_up(self, call: NotifiedCall, kind: str | None = None) -> None:
        await self._say("HungUp", call, type=kind or ("accepted" if call.answered else "missed"))

    async def again(self) -> None:
        """The same requests once more."""
        for body, headers in list(self.said):
            await self._post(body, headers)

    async def _say(self, event: str, call: NotifiedCall, **more: str) -> None:
        other = call.other or "anonymous"
        ends = {"from": call.own, "to": other} if call.outward else {"from": other, "to": call.own}
        body = urlencode({"event": event, **ends, "call_id": call.call_id, **more}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if self._secret is not None:
            headers["x-placetel-signature"] = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        self.said.append((body, headers))
        await self._post(body, headers)
