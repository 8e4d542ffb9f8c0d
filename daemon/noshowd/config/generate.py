"""Writes config/noshowd.example.toml and config/noshowd.schema.json from the models.

`python -m noshowd.config.generate [FOLDER]`; a test keeps the files in the repository fresh.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from noshowd.config.model import Config
from noshowd.config.policies import LadderStep, ladder_key
from noshowd.config.secrets import SecretRef
from noshowd.config.shape import Model, fields_of, kind_of, models_in
from noshowd.config.toml_text import toml_key, toml_value
from noshowd.domain.followup import TO_GUESTS
from noshowd.domain.policy import DEFAULT_LADDERS, Step

SCHEMA = "noshowd.schema.json"
EXAMPLE = "noshowd.example.toml"
_WIDTH = 100
_HEAD = f"""\
#:schema ./{SCHEMA}
#
# The configuration of noshowd, with every key it knows.
# Lines that begin with "#" and a key show what holds without them, or an example where nothing does.
# Check it with: noshowd check-config
#
# Secrets never stand here, only the place where they lie:
#   {{ credential = "name" }}   a systemd credential (LoadCredential= in the unit)
#   {{ env = "NAME" }}          an environment variable
#   {{ file = "/path" }}        a file that holds nothing else
# Durations: "90 s", "15 min", "2 h", "1 day". Relative paths begin in the folder of this file.
"""
#: Entries that the example shows in use; of the others there is a commented one.
_KINDS_IN_USE = ("google", "google_meet", "slack")
_NOT_IN_USE = ("Contact", "AccountTasks", "Web")
#: Keys that the example sets although they have a default.
_KEYS_IN_USE = ("us.domains", "us.language", "us.zone", "us.holidays", "person.name", "person.slack", "channel.app")


def schema() -> str:
    """JSON Schema for editors."""
    described = Config.model_json_schema(by_alias=True)
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    described["title"] = "Configuration of noshowd"
    return json.dumps(described, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def example() -> str:
    """The commented example; it can be loaded as it is."""
    blocks = [_HEAD]
    for key, field in fields_of(Config).items():
        models = models_in(field.annotation)
        if not models:
            blocks.append("\n".join(_entry(key, field)) + "\n")
        blocks += [_table(key, model, several=_is_list(field), used=_is_used(model)) for model in models]
    return "\n".join(blocks)


def _is_list(field: FieldInfo) -> bool:
    return str(field.annotation).startswith("tuple")


def _is_used(model: Model) -> bool:
    kind = kind_of(model)
    return kind in _KINDS_IN_USE if kind is not None else model.__name__ not in _NOT_IN_USE


def _table(path: str, model: Model, *, several: bool, used: bool) -> str:
    """A table with its keys, and the tables inside it; the whole of it as comments unless it is used."""
    lines = [*_comment((model.__doc__ or "").split("\n")[0]), f"[[{path}]]" if several else f"[{path}]"]
    inner: list[str] = []
    for key, field in _arranged(model):
        models = models_in(field.annotation)
        if models == (LadderStep,):
            inner.extend(_ladder(f"{path}.{key}", field))
        elif models and models != (SecretRef,):
            inner.extend(_inner_table(f"{path}.{key}", field, models[0]))
        else:
            lines.extend(_entry(key, field, used=f"{path}.{key}" in _KEYS_IN_USE))
    return "\n".join([*(lines if used else map(_off, lines)), *inner]) + "\n"


def _ladder(path: str, field: FieldInfo) -> list[str]:
    """A ladder as it is built in, as comments; what its keys mean stands above the first."""
    cause = next(cause for cause in DEFAULT_LADDERS if path.endswith(f".{ladder_key(cause)}"))
    lines = [""]
    if cause is next(iter(DEFAULT_LADDERS)):
        lines += ["## The built-in ladders follow. A ladder given here takes the place of the whole built-in one."]
        for key, inner in fields_of(LadderStep).items():
            lines += _comment(f"{key}: {inner.description}")
        lines += [""]
    lines += _comment(field.description or "")
    for step in DEFAULT_LADDERS[cause]:
        lines += ["", f"# [[{path}]]", *(f"# {key} = {toml_value(value)}" for key, value in _step_keys(step).items())]
    return lines


def _step_keys(step: Step) -> dict[str, Any]:
    given: dict[str, Any] = {"after": step.after or "confirmed", "send": step.kind}
    if step.kind in TO_GUESTS:
        given["approval"] = step.approval
    if step.every is not None:
        given["every"] = step.every
    if len(step.media) == 1:
        given["medium"] = sorted(step.media)
    return given


def _arranged(model: Model) -> list[tuple[str, FieldInfo]]:
    """The keys with `kind` and `name` first, and how servers are reached last."""
    rank = {"kind": 0, "name": 1, "ca_file": 3, "proxy": 3}
    return sorted(fields_of(model).items(), key=lambda entry: rank.get(entry[0], 2))


def _off(line: str) -> str:
    return f"# {line}" if line and not line.startswith("#") else line


def _inner_table(path: str, field: FieldInfo, model: Model) -> list[str]:
    """A table inside another, always as comments: it has defaults."""
    several = "tuple" in str(field.annotation)
    lines = ["", *_comment(field.description or ""), f"# [[{path}]]" if several else f"# [{path}]"]
    lines += [_off(line) for key, inner in fields_of(model).items() for line in _entry(key, inner)]
    return lines


def _entry(key: str, field: FieldInfo, *, used: bool = False) -> Iterator[str]:
    """A key with its description: in use when it must be given, else as a comment."""
    yield from _comment(field.description or "")
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    plain = default if default not in (None, (), {}, "") else None
    shown = field.examples[0] if field.examples and (used or plain is None) else plain
    if shown is None:  # the kind of a table
        shown = get_args(field.annotation)[0]
    line = f"{toml_key(key)} = {toml_value(shown)}"
    yield line if used or field.is_required() else _off(line)


def _comment(text: str) -> list[str]:
    return [f"## {line}" for line in textwrap.wrap(text, _WIDTH)]


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path("config")
    folder.mkdir(exist_ok=True)
    (folder / SCHEMA).write_text(schema(), encoding="utf-8")
    (folder / EXAMPLE).write_text(example(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
