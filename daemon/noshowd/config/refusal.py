"""How a validator says no: what is allowed and what to do, in words of our own."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

#: Type of our own errors, and of those whose value must not be repeated.
REFUSED = "refused"
REFUSED_SECRET = "refused_secret"  # noqa: S105  # the name of a sort of error


def refuse(allowed: str, *, do: str = "", nearest: str = "", secret: bool = False) -> PydanticCustomError:
    """The error to raise in a validator. With `secret` the value found is never shown."""
    kind = REFUSED_SECRET if secret else REFUSED
    return PydanticCustomError(kind, "{allowed}", {"allowed": allowed, "do": do, "nearest": nearest})
