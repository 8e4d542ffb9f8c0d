"""Python's garbage collector, set for a process that loads much, lives long and works in batches."""

from __future__ import annotations

import gc

from noshowd.ports.clock import Clock

#: A batch of meetings with all that is known of them is some ten thousand objects, none of them garbage: at Python's
#: usual 700 each batch is searched over and over, which cost a seventh of the time for judging it. What is loaded at a
#: start is no garbage either, and the searches through it cost a tenth of the start.
_OBJECTS = 50_000
#: A statement of SQLAlchemy is a ring of some hundred objects, made anew for each question to the database: an hour of
#: a few appointments leaves 20,000 of them. Left until there are `_OBJECTS` they scatter what lives among them over
#: 8 MB more, for good. A search through what has come since the start takes some milliseconds.
_EVERY = 300.0


def seldom() -> None:
    """Search less often. To be called first of all."""
    gc.set_threshold(_OBJECTS, 10, 10)


def settle() -> None:
    """To be called once all is loaded: what lives by then is never searched again, and new objects less often."""
    seldom()
    gc.collect()
    gc.freeze()


async def collect(clock: Clock) -> None:
    """Search every five minutes, whatever has piled up; until cancelled."""
    while True:
        await clock.sleep(_EVERY)
        gc.collect()
