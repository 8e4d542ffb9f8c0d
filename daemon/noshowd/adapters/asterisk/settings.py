"""What an Asterisk source has to be told. The user needs the read class `call` and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """One manager interface, reached without encryption: on this machine, in our network or through a tunnel."""

    #: Name of the source in the configuration.
    name: str = "asterisk"
    host: str = "127.0.0.1"
    port: int = 5038
    username: str
    secret: str = field(repr=False)
    #: Our lines of which every call goes through this system, E.164.
    lines: frozenset[str]
    #: Our line behind an extension.
    extensions: Mapping[str, str] = field(default_factory=dict)
    #: A dead connection is noticed within this time (TCP keep-alive), so its silence says nothing about less.
    lag: timedelta = timedelta(seconds=30)
    #: Calls that run when the connection comes up are not told: until then one may go on unseen.
    unseen_calls: timedelta = timedelta(minutes=60)
