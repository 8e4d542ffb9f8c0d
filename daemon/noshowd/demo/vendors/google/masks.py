"""Partial responses: the `fields` parameter leaves out of an answer whatever it does not name."""

from __future__ import annotations

from typing import Any

from noshowd.demo.vendors.google.refusals import invalid

#: Field name -> mask of what is inside; an empty mask means everything.
Mask = dict[str, "Mask"]


def parse(text: str) -> Mask:
    """`a,b(c,d/e)` as a tree. A 400 for anything else."""
    reader = _Reader(text)
    mask = reader.selection()
    if reader.rest():
        raise invalid(f"Invalid field selection {text}", location="fields")
    return mask


def apply(value: Any, mask: Mask) -> Any:
    """The value without what the mask does not name; lists are masked item by item."""
    if isinstance(value, list):
        return [apply(item, mask) for item in value]
    if not isinstance(value, dict) or not mask or "*" in mask:
        return value
    return {k: apply(v, mask[k]) for k, v in value.items() if k in mask}


class _Reader:
    """Recursive descent over the mask's text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def rest(self) -> str:
        return self._text[self._at :]

    def selection(self) -> Mask:
        mask: Mask = {}
        while True:
            name, inner = self._field()
            mask[name] = {**mask.get(name, {}), **inner}
            if not self._skip(","):
                return mask

    def _field(self) -> tuple[str, Mask]:
        name = self._name()
        if self._skip("/"):
            below, inner = self._field()
            return name, {below: inner}
        if self._skip("("):
            inner = self.selection()
            if not self._skip(")"):
                raise invalid(f"Invalid field selection {self._text}", location="fields")
            return name, inner
        return name, {}

    def _name(self) -> str:
        start = self._at
        while self._at < len(self._text) and (self._text[self._at].isalnum() or self._text[self._at] in "*_-"):
            self._at += 1
        if start == self._at:
            raise invalid(f"Invalid field selection {self._text}", location="fields")
        return self._text[start : self._at]

    def _skip(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += 1
        return True
