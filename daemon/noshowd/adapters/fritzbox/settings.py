"""What a FRITZ!Box source has to be told. The call monitor asks for no sign-in (dial `#96*5*` once to switch it on)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FritzboxSettings:
    """One box in the same network."""

    #: Name of the source in the configuration.
    name: str = "fritzbox"
    host: str = "fritz.box"
    port: int = 1012
    #: IANA zone of the box: it writes local time without one.
    zone: str = "Europe/Berlin"
    #: Our lines that ring at this box, E.164. A call over an app of the provider is not seen.
    lines: frozenset[str]
    #: Extensions that are machines: fax, answering machines.
    machines: frozenset[int] = frozenset({5, 6, *range(40, 50)})
    #: A dead connection is noticed within this time (TCP keep-alive), so its silence says nothing about less.
    lag: timedelta = timedelta(seconds=30)
    #: The box does not tell which calls run when the connection comes up: until then one may go on unseen.
    unseen_calls: timedelta = timedelta(minutes=60)
    #: An unanswered call of ours shorter than this may have met a busy line; the box does not tell.
    busy_within: timedelta = timedelta(seconds=15)
