"""What a FRITZ!Box source has to be told. The call monitor asks for no sign-in (dial `#96*5*` once to switch it on)."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CallListSettings:
    """The call list of one box over TR-064, read with a user of the box who has the right for telephony."""

    #: Name of the source in the configuration.
    name: str = "fritzbox_list"
    host: str = "fritz.box"
    #: 49000 without TLS (sign-in by digest), 49443 with it (the box signs its own certificate).
    port: int = 49000
    tls: bool = False
    username: str
    password: str = field(repr=False)
    #: IANA zone of the box: it writes local time without one.
    zone: str = "Europe/Berlin"
    #: Our lines that ring at this box, E.164.
    lines: frozenset[str]
    #: Ports that are machines: fax, answering machines.
    machines: frozenset[int] = frozenset({5, 6, *range(40, 50)})
    #: Longest wait for one answer, seconds.
    timeout: float = 20.0
    #: How long after hang-up a call may be missing in the list.
    lag: timedelta = timedelta(seconds=60)
    #: Of a call's duration so much may be ringing: talk time is taken to be the rest.
    ringing: timedelta = timedelta(seconds=30)
