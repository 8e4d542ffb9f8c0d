"""Modals of the simulated Slack: which it opens and for how long, and what a person sends off in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from noshowd.demo.vendors.slack.blocks import check_text, want
from noshowd.demo.vendors.slack.refusal import Refusal

#: A press opens something for so long, and once.
TRIGGER_LIVES = timedelta(seconds=3)
_VIEW = {
    "type",
    "title",
    "blocks",
    "submit",
    "close",
    "private_metadata",
    "callback_id",
    "external_id",
    "clear_on_close",
    "notify_on_close",
}
_INPUT = {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"}
_FIELD = {
    "type",
    "action_id",
    "initial_value",
    "multiline",
    "min_length",
    "max_length",
    "placeholder",
    "focus_on_load",
    "dispatch_action_config",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """What one user has before them."""

    id: str
    user_id: str
    view: dict[str, Any]

    @property
    def field(self) -> dict[str, Any]:
        """Its one field."""
        return dict(self.view["blocks"][0]["element"])

    def filled(self, text: str) -> dict[str, Any]:
        """The view as a `view_submission` has it. Raises `ValueError` for a text that Slack itself does not send."""
        longest = self.field.get("max_length", 3000)
        if not 1 <= len(text) <= longest:
            raise ValueError(f"Slack says under the field: 1 to {longest} characters")
        [block] = self.view["blocks"]
        entered = {"type": "plain_text_input", "value": text}
        return self.view | {
            "id": self.id,
            "hash": f"1.{self.id}",
            "state": {"values": {block["block_id"]: {block["element"]["action_id"]: entered}}},
        }


class Modals:
    """The triggers given out, and what was opened with them."""

    def __init__(self) -> None:
        self._triggers: dict[str, tuple[str, datetime]] = {}
        self._exchanged: set[str] = set()
        #: Everything ever opened, in order.
        self.opened: list[Modal] = []

    def trigger(self, user_id: str, now: datetime) -> str:
        """As a payload has it for a press by this user."""
        trigger = f"132456.7890123.{uuid4().hex}"
        self._triggers[trigger] = (user_id, now)
        return trigger

    def open(self, trigger: Any, view: Any, now: datetime) -> dict[str, Any]:
        """`views.open`. Raises `Refusal` in the words of its documentation."""
        if trigger not in self._triggers:
            raise Refusal("invalid_trigger_id")
        if trigger in self._exchanged:
            raise Refusal("exchanged_trigger_id")
        user_id, given_at = self._triggers[trigger]
        if now - given_at > TRIGGER_LIVES:
            raise Refusal("expired_trigger_id")
        modal = Modal(id=f"V{len(self.opened) + 1:07d}", user_id=user_id, view=_checked(view))
        self._exchanged.add(trigger)
        self.opened.append(modal)
        return {"view": modal.view | {"id": modal.id, "state": {"values": {}}}}


def _checked(view: Any) -> dict[str, Any]:
    """A modal of inputs with one line or text each, the only one that noshowd opens."""
    want(isinstance(view, dict) and view.get("type") == "modal", "unsupported type [json-pointer:/view/type]")
    want(set(view) <= _VIEW, "invalid additional property [json-pointer:/view]")
    check_text(view.get("title"), "/view/title", longest=24, kinds={"plain_text"})
    check_text(view.get("submit"), "/view/submit", longest=24, kinds={"plain_text"})
    if "close" in view:
        check_text(view["close"], "/view/close", longest=24, kinds={"plain_text"})
    want(len(view.get("private_metadata", "")) <= 3000, "at most 3000 characters [json-pointer:/view/private_metadata]")
    want(len(view.get("callback_id", "")) <= 255, "at most 255 characters [json-pointer:/view/callback_id]")
    blocks = view.get("blocks")
    want(isinstance(blocks, list) and 1 <= len(blocks) <= 100, "1 to 100 blocks [json-pointer:/view/blocks]")
    for at, block in enumerate(blocks):
        _check_input(block, f"/view/blocks/{at}")
    return dict(view)


def _check_input(block: Any, where: str) -> None:
    want(isinstance(block, dict) and block.get("type") == "input", f"unsupported type [json-pointer:{where}/type]")
    want(set(block) <= _INPUT, f"invalid additional property [json-pointer:{where}]")
    check_text(block.get("label"), f"{where}/label", longest=2000, kinds={"plain_text"})
    field = block.get("element")
    want(isinstance(field, dict) and field.get("type") == "plain_text_input", f"unsupported element [{where}]")
    want(set(field) <= _FIELD, f"invalid additional property [json-pointer:{where}/element]")
    longest = field.get("max_length", 3000)
    want(isinstance(longest, int) and 1 <= longest <= 3000, f"max_length: 1 to 3000 [{where}/element]")
    want(len(field.get("initial_value", "")) <= longest, f"initial_value is longer than max_length [{where}/element]")
