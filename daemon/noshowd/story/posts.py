"""Channels that do what the story says, and what arrived through them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent
from noshowd.story.scripted import Moods


class KilledError(BaseException):
    """The daemon is dead; nothing after this instruction ran."""


@dataclass(slots=True)
class Post:
    """Something that arrived."""

    channel: str
    parcel: Parcel
    at: datetime
    ref: str
    retracted: bool = False
    edits: int = 0


class ScriptedChannel:
    """Keeps what it is given; fails and kills as the story says."""

    timeout = 10.0

    def __init__(
        self,
        name: str,
        *,
        carries: frozenset[Carries],
        recovery: Recovery,
        edits: bool,
        clock: Clock,
        moods: Moods,
        posts: list[Post],
        blow: Callable[[str], None],
    ) -> None:
        self.name = name
        self.carries = carries
        self.recovery = recovery
        self.edits = edits
        self._clock = clock
        self._moods = moods
        self._posts = posts
        self._blow = blow

    async def send(self, parcel: Parcel) -> Receipt:
        self._blow("before_the_wire")
        self._moods.check(self.name)
        now = self._clock.now()
        post = Post(channel=self.name, parcel=parcel, at=now, ref=f"{self.name}-{len(self._posts)}")
        self._posts.append(post)
        self._blow("after_the_wire")
        return Receipt(channel=self.name, ref=post.ref, at=now)

    async def verify(self, parcel: Parcel) -> Receipt | None:
        self._moods.check(self.name)
        found = next((p for p in self._posts if p.channel == self.name and p.parcel.key == parcel.key), None)
        return None if found is None else Receipt(channel=self.name, ref=found.ref, at=found.at)

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:
        if not self.edits:
            raise Permanent("this channel cannot edit")
        post = self._post(receipt)
        post.parcel, post.edits = parcel, post.edits + 1
        return receipt

    async def retract(self, receipt: Receipt) -> None:
        self._moods.check(self.name)
        self._post(receipt).retracted = True

    def _post(self, receipt: Receipt) -> Post:
        return next(p for p in self._posts if p.ref == receipt.ref)
