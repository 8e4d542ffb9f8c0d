"""What a trial of an account, source or channel found; `noshowd doctor` collects and shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from noshowd.ports.errors import Temporary, Unreachable, VendorError


class Grade(StrEnum):
    """How it went."""

    GOOD = "good"
    #: It works, and something remains unknown or undone.
    GAP = "gap"
    #: It does not work until a person changes something.
    BAD = "bad"
    #: It could not be tried now; trying again may help.
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried. Holds no secret; addresses of our own people may stand in `what`."""

    grade: Grade
    what: str
    #: What was found, or what is unknown without it.
    says: str = ""
    #: What a person can do about it.
    do: str = ""


#: Tries one adapter for real; changes nothing at the vendor and raises no vendor error.
Check = Callable[[], Awaitable[Sequence[Finding]]]


async def tried(
    what: str,
    trial: Awaitable[object],
    *,
    says: str = "",
    without: str = "",
    do: str = "",
    missing: Grade = Grade.BAD,
) -> Finding:
    """The finding for a call that either works or raises a vendor error; `missing` where somebody is not there."""
    try:
        await trial
    except Temporary as error:
        return Finding(grade=Grade.UNREACHED, what=what, says=error.reason)
    except VendorError as error:
        grade = missing if isinstance(error, Unreachable) else Grade.BAD
        return Finding(grade=grade, what=what, says=f"{error.reason}. {without}".strip(), do=do)
    return Finding(grade=Grade.GOOD, what=what, says=says)
