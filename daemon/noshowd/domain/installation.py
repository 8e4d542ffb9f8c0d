"""Two installations that watch the same calendar: who of them may write to its guests.

Each that writes leaves a mark in the calendar. Whoever finds a living mark of another one before leaving its own writes
to nobody. A person may let one take over: its marks then outrank all that were left without such a word, or before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: A mark that was not renewed for so long is that of an installation that has gone.
LIVING = timedelta(days=14)
#: A mark of ours is renewed once it is so old.
RENEWED = timedelta(days=1)
#: Rank of an installation that no person ever let take over.
NEVER = datetime.min.replace(tzinfo=UTC)
_SHORT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an installation leaves in a calendar. Names nobody and no machine."""

    installation: str
    left: datetime
    #: When a person last let it take over from another one.
    rank: datetime = NEVER

    @property
    def short(self) -> str:
        """Enough of the installation's id to tell it from others, as `noshowd status` shows it."""
        return self.installation[:_SHORT]

    def lives(self, now: datetime) -> bool:
        return now - self.left < LIVING

    def is_settled(self, now: datetime) -> bool:
        """It need not be renewed yet."""
        return now - self.left < RENEWED


def spelt(mark: Mark) -> str:
    """The mark as one line of text."""
    return f"{mark.installation} {mark.left.isoformat()} {mark.rank.isoformat()}"


def read(text: str) -> Mark | None:
    """The mark that `spelt` wrote; None for anything else."""
    try:
        installation, left, rank = text.split(" ")
        mark = Mark(installation=installation, left=datetime.fromisoformat(left), rank=datetime.fromisoformat(rank))
    except ValueError:
        return None
    return None if mark.left.tzinfo is None or mark.rank.tzinfo is None else mark


def rival(found: Iterable[Mark], us: Mark, now: datetime) -> Mark | None:
    """The living mark of another installation to which ours gives way, the latest; None where there is none."""
    others = [one for one in found if one.installation != us.installation]
    standing = [one for one in others if one.lives(now) and one.rank >= us.rank]
    return max(standing, key=lambda one: (one.rank, one.left), default=None)


def ours(found: Iterable[Mark], us: Mark, now: datetime) -> Mark | None:
    """Our own mark if it still counts: one that died, or is older than our taking over, is left anew."""
    counting = [one for one in found if one.installation == us.installation and one.rank == us.rank and one.lives(now)]
    return max(counting, key=lambda one: one.left, default=None)


def outdated(found: Iterable[Mark], us: Mark, now: datetime) -> set[str]:
    """Other installations whose marks no longer hold anybody back."""
    return {one.installation for one in found if one.installation != us.installation} - {
        one.installation for one in found if one.lives(now) and one.rank >= us.rank
    }
