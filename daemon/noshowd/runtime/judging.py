"""A process that only judges: batches come in through standard input, decisions leave through standard output.

It ends when its input ends, so also with the daemon, however that ends. Loads no SQL library and no vendor's.
"""

from __future__ import annotations

import pickle
import sys
from typing import BinaryIO

from noshowd.engine.judging.deciding import House, decide_all
from noshowd.runtime import garbage


def serve(given: BinaryIO, answers: BinaryIO) -> None:
    """Decide batch after batch until there is no more. The house comes with the first, and whenever it has changed."""
    garbage.settle()
    known: House | None = None
    while True:
        try:
            house, briefs, now = pickle.load(given)  # noqa: S301 - from the daemon that started this process
        except EOFError:
            return
        known = house or known
        assert known is not None
        pickle.dump(decide_all(known, briefs, now), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
