"""Telephone calls beside a video meeting: it is held by telephone instead, or somebody rings and nothing comes of it.

Writes into the truth of a case: `calls` (every call that was really made), and `instead`, the one of them in which the
meeting was held. A talk of a minute and a half or more with the guest is the meeting; less is a word ("I am late", "not
today"), after which the guest is missing all the same.
"""

from __future__ import annotations

from random import Random
from typing import Any

from mission.people import OUR_TRUNK
from mission.room import Room
from mission.telephone import LONGEST_OVERRUN, SWITCHBOARD

MINUTE = 60
#: A colleague of ours who has nothing to do with the meeting.
COLLEAGUE = OUR_TRUNK + "77"
#: What a guest who is rung at the office hangs on.
FIRM_TRUNK = "+498999998"
#: Shorter, and it was a word and not the meeting.
SHORTEST_MEETING = 95

Case = dict[str, Any]


class Beside:
    """The calls beside one video meeting, seen by a source or not."""

    def __init__(self, random: Random, case: Case, noise: dict[str, float]) -> None:
        self.random = random
        self.noise = noise
        self.truth: dict[str, Any] = case["truth"]
        self.start: int = case["start"]
        self.end: int = case["end"]
        self.ours = [p for p in case["people"] if p["side"] == "ours"]
        guests = [p for p in case["people"] if p["side"] == "theirs" and p["response"] != "declined"]
        self.guest: dict[str, Any] = guests[0]

    def happens(self, name: str) -> bool:
        return self.random.random() < self.noise[name]

    def instead(self, room: Room) -> None:
        """One of the two waits in the room, or neither; then one rings the other, and they talk about it all."""
        length = (self.end - self.start) / MINUTE
        begins = self.random.uniform(-1, min(12.0, length * 0.8))
        waits = self.random.choices(("ours", "theirs", None), weights=(65, 20, 15))[0]
        if waits is not None:
            room.attend(waits, arrive=(-4, -1), leave=(begins, max(begins, length)))
        began = self.start + round(begins * MINUTE)
        if self.happens("tried_before"):
            self._in_vain(began - self.random.randrange(60, 300))
        longest = max(self.end, began) + LONGEST_OVERRUN - began
        seconds = min(round(self.random.lognormvariate(6.6, 0.8)) + SHORTEST_MEETING, longest)
        self.truth["instead"] = self._talk(began, seconds)

    def around_a_miss(self) -> None:
        """They do not meet. Somebody may have tried all the same, or have talked about something else."""
        while self.happens("rung_in_vain") and len(self.truth["calls"]) < 3:
            self._in_vain(self._instant(-3, 20))
        if self.happens("a_word"):
            self._talk(self._instant(-8, 15), self.random.randrange(8, 80))
        if self.happens("their_firm_talks"):
            number = self._of_their_firm()
            self._call(self.random.choice(("in", "out")), self._instant(-10, 20), number=number, rings=8, talks=400)

    def _instant(self, low: float, high: float) -> int:
        return self.start + round(self.random.uniform(low, high) * MINUTE)

    def _talk(self, began: int, seconds: int) -> dict[str, Any]:
        """The guest rings one of ours, or one of ours the guest."""
        rings = self.random.randrange(3, 20)
        if self.random.random() < 0.6:
            return self._call("in", began, number=self._shown_number(), rings=rings, talks=seconds)
        number = self._of_their_firm() if self.happens("their_other_extension") else self.guest["lines"][0]
        return self._call("out", began, number=number, rings=rings, talks=seconds)

    def _in_vain(self, began: int) -> None:
        rings = self.random.randrange(8, 40)
        if self.random.random() < 0.5:
            self._call("in", began, number=self._shown_number(), rings=rings)
            return
        kind = self.random.choices(("no_answer", "busy", "voicemail", "a machine"), weights=(50, 15, 15, 20))[0]
        if kind == "a machine":
            # a mailbox that the telephone system takes for a person
            talks = self.random.randrange(5, 60)
            self._call("out", began, number=self.guest["lines"][0], rings=rings, talks=talks, human=False)
        else:
            self._call("out", began, number=self.guest["lines"][0], rings=rings, result=kind)

    def _call(
        self,
        direction: str,
        began: int,
        *,
        number: str | None,
        rings: int,
        talks: int = 0,
        result: str = "no_answer",
        human: bool = True,
    ) -> dict[str, Any]:
        line = self._line(direction)
        call = {
            "call": f"c{len(self.truth['calls'])}",
            "direction": direction,
            "line": line,
            "ours": [p["key"] for p in self.ours if line in p["lines"]],
            "number": number,
            "began": began,
            "answered": began + rings if talks else None,
            "ended": began + rings + talks,
            "result": "answered" if talks else result,
            "human": bool(talks) and human,
            "late": self.random.randrange(3 * MINUTE, 20 * MINUTE) if self.happens("call_told_late") else 0,
        }
        self.truth["calls"].append(call)
        return call

    def _line(self, direction: str) -> str | None:
        """Our end: most often one of who is invited; None for a telephone that no source sees."""
        if self.happens("unseen_beside"):
            return None
        if direction == "in" and self.happens("over_the_switchboard"):
            return SWITCHBOARD
        return COLLEAGUE if self.happens("a_colleague") else str(self.random.choice(self.ours)["lines"][0])

    def _shown_number(self) -> str | None:
        if self.happens("hidden_beside"):
            return None
        if self.happens("stranger_beside"):
            return f"+4917039205{self.random.randrange(10, 99)}"
        return self._of_their_firm() if self.happens("their_other_extension") else str(self.guest["lines"][0])

    def _of_their_firm(self) -> str:
        """Its switchboard, or another extension; of a guest who is rung on a mobile, numbers that nobody knows."""
        number = str(self.guest["lines"][0])
        if not number.startswith(FIRM_TRUNK):
            return f"+4989777{self.random.randrange(1000, 9999)}"
        return FIRM_TRUNK + ("0" if self.random.random() < 0.6 else str(self.random.randrange(100, 999)))
