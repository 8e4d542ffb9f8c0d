"""The shell's end of the service's admin socket (`runtime/admin.py`). Standard library only: commands start here."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SOCKET = "admin.sock"
#: Answer to whoever may not ask, or asks about another configuration.
REFUSED = -1
#: Set for a command that the service does: who asked for it.
ASKED_BY = "NOSHOWD_ASKED_BY"
#: Runtime directories of the units that `noshowd install-service` writes.
_PLACES = ("/run/noshowd", "/run/noshowd@*")


def hand_over(words: Sequence[str], config: Path, *, environ: Mapping[str, str] = os.environ) -> int | None:
    """Let a running service of this configuration do the command; its exit code, None when no service did."""
    if ASKED_BY in environ:
        return None
    given = environ.get("NOSHOWD_ADMIN_SOCKET")
    places = [Path(given)] if given else [p / SOCKET for place in _PLACES for p in sorted(Path("/").glob(place[1:]))]
    for place in places:
        answer = _ask(place, {"words": list(words), "config": str(config.resolve())})
        if answer is not None and answer != REFUSED:
            return answer
    return None


def _ask(place: Path, asked: Mapping[str, Any]) -> int | None:
    handles = [stream.fileno() for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__) if stream is not None]
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC) as service:
        try:
            service.connect(str(place))
            socket.send_fds(service, [json.dumps(asked).encode()], handles)
            answer = service.recv(struct.calcsize("i"))
        except OSError:
            return None
    return struct.unpack("i", answer)[0] if answer else None
