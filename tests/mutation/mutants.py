"""Every rule of judging, planning and the gate, taken away once.

A rule is a condition: the test of an `if`, one part of an `and` or `or`, a filter of a comprehension; or one premise in
the table of premises. Taking it away means that the condition never holds (a part of an `and`: always).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The files whose rules are meant.
RULED = ("judge", "room", "visits", "calls", "findings", "premises", "gate", "plan", "matching", "recipients")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One file with one rule less."""

    module: str
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line} without {self.what}"


def mutants(domain: Path) -> Iterator[Mutant]:
    """All of them, in the order of the files and lines."""
    for module in RULED:
        text = (domain / f"{module}.py").read_text(encoding="utf-8")
        for index in range(len(_rules(ast.parse(text)))):
            tree = ast.parse(text)
            rule = _rules(tree)[index]
            what = ast.unparse(rule.expression)
            line = rule.expression.lineno
            rule.take_away()
            yield Mutant(module=module, line=line, what=what, source=ast.unparse(ast.fix_missing_locations(tree)))


@dataclass(slots=True)
class _Rule:
    """Where an expression stands: an attribute of a node, or an item of a list in it."""

    holder: ast.AST
    field: str
    index: int | None
    expression: ast.expr
    instead: bool | None

    def take_away(self) -> None:
        if self.instead is None:
            assert self.index is not None
            del getattr(self.holder, self.field)[self.index]
            return
        constant = ast.copy_location(ast.Constant(self.instead), self.expression)
        if self.index is None:
            setattr(self.holder, self.field, constant)
        else:
            getattr(self.holder, self.field)[self.index] = constant


def _rules(tree: ast.Module) -> list[_Rule]:
    found: list[_Rule] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.BoolOp):
            found.append(_Rule(node, "test", None, node.test, instead=False))
        elif isinstance(node, ast.BoolOp):
            keep = isinstance(node.op, ast.And)
            found += [_Rule(node, "values", i, value, instead=keep) for i, value in enumerate(node.values)]
        elif isinstance(node, ast.comprehension):
            found += [_Rule(node, "ifs", i, test, instead=True) for i, test in enumerate(node.ifs)]
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "PREMISES":
            assert isinstance(node.value, ast.Dict)
            tuples = [value for value in node.value.values if isinstance(value, ast.Tuple)]
            found += [
                _Rule(one, "elts", i, premise, instead=None)
                for one in tuples
                for i, premise in enumerate(one.elts)
                if isinstance(premise, ast.Name)
            ]
    return found
