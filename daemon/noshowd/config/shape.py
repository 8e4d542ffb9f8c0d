"""Which tables and keys the configuration knows, read off the models."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from noshowd.config.model import Config
from noshowd.config.problems import Where
from noshowd.config.secrets import SecretRef

Model = type[BaseModel]


def models_in(annotation: Any) -> tuple[Model, ...]:
    """The tables an annotation names, through Optional, Annotated, tuples and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    found: list[Model] = []
    for inner in get_args(annotation):
        found.extend(models_in(inner))
    return tuple(dict.fromkeys(found))


def fields_of(model: Model) -> dict[str, FieldInfo]:
    """The keys of a table as they are written in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def kind_of(model: Model) -> str | None:
    """The `kind` that chooses this table among several, if any."""
    field = model.model_fields.get("kind")
    values = get_args(field.annotation) if field is not None else ()
    return str(values[0]) if len(values) == 1 else None


def follow(loc: tuple[str | int, ...], root: Model = Config) -> tuple[Where, Model | None]:
    """A location of pydantic's as a place in a file of that model, with the table in which its last key stands.

    pydantic names the chosen kind of a table in its locations; the file does not.
    """
    where: Where = ()
    holder: Model | None = None
    candidates: tuple[Model, ...] = (root,)
    for part in loc:
        if len(candidates) > 1 and isinstance(part, str):
            chosen = tuple(model for model in candidates if kind_of(model) == part)
            if chosen:
                candidates = chosen
                continue
        if part == "[key]":
            continue
        where += (part,)
        if isinstance(part, str):
            holder = candidates[0] if len(candidates) == 1 else None
            field = fields_of(holder).get(part) if holder is not None else None
            candidates = models_in(field.annotation) if field is not None else ()
    return where, holder


@cache
def tables(root: Model = Config) -> dict[Model, str]:
    """Every table of a file of that model with its dotted name."""
    found: dict[Model, str] = {}

    def visit(model: Model, name: str) -> None:
        if model in found:
            return
        found[model] = name
        for key, field in fields_of(model).items():
            for inner in models_in(field.annotation):
                visit(inner, f"{name}.{key}".lstrip("."))

    visit(root, "")
    return found


@cache
def secret_keys() -> frozenset[str]:
    """Keys that name a secret somewhere: what stands beside them is never shown."""
    return frozenset(
        key for model in tables() for key, field in fields_of(model).items() if SecretRef in models_in(field.annotation)
    )
