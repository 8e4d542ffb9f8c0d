"""Which blocks the simulated Slack takes: the few noshowd may use, with the documented limits."""

from __future__ import annotations

from typing import Any

from noshowd.demo.vendors.slack.refusal import Refusal

_BLOCKS = {
    "section": {"type", "block_id", "text", "fields", "accessory"},
    "actions": {"type", "block_id", "elements"},
    "divider": {"type", "block_id"},
    "context": {"type", "block_id", "elements"},
    "header": {"type", "block_id", "text"},
}
_BUTTON = {"type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label"}


def check_blocks(blocks: Any) -> list[dict[str, Any]]:
    """The blocks as they came. Raises `Refusal("invalid_blocks")` naming the first thing wrong."""
    if blocks is None:
        return []
    want(isinstance(blocks, list), "blocks must be an array")
    want(len(blocks) <= 50, "no more than 50 items allowed [json-pointer:/blocks]")
    for at, block in enumerate(blocks):
        where = f"/blocks/{at}"
        kind = str(block.get("type")) if isinstance(block, dict) else ""
        want(kind in _BLOCKS, f"unsupported type: {kind} [json-pointer:{where}/type]")
        want(set(block) <= _BLOCKS[kind], f"invalid additional property [json-pointer:{where}]")
        _CHECKS[kind](block, where)
    return list(blocks)


def _section(block: dict[str, Any], where: str) -> None:
    want("text" in block or "fields" in block, f"must provide text or fields [json-pointer:{where}]")
    if "text" in block:
        check_text(block["text"], where, longest=3000)


def _header(block: dict[str, Any], where: str) -> None:
    check_text(block.get("text"), where, longest=150, kinds={"plain_text"})


def _context(block: dict[str, Any], where: str) -> None:
    elements = block.get("elements")
    want(isinstance(elements, list) and 1 <= len(elements) <= 10, f"1 to 10 elements [json-pointer:{where}]")
    for element in elements or []:
        check_text(element, where, longest=3000)


def _actions(block: dict[str, Any], where: str) -> None:
    elements = block.get("elements")
    want(isinstance(elements, list) and 1 <= len(elements) <= 25, f"1 to 25 elements [json-pointer:{where}]")
    for element in elements or []:
        _button(element, f"{where}/elements")
    ids = [element["action_id"] for element in elements or []]
    want(len(ids) == len(set(ids)), f"`action_id` should be unique [json-pointer:{where}]")


def _button(element: Any, where: str) -> None:
    want(isinstance(element, dict) and element.get("type") == "button", f"unsupported element [{where}]")
    want(set(element) <= _BUTTON, f"invalid additional property [json-pointer:{where}]")
    check_text(element.get("text"), where, longest=75, kinds={"plain_text"})
    want(1 <= len(element.get("action_id", "")) <= 255, f"action_id: 1 to 255 characters [{where}]")
    want(len(element.get("value", "")) <= 2000, f"value: at most 2000 characters [{where}]")
    want(element.get("style", "primary") in {"primary", "danger"}, f"style: primary or danger [{where}]")


def check_text(text: Any, where: str, *, longest: int, kinds: set[str] | None = None) -> None:
    """A text object. Raises as `check_blocks` does."""
    allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
    kind = str(text.get("type")) if isinstance(text, dict) else ""
    want(kind in (kinds or set(allowed)), f"unsupported text type: {kind} [json-pointer:{where}/text]")
    want(set(text) <= allowed[kind], f"invalid additional property [json-pointer:{where}/text]")
    want(1 <= len(text.get("text", "")) <= longest, f"must be 1 to {longest} characters [{where}/text]")


def want(fine: bool, message: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Raises `Refusal("invalid_blocks")` with this message unless it is fine."""
    if not fine:
        raise Refusal("invalid_blocks", errors=[message])


_CHECKS = {
    "section": _section,
    "actions": _actions,
    "divider": lambda _block, _where: None,
    "context": _context,
    "header": _header,
}
