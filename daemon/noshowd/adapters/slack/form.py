"""A text to be changed before it is approved: Slack's modal with one field, and what comes back from it. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum, auto
from hashlib import sha256
from typing import Any

from noshowd.adapters.slack.wire import ANSWERS, FIELD_LIMIT, OPENS, answer
from noshowd.ports.answers import Answer, Draft

#: Names of our form, and of its one block and field.
FORM, FIELD = "noshowd-edit", "text"
#: Slack takes 24 characters for a title or a button of a modal, and 2,000 above a field.
TITLE_LIMIT, ABOUT_LIMIT = 24, 2_000


class Sort(Enum):
    """What somebody did in Slack."""

    #: Pressed a button that answers.
    PRESSED = auto()
    #: Pressed the one that opens a text; the answer is what sending that text unchanged would be.
    OPENS = auto()
    #: Sent off the changed text, "" for one without any words.
    SENT = auto()


def read(payload: dict[str, Any], channel: str, now: datetime) -> tuple[Sort, Answer] | None:
    """What an interactive payload brings, or None when it is not of ours.

    Raises what Python raises (`LookupError`, `TypeError`, ...) when fields are missing.
    """
    if payload.get("type") == "view_submission":
        sent = _sent(payload, channel, now)
        return (Sort.SENT, sent) if sent is not None else None
    for sort, sign in ((Sort.PRESSED, ANSWERS), (Sort.OPENS, OPENS)):
        found = answer(payload, channel, sign)
        if found is not None:
            return sort, found
    return None


def view(draft: Draft, asking: Answer) -> dict[str, Any]:
    """The modal as `views.open` takes it. It remembers by itself what is answered with it."""
    kept = {"value": asking.value, "direct": asking.by is None}
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps(kept),
        "title": _plain(draft.title, TITLE_LIMIT),
        "submit": _plain(draft.send, TITLE_LIMIT),
        "blocks": [
            {
                "type": "input",
                "block_id": FIELD,
                "label": _plain(draft.about, ABOUT_LIMIT),
                "element": {
                    "type": "plain_text_input",
                    "action_id": FIELD,
                    "multiline": True,
                    "initial_value": draft.text,
                    "max_length": FIELD_LIMIT,
                },
            }
        ],
    }


def objection(said: str) -> dict[str, Any]:
    """What an acknowledgement carries so that the form stays open and says this under the text."""
    return {"payload": {"response_action": "errors", "errors": {FIELD: said}}}


def _sent(payload: dict[str, Any], channel: str, now: datetime) -> Answer | None:
    shown, who = payload["view"], payload["user"]["id"]
    if shown["callback_id"] != FORM:
        return None
    kept = json.loads(shown["private_metadata"])
    text = (shown["state"]["values"][FIELD][FIELD]["value"] or "").replace("\r\n", "\n").strip()
    # The same text once more is the same answer; another text, from a form whose first answer got lost, is not.
    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Answer(
        answer_id=f"{who}:{shown['id']}:{mark}",
        channel=channel,
        by=None if kept["direct"] else who,
        value=kept["value"],
        at=now,
        text=text,
    )


def _plain(text: str, longest: int) -> dict[str, Any]:
    line = " ".join(text.split())
    return {"type": "plain_text", "text": line[: longest - 1] + "…" if len(line) > longest else line}
