"""What is known of one meeting's call: facts in any order and any number of times, and what follows from them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from noshowd.adapters.microsoft.roster_wire import Bell, Stand, Step
from noshowd.domain.evidence import Sighting

#: Whoever begins a call may be told a little earlier than its beginning.
_SAME_BEGINNING = timedelta(minutes=1)


@dataclass(slots=True)
class Roster:
    """Deltas have no sequence: they are kept as a set and put in order by their own instants."""

    steps: set[Step] = field(default_factory=set)
    bells: set[Bell] = field(default_factory=set)

    def add(self, fact: Step | Bell) -> None:
        """The same fact twice is one."""
        if isinstance(fact, Step):
            self.steps.add(fact)
        else:
            self.bells.add(fact)

    def __bool__(self) -> bool:
        return bool(self.steps or self.bells)

    def forget(self, before: datetime) -> None:
        """Drop what lies before."""
        self.steps = {one for one in self.steps if one.at >= before}
        self.bells = {one for one in self.bells if one.at >= before}

    def began(self, since: datetime) -> datetime | None:
        """When the first call since `since` began; None when no beginning was told."""
        return min((bell.at for bell in self.bells if bell.began and bell.at >= since), default=None)

    def torn(self, since: datetime) -> bool:
        """Something was surely lost: somebody left, or a call ended, without having come or begun."""
        firsts = {who: min(steps, key=_order) for who, steps in groupby(sorted(self.steps, key=_person), key=_person)}
        left = any(one.stand is Stand.GONE and one.at >= since for one in firsts.values())
        bells = sorted((one for one in self.bells if one.at >= since), key=lambda one: (one.at, not one.began))
        return left or any(not later.began and not earlier.began for earlier, later in pairwise(bells))

    def sightings(self, source: str, conference: str, *, since: datetime, until: datetime) -> Iterator[Sighting]:
        """Every stay that reaches beyond `since`; what is open is known up to `until`.

        Somebody's coming counts as soon as it is told, their going only up to `until`: that they are back may be on
        its way.
        """
        for who, steps in groupby(sorted(self.steps, key=_person), key=_person):
            ordered = sorted((one for one in steps if one.at <= until or one.stand is not Stand.GONE), key=_order)
            for number, step in enumerate(ordered):
                following = ordered[number + 1] if number + 1 < len(ordered) else None
                if step.stand is Stand.GONE and number > 0:
                    continue
                ended = self._ended(step, following)
                last = step.at if step.stand is Stand.GONE else max(step.at, min(ended or until, until))
                if last <= since and step.at <= since:
                    continue
                yield Sighting(
                    source=source,
                    stay=f"{who}:{step.at.isoformat()}:{step.stand}",
                    where=step.stand.where,
                    identity=step.identity,
                    began=step.at,
                    until=last,
                    open=ended is None and step.stand is not Stand.GONE,
                    conference=conference,
                )

    def _ended(self, step: Step, following: Step | None) -> datetime | None:
        """When somebody stood there no more: elsewhere, gone, or the call over."""
        over = min((bell.at for bell in self.bells if not bell.began and bell.at >= step.at), default=None)
        again = min(
            (bell.at for bell in self.bells if bell.began and bell.at - step.at > _SAME_BEGINNING), default=None
        )
        return min((at for at in (following.at if following else None, over, again) if at is not None), default=None)


def _person(step: Step) -> str:
    return step.participant


def _order(step: Step) -> tuple[datetime, bool]:
    """Of one instant, leaving comes last."""
    return step.at, step.stand is Stand.GONE
