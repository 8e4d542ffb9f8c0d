"""Python's garbage collector, set for a process that lives long and works in batches."""

from __future__ import annotations

import gc

#: A batch of meetings with all that is known of them is some ten thousand objects, none of them garbage: at Python's
#: usual 700 each batch is searched over and over, which cost a seventh of the time for judging it.
_OBJECTS = 50_000


def settle() -> None:
    """To be called once all is loaded: what lives by then is never searched again, and new objects less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 10, 10)
