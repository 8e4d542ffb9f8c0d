"""Which policy a meeting has, across changes of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from noshowd.domain.meeting import Meeting
from noshowd.domain.policy import Policy

Choose = Callable[[Meeting], Policy | None]

#: Nothing is judged or followed up for longer than this after it began.
_REMEMBERED = timedelta(days=14)


class Rules:
    """A meeting keeps the rules that held when it began; those to come follow the newest."""

    def __init__(self, first: Choose, later: tuple[tuple[datetime, Choose], ...] = ()) -> None:
        self._first = first
        #: Each with the instant from which it holds, in order.
        self._later = later

    def __call__(self, meeting: Meeting) -> Policy | None:
        choose = next((choose for since, choose in reversed(self._later) if meeting.start > since), self._first)
        return choose(meeting)

    def followed_by(self, choose: Choose, now: datetime) -> Rules:
        """These rules until now and another choice for what begins later."""
        eras = [(None, self._first), *self._later, (now, choose)]
        old = sum(1 for since, _ in eras if since is not None and since < now - _REMEMBERED)
        (_, first), *later = eras[old:]
        return Rules(first, tuple((since, chosen) for since, chosen in later if since is not None))
