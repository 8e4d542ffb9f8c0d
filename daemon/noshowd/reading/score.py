"""How many answers of `classify` are the expected ones, by kind, platform and tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: A sample about which reasonable people differ; counted apart.
CONTESTED = "contested"
#: Expected only where the event tells; a sample that does not name them asks nothing.
_OPTIONAL = ("passcode", "caller", "skip")
_ALWAYS = ("kind", "platform", "url", "meeting_id", "phone")
_ALSO_RIGHT = {"url": "accept", "meeting_id": "alt_meeting_ids"}


@dataclass(slots=True)
class Tally:
    right: int = 0
    total: int = 0

    def count(self, *, right: bool) -> None:
        self.right += right
        self.total += 1


@dataclass(slots=True)
class Score:
    """Counts over samples. The groups leave contested samples out, `contested` holds only those."""

    plain: Tally = field(default_factory=Tally)
    contested: Tally = field(default_factory=Tally)
    #: A link where another or none was expected: worse than no link.
    wrong_urls: int = 0
    groups: dict[tuple[str, str], Tally] = field(default_factory=dict)
    #: Sample id and what differs, as (key, answer, expected).
    misses: list[tuple[str, list[tuple[str, object, object]]]] = field(default_factory=list)

    def add(self, sample: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        expect = sample["expect"]
        tags = sample.get("tags", ())
        wrong = differences(expect, answer)
        if wrong:
            self.misses.append((str(sample.get("id")), wrong))
        if CONTESTED in tags:
            self.contested.count(right=not wrong)
            return
        self.plain.count(right=not wrong)
        self.wrong_urls += any(key == "url" and given is not None for key, given, _ in wrong)
        groups = [("kind", expect["kind"]), ("platform", expect.get("platform") or "none")]
        for group in (*groups, *(("tag", tag) for tag in tags)):
            self.groups.setdefault(group, Tally()).count(right=not wrong)

    def table(self) -> str:
        """For a person: one line a group, the misses below."""
        lines = [f"{'':<10}{'':<28}{'right':>7}{'of':>7}{'share':>9}"]
        rows: list[tuple[str, str, Tally]] = [("all", "", self.plain), ("contested", "", self.contested)]
        rows += [(kind, name, tally) for (kind, name), tally in sorted(self.groups.items())]
        for kind, name, tally in rows:
            share = f"{100 * tally.right / tally.total:.1f} %" if tally.total else "-"
            lines.append(f"{kind:<10}{name:<28}{tally.right:>7}{tally.total:>7}{share:>9}")
        lines.append(f"wrong links: {self.wrong_urls}")
        for sample_id, wrong in self.misses:
            told = "; ".join(f"{key}: {given!r} instead of {wanted!r}" for key, given, wanted in wrong)
            lines.append(f"{sample_id}: {told}")
        return "\n".join(lines)


def differences(expect: Mapping[str, Any], answer: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    """The keys whose answer is not right, with what was given and what was expected."""
    wrong: list[tuple[str, object, object]] = []
    for key in (*_ALWAYS, *(key for key in _OPTIONAL if key in expect)):
        if key not in expect:
            continue
        given, wanted = answer.get(key), expect[key]
        if given != wanted and given not in expect.get(_ALSO_RIGHT.get(key, ""), ()):
            wrong.append((key, given, wanted))
    return wrong
