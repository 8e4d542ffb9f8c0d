"""What the simulated workspace holds, and the levers that make it misbehave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noshowd.demo.vendors.slack.refusal import Refusal
from noshowd.demo.vendors.slack.views import Modals

BOT_SCOPES = frozenset({"chat:write", "im:write", "im:history", "users:read", "users:read.email"})


@dataclass(slots=True, kw_only=True)
class User:
    """A member; `name` is the handle."""

    id: str
    name: str
    email: str
    deleted: bool = False

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "deleted": self.deleted,
            "is_bot": False,
            "profile": {"email": self.email},
        }


@dataclass(slots=True, kw_only=True)
class Message:
    """A message of the bot as it stands now; `edits` counts `chat.update`."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None = None
    edits: int = 0
    #: Of the message whose thread it belongs to; None for one of its own.
    thread_ts: str | None = None
    #: Of a reply: shown in the conversation too.
    broadcast: bool = False

    def shown(self, *, with_metadata: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "type": "message",
            "user": Workspace.BOT,
            "bot_id": "B0NOSHOWD",
            "ts": self.ts,
            "text": self.text,
            "blocks": self.blocks,
        }
        if self.thread_ts is not None:
            shown |= {"thread_ts": self.thread_ts} | ({"subtype": "thread_broadcast"} if self.broadcast else {})
        if with_metadata and self.metadata is not None:
            shown["metadata"] = self.metadata
        return shown


@dataclass(slots=True, kw_only=True)
class Levers:
    """One-shot failures of `chat.postMessage` and `chat.update`; tokens are in the workspace itself."""

    throttle: int | None = None
    lose_answer: bool = False
    refuse: str | None = None
    refuse_update: str | None = None


@dataclass(slots=True, kw_only=True)
class Workspace:
    """Users, direct messages and tokens of one workspace. `now` stamps whatever happens."""

    BOT = "U0NOSHOWD"
    TEAM = "T0NOSHOWD"

    now: Callable[[], datetime]
    bot_token: str = "xoxb-simulated-bot"
    app_token: str = "xapp-simulated-app"
    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    revoked: bool = False
    users: dict[str, User] = field(default_factory=dict)
    #: Conversation id of each direct message, by user id.
    dms: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    #: What only one person saw: (user id, text).
    ephemeral: list[tuple[str, str]] = field(default_factory=list)
    modals: Modals = field(default_factory=Modals)
    levers: Levers = field(default_factory=Levers)
    #: Name of every API method called, in order.
    calls: list[str] = field(default_factory=list)
    _last_micros: int = 0

    def add_user(self, name: str, email: str) -> User:
        user = User(id=f"U{len(self.users) + 1:07d}", name=name, email=email)
        self.users[user.id] = user
        return user

    def user(self, user_id: str) -> User:
        user = self.users.get(user_id)
        if user is None or user.deleted:
            raise Refusal("user_not_found")
        return user

    def dm(self, user_id: str) -> str:
        """The direct message with this user, opened if need be."""
        self.user(user_id)
        return self.dms.setdefault(user_id, f"D{len(self.dms) + 1:07d}")

    def next_ts(self) -> str:
        """The present instant as Slack writes it; never the same twice."""
        self._last_micros = max(self._last_micros + 1, round(self.now().timestamp() * 1_000_000))
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def find(self, channel: str, ts: str) -> Message | None:
        return next((m for m in self.messages if (m.channel, m.ts) == (channel, ts)), None)

    def messages_to(self, user_id: str) -> list[Message]:
        channel = self.dms.get(user_id)
        return [message for message in self.messages if message.channel == channel]
