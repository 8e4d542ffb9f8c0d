"""A parcel as Slack's blocks, and a pressed button as an answer. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from noshowd.ports.answers import Answer
from noshowd.ports.channel import Choice, Edit, Parcel

EVENT_TYPE = "noshowd_parcel"
#: Slack takes 3,000 characters a section and 50 blocks; a word to a person is never that long.
SECTION_LIMIT = 3_000
TEXT_LIMIT = 12_000
LABEL_LIMIT = 75
ACTIONS_LIMIT = 25
PASSAGES_LIMIT = 8
#: Longest text in a field of a form (`plain_text_input`).
FIELD_LIMIT = 3_000
#: How the ids of our buttons begin: of those that answer, and of those that open a text to be changed.
ANSWERS, OPENS = "noshowd:", "noshowd-edit:"
#: Up to the last character that is not the punctuation of a sentence.
_ADDRESS = re.compile(r"((?:https?://|tel:|mailto:)[^\s<>|]{0,1500}[^\s<>|.,;:!?)\]'\"])")


def escape(text: str) -> str:
    """The three characters that Slack interprets; nothing can become a mention or a link after that."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(parcel: Parcel) -> dict[str, Any]:
    """`text`, `blocks` and `metadata` as `chat.postMessage` and `chat.update` take them.

    `text` is what a notification on a shared screen shows: the discreet line.
    """
    return {
        "text": escape(_one_line(parcel.preview or parcel.subject)),
        "blocks": _blocks(parcel),
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"outbox_id": parcel.key}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(parcel: Parcel) -> list[dict[str, Any]]:
    text = parcel.text if len(parcel.text) <= TEXT_LIMIT else parcel.text[: TEXT_LIMIT - 1] + "…"
    if parcel.link:
        text = f"{text}\n{parcel.link}"
    blocks: list[dict[str, Any]] = [_section(piece) for piece in _pieces(_with_links(text))]
    if parcel.thread is None:
        blocks += _actions(parcel.choices, 0)
        for at, passage in enumerate(parcel.more[:PASSAGES_LIMIT], 1):
            blocks.append({"type": "divider"})
            blocks += [_section(piece) for piece in _pieces(_with_links(passage.text[:SECTION_LIMIT]))]
            blocks += _actions(passage.choices, at * ACTIONS_LIMIT)
    return blocks


def _actions(choices: tuple[Choice, ...], first: int) -> list[dict[str, Any]]:
    """A row of buttons; each of a message has a number of its own."""
    numbered = list(enumerate(choices[:ACTIONS_LIMIT], first))
    buttons = [_button(at, choice) for at, choice in numbered]
    buttons += [_opening(at, one, one.edit) for at, one in numbered if one.edit is not None and fits(one.edit.text)]
    return [{"type": "actions", "elements": buttons[:ACTIONS_LIMIT]}] if buttons else []


def _opening(at: int, choice: Choice, edit: Edit) -> dict[str, Any]:
    """The button that opens the text: it bears the value of the choice, and another sign."""
    return _button(at, Choice(label=edit.label, value=choice.value)) | {"action_id": f"{OPENS}{at}"}


def fits(text: str) -> bool:
    """Whether a field of a form holds the text; counted as JavaScript does, and never less than Slack does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= FIELD_LIMIT


def _section(text: str) -> dict[str, Any]:
    # verbatim: Slack must not find channels or people in the words by itself.
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _button(at: int, choice: Choice) -> dict[str, Any]:
    label = _one_line(choice.label)
    button: dict[str, Any] = {
        "type": "button",
        "action_id": f"{ANSWERS}{at}",
        "text": {
            "type": "plain_text",
            "text": label[: LABEL_LIMIT - 1] + "…" if len(label) > LABEL_LIMIT else label,
        },
        "value": choice.value,
    }
    return button | {"style": choice.style} if choice.style in {"primary", "danger"} else button


def _with_links(text: str) -> str:
    """Escaped, with addresses as links: `verbatim` leaves them dead otherwise."""
    parts = _ADDRESS.split(text)
    return "".join(_link(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _link(address: str) -> str:
    """Of a prepared mail only to whom it goes is read: the rest of its address is a whole letter."""
    to, letter, _ = address.partition("?")
    label = f"|{escape(to.removeprefix('mailto:'))}" if letter and to.startswith("mailto:") else ""
    return f"<{escape(address)}{label}>"


def _pieces(text: str) -> list[str]:
    """The text in pieces that fit a section, cut between lines where possible; never empty."""
    pieces = []
    rest = text.strip() or "…"
    while len(rest) > SECTION_LIMIT:
        at = _cut(rest)
        pieces.append(rest[:at])
        rest = rest[at:].lstrip("\n")
    return [*pieces, rest] if rest else pieces


def _cut(text: str) -> int:
    """Where to cut: after the last line or word of the second half, else before an escape that would be torn."""
    for boundary in ("\n", " "):
        at = text.rfind(boundary, SECTION_LIMIT // 2, SECTION_LIMIT)
        if at > 0:
            return at
    ampersand = text.rfind("&", SECTION_LIMIT - 5, SECTION_LIMIT)
    return ampersand if ampersand > 0 else SECTION_LIMIT


def _one_line(text: str) -> str:
    return " ".join(text.split())


def instant(ts: str) -> datetime:
    """Slack's own stamp of a message or an action."""
    return datetime.fromtimestamp(float(ts), UTC)


def answer(payload: dict[str, Any], channel: str, sign: str = ANSWERS) -> Answer | None:
    """The answer in a `block_actions` payload, or None when it is not a button of ours with this sign.

    Raises what Python raises (`LookupError`, `TypeError`, ...) when Slack's own fields are missing.
    """
    if payload.get("type") != "block_actions":
        return None
    action = payload["actions"][0]
    if not action["action_id"].startswith(sign):
        return None
    who, pressed = payload["user"]["id"], action["action_ts"]
    container = payload["container"]
    # Nobody but the person written to can press in a direct message of the bot.
    direct = container["channel_id"].startswith("D")
    return Answer(
        answer_id=f"{who}:{container['message_ts']}:{action['action_id']}:{pressed}",
        channel=channel,
        by=None if direct else who,
        value=action["value"],
        at=instant(pressed),
    )
