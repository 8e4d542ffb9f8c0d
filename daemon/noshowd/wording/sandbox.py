"""Where templates run: text and simple choices only, no way out, nothing that fills the memory or never ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: Rounds that all loops of one rendering may take together; the longest list has twenty entries.
MOST_ROUNDS = 10_000
#: What a template has no need of: long series, filler text, padding.
_NOT_GIVEN = {"globals": ("range", "lipsum", "cycler", "joiner"), "filters": ("center", "format", "indent")}


@cache
def environment(folders: tuple[Path, ...]) -> Sandbox:
    """The sandbox in which the templates of these folders run; the first folder that has one wins."""
    return Sandbox(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # plain text; the HTML is made of the finished text, escaped as a whole
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox without arithmetic that could fill the memory, and with loops that are counted."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in _NOT_GIVEN["globals"]:
            del self.globals[name]
        for name in _NOT_GIVEN["filters"]:
            del self.filters[name]
        self.filters["counted"] = self._counted
        self._rounds = 0

    def begin(self) -> None:
        """Count from nothing: a rendering begins."""
        self._rounds = 0

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja2's
        raise SecurityError(f"{operator} is not allowed in a template")

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        """Jinja's hook before code is made of a template: every loop goes through the count."""
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None)
        return super()._generate(source, *args, **options)

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._rounds += 1
            if self._rounds > MOST_ROUNDS:
                raise SecurityError(f"its loops take more than {MOST_ROUNDS} rounds")
            yield item
