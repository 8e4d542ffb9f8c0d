"""The methods of Slack's Web API that noshowd uses: arguments in, the body of the answer out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from noshowd.demo.vendors.slack.blocks import check_blocks
from noshowd.demo.vendors.slack.refusal import Refusal
from noshowd.demo.vendors.slack.workspace import Message, Workspace

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: the scope its token needs ("" for none) and what it does."""

    scope: str
    run: Callable[[Workspace, Arguments], dict[str, Any]]


def _auth_test(workspace: Workspace, _: Arguments) -> dict[str, Any]:
    return {"user_id": workspace.BOT, "team_id": workspace.TEAM, "team": "Simulated", "bot_id": "B0NOSHOWD"}


def _lookup_by_email(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    email = str(arguments.get("email", "")).casefold()
    for user in workspace.users.values():
        if user.email.casefold() == email and not user.deleted:
            return {"user": user.shown()}
    raise Refusal("users_not_found")


def _users_list(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    limit = int(arguments.get("limit") or 100)
    start = int(arguments.get("cursor") or 0)
    users = [user.shown() for user in workspace.users.values()]
    more = str(start + limit) if start + limit < len(users) else ""
    return {"members": users[start : start + limit], "response_metadata": {"next_cursor": more}}


def _open(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    users = str(arguments.get("users", "")).split(",")
    if len(users) != 1 or not users[0]:
        raise Refusal("users_list_not_supplied")
    return {"channel": {"id": workspace.dm(users[0])}}


def _post(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    if workspace.levers.refuse is not None:
        error, workspace.levers.refuse = workspace.levers.refuse, None
        raise Refusal(error)
    channel = _channel(workspace, arguments)
    text, blocks = _content(arguments)
    thread = arguments.get("thread_ts")
    if thread is not None and workspace.find(channel, str(thread)) is None:
        raise Refusal("thread_not_found")
    message = Message(
        channel=channel,
        ts=workspace.next_ts(),
        thread_ts=thread,
        broadcast=_yes(arguments.get("reply_broadcast")),
        text=text,
        blocks=blocks,
        metadata=_metadata(arguments.get("metadata")),
    )
    workspace.messages.append(message)
    return {"channel": channel, "ts": message.ts, "message": message.shown()}


def _update(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    if workspace.levers.refuse_update is not None:
        error, workspace.levers.refuse_update = workspace.levers.refuse_update, None
        raise Refusal(error)
    message = _message(workspace, arguments, "cant_update_message")
    message.text, message.blocks = _content(arguments)
    if "metadata" in arguments:
        message.metadata = _metadata(arguments["metadata"])
    message.edits += 1
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.shown()}


def _delete(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _message(workspace, arguments, "cant_delete_message")
    workspace.messages.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _history(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = _channel(workspace, arguments)
    oldest = float(arguments.get("oldest") or 0)
    shown = [m for m in reversed(workspace.messages) if m.thread_ts is None or m.broadcast]
    return _page([m for m in shown if m.channel == channel and float(m.ts) > oldest], arguments)


def _replies(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    """The message itself first, then what answers it, oldest first."""
    channel = _channel(workspace, arguments)
    ts, oldest = str(arguments.get("ts", "")), float(arguments.get("oldest") or 0)
    if workspace.find(channel, ts) is None:
        raise Refusal("thread_not_found")
    found = [m for m in workspace.messages if m.channel == channel and ts in (m.ts, m.thread_ts)]
    return _page([m for m in found if m.ts == ts or float(m.ts) > oldest], arguments)


def _page(found: list[Message], arguments: Arguments) -> dict[str, Any]:
    limit = int(arguments.get("limit") or 100)
    start = int(arguments.get("cursor") or 0)
    with_metadata = _yes(arguments.get("include_all_metadata"))
    more = start + limit < len(found)
    return {
        "messages": [m.shown(with_metadata=with_metadata) for m in found[start : start + limit]],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def _open_view(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    view = arguments.get("view")
    view = json.loads(view) if isinstance(view, str) else view
    return workspace.modals.open(arguments.get("trigger_id"), view, workspace.now())


def _yes(flag: Any) -> bool:
    return str(flag) in {"1", "true", "True"}


def _channel(workspace: Workspace, arguments: Arguments) -> str:
    channel = str(arguments.get("channel", ""))
    if channel in workspace.users:
        return workspace.dm(channel)
    if channel not in workspace.dms.values():
        raise Refusal("channel_not_found")
    return channel


def _message(workspace: Workspace, arguments: Arguments, foreign: str) -> Message:
    ts = arguments.get("ts")
    if not isinstance(ts, str):
        raise Refusal("invalid_arguments" if ts is not None else foreign)
    message = workspace.find(_channel(workspace, arguments), ts)
    if message is None:
        raise Refusal("message_not_found")
    return message


def _content(arguments: Arguments) -> tuple[str, list[dict[str, Any]]]:
    text = arguments.get("text") or ""
    blocks = check_blocks(arguments.get("blocks"))
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > 40_000:
        raise Refusal("msg_too_long")
    return text, blocks


def _metadata(metadata: Any) -> dict[str, Any] | None:
    if metadata is None:
        return None
    fine = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not fine or not isinstance(metadata["event_payload"], dict):
        raise Refusal("invalid_metadata_format")
    return dict(metadata)


METHODS: dict[str, Method] = {
    "auth.test": Method(scope="", run=_auth_test),
    "users.lookupByEmail": Method(scope="users:read.email", run=_lookup_by_email),
    "users.list": Method(scope="users:read", run=_users_list),
    "conversations.open": Method(scope="im:write", run=_open),
    "conversations.history": Method(scope="im:history", run=_history),
    "conversations.replies": Method(scope="im:history", run=_replies),
    "chat.postMessage": Method(scope="chat:write", run=_post),
    "chat.update": Method(scope="chat:write", run=_update),
    "chat.delete": Method(scope="chat:write", run=_delete),
    "views.open": Method(scope="", run=_open_view),
}
