"""The shell's end of the service's admin socket (`runtime/admin.py`). Standard library only: commands start here."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SOCKET = "admin.sock"
#: systemd names the folder of `RuntimeDirectory=` in this variable.
RUNTIME_DIRECTORY = "RUNTIME_DIRECTORY"
#: What the service does itself, and says only in its journal if so wished.
RELOAD, QUIETLY = "reload", "quietly"
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
    return next(_answers(words, config, environ), None)


def hand_to_each(words: Sequence[str], config: Path, *, environ: Mapping[str, str] = os.environ) -> list[int]:
    """Let every running service of this configuration do it: their exit codes.

    What systemd starts beside a service (`ExecReload=`) means that service alone.
    """
    return list(_answers(words, config, environ))


def _answers(words: Sequence[str], config: Path, environ: Mapping[str, str]) -> Iterator[int]:
    given, own = environ.get("NOSHOWD_ADMIN_SOCKET"), environ.get(RUNTIME_DIRECTORY, "").partition(":")[0]
    places = [p / SOCKET for place in ([own] if own else _PLACES) for p in sorted(Path("/").glob(place[1:]))]
    for place in [Path(given)] if given else places:
        answer = _ask(place, {"words": list(words), "config": str(config.resolve())})
        if answer is not None and answer != REFUSED:
            yield answer


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
