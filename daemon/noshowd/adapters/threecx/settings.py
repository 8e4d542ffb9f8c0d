"""What a 3CX source has to be told; the secret arrives resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeCxSettings:
    """One telephone system, read by a client of its own (Integrations, API) with a role over the whole company."""

    #: Name of the source in the configuration.
    name: str = "threecx"
    #: The system with its port, without a path.
    url: str
    client_id: str
    secret: str = field(repr=False)
    #: Our lines at this system, E.164.
    lines: frozenset[str]
    #: Our line behind an extension.
    extensions: Mapping[str, str]
    ca_file: str | None = None
    proxy: str | None = None
    #: Longest wait for one answer, seconds.
    timeout: float = 20.0
    #: How long after hang-up a call may be missing in the history.
    lag: timedelta = timedelta(seconds=60)
    #: Of a segment's length so much may be ringing: talk time is taken to be the rest.
    ringing: timedelta = timedelta(seconds=30)
    #: An unanswered call of ours shorter than this may have met a busy line; the history does not tell.
    busy_within: timedelta = timedelta(seconds=15)
