"""Who really rang whom in a telephone appointment, and the calls a telephone system would have recorded."""

from __future__ import annotations

from random import Random
from typing import Any

from mission.people import OUR_TRUNK

MINUTE = 60
HOUR = 3600
#: Nobody talks on for longer than this after the end of the slot (before a call of another time counts on its own).
LONGEST_OVERRUN = 55 * MINUTE
SWITCHBOARD = OUR_TRUNK + "0"
Call = dict[str, Any]


class Telephone:
    """The truth of one telephone appointment: every call, seen by a source or not."""

    def __init__(self, random: Random, case: dict[str, Any], noise: dict[str, float]) -> None:
        self.random = random
        self.noise = noise
        self.case = case
        self.start: int = case["start"]
        self.end: int = case["end"]
        self.ours: dict[str, Any] = next(p for p in case["people"] if p["side"] == "ours")
        self.theirs: dict[str, Any] = next(p for p in case["people"] if p["side"] == "theirs")
        self.number: str = case["phone"]
        self.calls: list[Call] = []

    def happens(self, name: str) -> bool:
        return self.random.random() < self.noise[name]

    def talk(self, low: float, high: float) -> None:
        """They talk to each other, beginning between `low` and `high` minutes after the start."""
        if self.happens("early"):
            low, high = -14, -6
        began = self._instant(low, high)
        if self.happens("later"):
            began = self.end + self.random.randrange(20 * MINUTE, 120 * MINUTE)
        if self.happens("retry"):
            self._attempt(began - self.random.randrange(90, 400))
        seconds = min(round(self.random.lognormvariate(6.6, 0.8)) + 95, max(self.end, began) + LONGEST_OVERRUN - began)
        if self.happens("short_talk"):
            seconds = self.random.randrange(6, 80)
        if self._caller() == "ours":
            self._call("out", began, rings=self.random.randrange(3, 20), talks=seconds)
        else:
            self._call("in", began, rings=self.random.randrange(3, 20), talks=seconds, lands="human")

    def we_try(self) -> None:
        """We ring at the agreed time and reach nobody."""
        began = self._instant(-0.5, 3)
        self._attempt(began)
        while self.happens("retry") and len(self.calls) < 4:
            began += self.random.randrange(2, 6) * MINUTE
            self._attempt(began)

    def they_try(self) -> None:
        """They ring at the agreed time and nobody of ours answers."""
        began = self._instant(-0.5, 4)
        self._call("in", began, rings=self.random.randrange(15, 40), talks=0, lands="nobody")
        while self.happens("retry") and len(self.calls) < 4:
            began += self.random.randrange(2, 6) * MINUTE
            self._call("in", began, rings=self.random.randrange(15, 40), talks=0, lands="nobody")

    def unrelated(self) -> None:
        """Another customer's call of the same person in the window: made, taken or missed."""
        if not self.happens("unrelated_call"):
            return
        incoming = self.random.random() < 0.5
        talked = self.random.random() < 0.7
        began = self._instant(-10, 20)
        self.calls.append(
            self._record(
                direction="in" if incoming else "out",
                line=self.ours["lines"][0],
                number=f"+4940669640{self.random.randrange(10, 99)}",
                began=began,
                answered=began + 9 if talked else None,
                ended=began + (self.random.randrange(40, 900) if talked else 25),
                result="answered" if talked else "no_answer",
                related=False,
            )
        )

    def _caller(self) -> str:
        caller = self.case["caller"]
        return caller if caller != "unknown" else self.random.choice(("ours", "theirs"))

    def _instant(self, low: float, high: float) -> int:
        return self.start + round(self.random.uniform(low, high) * MINUTE)

    def _attempt(self, began: int) -> None:
        """One call of ours that no human of theirs answers."""
        if self.happens("busy"):
            self._call("out", began, rings=2, talks=0, result="busy")
        elif self.happens("voicemail"):
            self._call(
                "out", began, rings=self.random.randrange(15, 30), talks=self.random.randrange(5, 60), machine=True
            )
        else:
            self._call("out", began, rings=self.random.randrange(20, 45), talks=0)

    def _call(
        self,
        direction: str,
        began: int,
        *,
        rings: int,
        talks: int,
        result: str | None = None,
        machine: bool = False,
        lands: str = "",
    ) -> None:
        answered = began + rings if talks else None
        word = result or ("answered" if talks else "no_answer")
        line: str | None = self.ours["lines"][0]
        number: str | None = self.number
        mailbox = lands == "nobody" and self.happens("voicemail")
        if mailbox:
            answered, talks, word = began + rings, self.random.randrange(3, 50), "voicemail"
        if not self.ours["all_lines_seen"] and self.happens("unseen_mobile"):
            line = None
        elif direction == "in" and self.happens("switchboard") and not mailbox and talks:
            line = SWITCHBOARD
        if direction == "in":
            number = self._shown_number()
        self.calls.append(
            self._record(
                direction=direction,
                line=line,
                number=number,
                began=began,
                answered=answered,
                ended=began + rings + talks,
                result=word,
                related=True,
                human=bool(talks) and not machine and not mailbox,
            )
        )

    def _shown_number(self) -> str | None:
        if self.happens("hidden"):
            return None
        if self.happens("other_number"):
            return f"+4917039205{self.random.randrange(10, 99)}"
        if self.happens("trunk") and self.number.startswith("+498999998"):
            return self.number[:-3] + "0"
        return self.number

    def _record(self, **values: Any) -> Call:
        return {"call": f"c{len(self.calls)}", "human": False, **values}
