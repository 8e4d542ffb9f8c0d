"""The tables and words of a story as Markdown, made from the models. `docs/stories.md` contains what this returns."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from noshowd.config.shape import Model, fields_of, tables
from noshowd.config.values import duration_text
from noshowd.story.format import Story
from noshowd.story.moment import Moment

_MOMENT = Moment.__metadata__[0]  # type: ignore[attr-defined]  # an Annotated keeps what it was annotated with
_PLAIN: dict[type, str] = {str: "text", bool: "true or false", int: "number", dt.date: "day", dt.timedelta: "duration"}


def reference() -> str:
    """One section for each table that only stories have, then every word that a key may have as its value."""
    own = {model: name for model, name in tables(Story).items() if model.__module__.startswith("noshowd.story.")}
    words: dict[str, type[Enum]] = {}
    sections = [_table(model, name, words) for model, name in own.items()]
    lists = [f"- *{name}*: {', '.join(f'`{one.value}`' for one in words[name])}" for name in sorted(words)]
    return "\n\n".join([*sections, "### Words", "\n".join(lists)])


def _table(model: Model, name: str, words: dict[str, type[Enum]]) -> str:
    rows = [
        f"| `{key}` | {_kind(field, words)} | {_default(field)} | {_cell(field.description or '')} |"
        for key, field in fields_of(model).items()
    ]
    title = f"### `{name}`" if name else "### A story as a whole"
    return "\n".join(
        [title, "", model.__doc__ or "", "", "| key | value | if left out | meaning |", "|---|---|---|---|", *rows]
    )


def _kind(field: FieldInfo, words: dict[str, type[Enum]]) -> str:
    return "moment" if _MOMENT in field.metadata else _named(field.annotation, words)


def _named(annotation: Any, words: dict[str, type[Enum]]) -> str:
    """What may stand as a value, in a word or two. Enums are collected in `words`."""
    inner = [one for one in get_args(annotation) if one not in (type(None), Ellipsis)]
    origin = get_origin(annotation)
    if origin is Annotated:
        return "moment" if _MOMENT in inner else _named(inner[0], words)
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in inner)
    if origin is tuple:
        return f"list of {_named(inner[0], words)}"
    if origin is dict:
        return f"table of {_named(inner[0], words)} = {_named(inner[1], words)}"
    if inner:
        return " or ".join(dict.fromkeys(_named(one, words) for one in inner))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        words[annotation.__name__] = annotation
        return f"*{annotation.__name__}*"
    return _PLAIN.get(annotation, "table")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, dt.timedelta):
        return duration_text(value)
    return _cell(str(value)) if isinstance(value, str | dt.date) and str(value) else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
