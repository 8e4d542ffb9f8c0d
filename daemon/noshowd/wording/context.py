"""What a text can speak of, and what a rendered text is. Values only; the templates read nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from noshowd.domain.followup import Cause, FollowUpKind
from noshowd.domain.meeting import Caller, Kind
from noshowd.domain.verdict import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingContext:
    """Everything a template may use. Strings come from calendars and are escaped and bounded by the renderer."""

    kind: FollowUpKind
    cause: Cause
    medium: Kind
    #: Title of the meeting; empty where it is confidential.
    title: str = ""
    start: datetime
    end: datetime
    #: IANA zone in which the reader reads times.
    zone: str
    now: datetime
    link: str | None = None
    phone: str | None = None
    caller: Caller = Caller.UNKNOWN
    #: The person who reads this.
    reader_name: str | None = None
    #: The whole first line, where the configuration gives one.
    greeting: str | None = None
    #: Our person in whose name it is written.
    host_name: str | None = None
    signature: str = ""
    #: Names of those it speaks of, for our own side only.
    missing: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    at_least_missing: int = 0
    #: "Not there since", for our own side.
    absent_since: datetime | None = None
    unchanged_since: datetime | None = None
    in_lobby: tuple[str, ...] = ()
    #: Facts for our own side: why the verdict is what it is, our attempts to ring.
    reasons: frozenset[Reason] = field(default_factory=frozenset)
    attempts: tuple[datetime, ...] = ()
    #: What noshowd does next by itself and when, for the waiting notice.
    next_step_at: datetime | None = None
    #: Three concrete times, or fewer, or none.
    free_times: tuple[datetime, ...] = ()
    #: Final text of the message that an approval asks about, with its recipient, sender and subject.
    quoted_text: str = ""
    quoted_subject: str = ""
    quoted_to: str = ""
    quoted_from: str = ""
    #: Which part of noshowd a notice is about, and what was wrong.
    part: str = ""
    detail: str = ""
    #: What kind of notice: `blind`, `recovered`, `in_doubt`, `bounced`, `settled`.
    notice: str = ""
    #: Only tried out: says so.
    shadow: bool = False
    #: Page about data protection, for messages to guests.
    notice_url: str | None = None
    #: Text a person ordered, put in the place of the built-in body.
    own_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A rendered message. `preview` is discreet: no name, no verdict word."""

    subject: str
    preview: str
    text: str
    html: str | None = None
