"""Every rule of judging, planning and the gate, taken away once.

A rule is a condition: the test of an `if`, one part of an `and` or `or`, a filter of a comprehension, a comparison that
is returned; or a member of a table: one premise of a message kind, one word of a named set. Taking a condition away
means that it never holds (a part of an `and` and a filter: always); taking a member away means that it is not listed.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The files whose rules are meant.
RULED = (
    "judge", "room", "coverage", "visits", "calls", "attempts", "same_call", "findings", "causes", "premises", "gate",
    "plan", "matching", "recipients", "instead", "installation",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One file with one rule less."""

    module: str
    #: The function or table it stands in.
    place: str
    #: The lines of the rule.
    lines: range
    what: str
    text: str
    #: Which of the rules of the file.
    index: int

    def __str__(self) -> str:
        return f"{self.module}.{self.place}: {self.what}"

    @property
    def source(self) -> str:
        """The file as it is without the rule."""
        tree = ast.parse(self.text)
        _rules(tree)[self.index].take_away()
        return ast.unparse(ast.fix_missing_locations(tree))


def mutants(domain: Path) -> Iterator[Mutant]:
    """All of them, in the order of the files; the name of each is its own."""
    for module in RULED:
        text = (domain / f"{module}.py").read_text(encoding="utf-8")
        again: Counter[tuple[str, str]] = Counter()
        for index, rule in enumerate(_rules(ast.parse(text))):
            what = ast.unparse(rule.expression)
            again[rule.place, what] += 1
            count = again[rule.place, what]
            yield Mutant(
                module=module,
                place=rule.place,
                lines=range(rule.expression.lineno, (rule.expression.end_lineno or 0) + 1),
                what=what if count == 1 else f"{what} ({count})",
                text=text,
                index=index,
            )


@dataclass(slots=True)
class _Rule:
    """Where an expression stands: an attribute of a node, or an item of a list in it."""

    place: str
    holder: ast.AST
    field: str
    index: int | None
    expression: ast.expr
    #: What stands there instead; None removes the item from its list.
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
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found += _conditions(node, node.name)
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    found += _conditions(method, f"{node.name}.{method.name}")
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found += _members(node)
    return found


def _conditions(function: ast.FunctionDef, place: str) -> list[_Rule]:
    found: list[_Rule] = []
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.BoolOp):
            found.append(_Rule(place, node, "test", None, node.test, instead=False))
        elif isinstance(node, ast.BoolOp):
            keep = isinstance(node.op, ast.And)
            found += [_Rule(place, node, "values", i, value, instead=keep) for i, value in enumerate(node.values)]
        elif isinstance(node, ast.comprehension):
            found += [
                _Rule(place, node, "ifs", i, test, instead=True)
                for i, test in enumerate(node.ifs)
                if not isinstance(test, ast.BoolOp)
            ]
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Compare):
            found.append(_Rule(place, node, "value", None, node.value, instead=False))
    return found


def _members(node: ast.Assign | ast.AnnAssign) -> list[_Rule]:
    """The premises of each kind, and the words of each set that is written out."""
    place = ast.unparse(node.target if isinstance(node, ast.AnnAssign) else node.targets[0])
    listed: list[ast.Tuple | ast.Set] = []
    if place == "PREMISES" and isinstance(node.value, ast.Dict):
        listed = [value for value in node.value.values if isinstance(value, ast.Tuple)]
    elif node.value is not None:
        listed = [one for one in ast.walk(node.value) if isinstance(one, ast.Set)]
    return [
        _Rule(place, one, "elts", i, member, instead=None)
        for one in listed
        for i, member in enumerate(one.elts)
        if isinstance(member, ast.Name | ast.Attribute) and len(one.elts) > 1
    ]
