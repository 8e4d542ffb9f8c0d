"""What nobody uses just now is tried now and then, so that a token that died at night is known before the morning.

Calendars are read all the time and streams listen all the time; these are the sources of presence and the channels.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping, Sequence

import structlog

from noshowd.ports.check import Check, Finding, Grade
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Permanent, Temporary, VendorError
from noshowd.runtime.conditions import Conditions
from noshowd.store.health import CHANNEL, SOURCE, TRIAL

log = structlog.get_logger()

#: Seconds from the start to the first round, between two, after one that met what a person has to mend, and after one
#: that met an outage.
_FIRST, _EVERY, _UNTIL_MENDED, _SOON = 120.0, 3600.0, 600.0, 120.0
#: One trial, seconds.
_PATIENCE = 60.0
_SORTS = {"presence": SOURCE, "channel": CHANNEL, "tasks": CHANNEL}


def to_be_tried(checks: Mapping[str, Check], heard: Container[str]) -> dict[str, Check]:
    """The trials by the part under which they are told; of what is `heard` all the time there is none."""
    found = {}
    for table, check in checks.items():
        sort, _, name = table.partition(" ")
        part = f"{_SORTS.get(sort, '')}{name}"
        if sort in _SORTS and part not in heard:
            found[f"{TRIAL}{part}"] = check
    return found


class Rounds:
    """Makes the same trials as `noshowd doctor`, one after the other. Nothing is sent and nothing changed by them."""

    def __init__(self, trials: Mapping[str, Check], conditions: Conditions, clock: Clock) -> None:
        self._trials = trials
        self._conditions = conditions
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        await self._clock.sleep(_FIRST)
        while True:
            words = [await self._try(part, check) for part, check in self._trials.items()]
            await self._clock.sleep(_pause_after(words))

    async def _try(self, part: str, check: Check) -> VendorError | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                word = _word(await check())
        except TimeoutError:
            word = Temporary("no answer in time")
        except Exception:
            # a trial that is wrong itself says nothing of the part
            log.exception("trial_failed", action="rounds", source=part)
            return None
        await self._conditions.note(part, word)
        return word


def _pause_after(words: Sequence[VendorError | None]) -> float:
    """Seconds to the next round: whoever mended something wants to know soon that it works again."""
    if any(isinstance(word, Temporary) for word in words):
        return _SOON
    return _UNTIL_MENDED if any(words) else _EVERY


def _word(found: Sequence[Finding]) -> VendorError | None:
    """The worst of it; a gap is no failure, nor is what is wrong with one person."""
    for grade, error in ((Grade.BAD, Permanent), (Grade.UNREACHED, Temporary)):
        for one in found:
            if one.grade is grade and "@" not in one.what:
                return error(": ".join(part for part in (one.what, one.says) if part))
    return None
