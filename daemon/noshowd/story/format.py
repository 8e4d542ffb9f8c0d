"""The format of a story: one TOML file, every key checked. `docs/stories.md` is made from these models."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from noshowd.config.model import Mode
from noshowd.config.people import Contact, Person, Us
from noshowd.config.policies import PolicySection
from noshowd.config.values import Address, Duration, Phone, Section, Text, Wait, Zone
from noshowd.domain.evidence import Blind, CallResult, Said, Where
from noshowd.domain.followup import FollowUpKind, Withheld
from noshowd.domain.meeting import Skip
from noshowd.domain.phase import Phase
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence
from noshowd.engine.answering import Noted
from noshowd.engine.choices import Verb

#: `10:00`, `10:00:30`, or with a day before it: `2026-03-03 10:00`. In the story's zone.
Moment = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2} )?\d{1,2}:\d{2}(:\d{2})?$")]


class Guest(Section):
    """Somebody invited."""

    address: Address | None = Field(default=None, description="Mail address.")
    name: Text | None = Field(default=None, description="Name as the invitation has it.")
    response: Literal["accepted", "tentative", "declined", "none"] = Field(default="accepted", description="Answer.")
    optional: bool = Field(default=False, description="Need not come.")
    kind: Literal["person", "room", "group"] = Field(default="person", description="What it is.")


class StoryMeeting(Section):
    """One event in the calendars."""

    id: str = Field(pattern=r"^[a-z0-9_-]{1,40}$", description="Name by which the story speaks of it.")
    at: Moment = Field(description="Start.")
    length: Wait = Field(default=dt.timedelta(minutes=30), description="How long.")
    title: Text = Field(default="Besprechung", description="Title.")
    link: str | None = Field(default=None, description="Join link; makes it a video meeting.")
    location: str = Field(default="", description="Location as written.")
    description: str = Field(default="", description="Text as written.")
    organizer: Address = Field(description="Who invited.")
    people: tuple[Guest, ...] = Field(default=(), description="Everybody invited, our people too.")
    calendars: tuple[Address, ...] = Field(default=(), description="Calendars with a copy; else the organizer's.")
    private: bool = Field(default=False, description="Marked private.")
    confidential: bool = Field(default=False, description="Marked confidential.")
    series: str | None = Field(default=None, description="Name of the series of which it is one occurrence.")
    status: Literal["confirmed", "tentative", "cancelled"] = Field(default="confirmed", description="Status.")
    transparent: bool = Field(default=False, description="Shown as free.")
    all_day: bool = Field(default=False, description="All day.")
    event_type: str = Field(default="default", description="The vendor's event type.")
    appears: Moment | None = Field(
        default=None, description="When it appears in the calendar; else from the beginning."
    )


class Source(Section):
    """A source of presence."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,40}$", description="Name.")
    sees: Literal["video", "phone"] = Field(default="video", description="Rooms or telephone lines.")
    history: bool = Field(default=True, description="False: shows only the moment of the look.")
    ended_only: bool = Field(default=False, description="Knows a visit or call only once it has ended.")
    presence_only: bool = Field(default=False, description="Never covers anything.")
    lag: Duration = Field(default=dt.timedelta(seconds=15), description="How far it is behind.")
    settles_after: Duration = Field(default=dt.timedelta(minutes=5), description="How long it may bring news.")
    blind: tuple[Blind, ...] = Field(default=(), description="What it cannot see.")
    lines: tuple[Phone, ...] = Field(default=(), description="Lines it sees completely.")
    links: tuple[str, ...] = Field(default=(), description="Only rooms whose link contains one of these.")


class StoryChannel(Section):
    """A way for messages."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,40}$", description="Name.")
    carries: tuple[Literal["to_our_side", "to_guests", "tasks"], ...] = Field(description="What it delivers.")
    recovery: Literal["verify", "resend", "ask"] = Field(default="verify", description="What after a crash.")
    edits: bool = Field(default=True, description="Can edit what it sent.")


class Who(Section):
    """How somebody appears to a source."""

    name: Text | None = Field(default=None, description="Displayed name.")
    address: Address | None = Field(default=None, description="Address the source gives.")
    id: str | None = Field(default=None, description="The source's own id.")
    phone: str | None = Field(default=None, description="Number of a dial-in.")
    verified: bool = Field(default=False, description="The source vouches for it.")
    machine: bool = Field(default=False, description="A room system or recorder.")


class Joins(Section):
    """Somebody enters a room."""

    who: str = Field(description="Name in this story, for `leave`; an address means signed in as that person.")
    seen_as: Who | None = Field(default=None, alias="as", description="How they appear; else signed in.")
    where: Where = Field(default=Where.ROOM, description="Room or lobby.")
    link: str | None = Field(default=None, description="Another room than the meeting's.")
    seen_by: tuple[str, ...] = Field(default=(), description="Only these sources see it; else all that can.")


class Renames(Section):
    """Somebody in a room shows another name; the visit goes on."""

    who: str = Field(description="As in `join`.")
    shown_as: Who = Field(alias="as", description="How they appear from now on.")


class Lag(Section):
    """A source falls behind: its answers are true, but of a while ago."""

    source: str = Field(description="Which.")
    by: Wait = Field(description="How far behind.")


class Call(Section):
    """A telephone call, whole: it begins now."""

    by: Literal["ours", "theirs"] = Field(description="Who rings.")
    line: Phone = Field(description="Our line.")
    number: Phone | None = Field(default=None, description="The other number; none is withheld.")
    rings: Duration = Field(default=dt.timedelta(seconds=20), description="How long it rings.")
    talks: Duration | None = Field(default=None, description="How long they talk; none: nobody answers.")
    result: CallResult | None = Field(default=None, description="Else answered or no_answer.")


class Changes(Section):
    """Somebody changes the event."""

    to: Moment | None = Field(default=None, description="New start.")
    length: Wait | None = Field(default=None, description="New length.")
    link: str | None = Field(default=None, description="New link.")
    without: Address | None = Field(default=None, description="Somebody is removed.")
    adds: Guest | None = Field(default=None, description="Somebody is invited as well.")
    response_of: Address | None = Field(default=None, description="Somebody answers the invitation ...")
    response: Literal["accepted", "tentative", "declined", "none"] | None = Field(default=None, description="... so.")


class AnswerGiven(Section):
    """One of ours presses a button or answers."""

    by: Address = Field(description="Who.")
    to: FollowUpKind = Field(default=FollowUpKind.QUESTION, description="Which message they answer.")
    say: Said | Verb = Field(description="What they say.")
    text: str = Field(default="", description="An edited text.")
    hears: Noted | None = Field(default=None, description="What they must be told about their answer.")


class Event(Section):
    """Something happens. Exactly one of the keys beside `at` and `meeting`."""

    at: Moment = Field(description="When.")
    meeting: str | None = Field(default=None, description="Which meeting; may be left out when there is one.")
    join: Joins | str | None = Field(default=None, description="Somebody enters.")
    leave: str | None = Field(default=None, description="Somebody leaves.")
    admit: str | None = Field(default=None, description="Somebody is let in from the lobby.")
    rename: Renames | None = Field(default=None, description="Somebody shows another name.")
    call: Call | None = Field(default=None, description="A telephone call begins.")
    change: Changes | None = Field(default=None, description="The event changes.")
    cancel: bool = Field(default=False, description="The event is cancelled.")
    delete: bool = Field(default=False, description="The event vanishes.")
    rebook: Moment | None = Field(default=None, description="A new event with the same people is made for then.")
    answer: AnswerGiven | None = Field(default=None, description="One of ours answers.")
    down: str | None = Field(default=None, description="A source, account or channel fails.")
    lost: str | None = Field(default=None, description="Its sign-in is no longer accepted.")
    empty: str | None = Field(default=None, description="A source answers wrongly: nobody there.")
    late: Lag | None = Field(default=None, description="A source answers late.")
    refuses: str | None = Field(default=None, description="A channel refuses whatever it is given.")
    bounce: FollowUpKind | None = Field(default=None, description="The newest message of this kind comes back.")
    up: str | None = Field(default=None, description="It is well again.")
    kill: Literal["now", "before_the_wire", "after_the_wire"] | None = Field(
        default=None, description="The daemon is killed: at once, or in its next send."
    )
    start: bool = Field(default=False, description="The daemon comes back.")
    pause: bool = Field(default=False, description="An operator pauses sending.")
    resume: bool = Field(default=False, description="And resumes.")
    opt_out: Address | None = Field(default=None, description="A guest wants no more messages.")


class Late(Section):
    """Whole minutes between the start and the first of a side to come."""

    ours: int | None = Field(default=None, description="Our side.")
    theirs: int | None = Field(default=None, description="The other side.")


class PersonExpected(Section):
    """Presence of one person."""

    person: str = Field(description="Address.")
    presence: Presence = Field(description="What is held to be true.")


class TextExpected(Section):
    """What stood in the messages of one kind, subject and text."""

    kind: FollowUpKind = Field(description="Which messages.")
    says: tuple[str, ...] = Field(default=(), description="Each of these stands in every one of them.")
    never_says: tuple[str, ...] = Field(default=(), description="None of these stands in any of them.")


class Expect(Section):
    """What must hold at an instant, or at the end."""

    at: Moment | None = Field(default=None, description="When; else at the end.")
    meeting: str | None = Field(default=None, description="Which; may be left out when there is one.")
    outcome: Outcome | None = None
    never: tuple[Outcome, ...] = Field(default=(), description="Outcomes it never had up to then.")
    phase: Phase | None = None
    skip: Skip | None = None
    ours: SidePresence | None = None
    theirs: SidePresence | None = None
    people: tuple[PersonExpected, ...] = ()
    reasons: tuple[Reason, ...] = Field(default=(), description="Among the reasons.")
    no_reasons: tuple[Reason, ...] = Field(default=(), description="Not among the reasons.")
    round: int | None = None
    sent: tuple[str, ...] = Field(default=(), description='Sent by then: "kind" or "kind person".')
    not_sent: tuple[str, ...] = Field(default=(), description="Not sent by then.")
    open: tuple[str, ...] = Field(default=(), description="Waiting for approval or queued.")
    withheld: tuple[str, ...] = Field(default=(), description='Withheld: "kind reason".')
    withdrawn: tuple[str, ...] = ()
    retracted: tuple[str, ...] = ()
    quiet: bool = Field(default=False, description="Nothing went to any guest.")
    texts: tuple[TextExpected, ...] = ()
    late: Late | None = Field(default=None, description="How late each side was.")
    count: dict[FollowUpKind, int] = Field(default_factory=dict, description="How many of a kind were sent.")
    arrived: dict[FollowUpKind, int] = Field(
        default_factory=dict, description="How often a message of a kind went over the wire."
    )


class Story(Section):
    """A story."""

    story: Text = Field(description="What it is about.")
    case: str = Field(default="", description="The line of the list of cases that it tells.")
    day: dt.date = Field(default=dt.date(2026, 3, 2), description="The day; a Monday by default.")
    zone: Zone = Field(default="Europe/Berlin", description="Zone of all times.")
    begins: Moment = Field(default="08:00", description="When the daemon starts.")
    ends: Moment = Field(default="18:00", description="When the story ends.")
    mode: Mode = Field(default=Mode.LIVE, description="live, or shadow.")
    us: Us = Field(default=Us(), description="As in the configuration.")
    person: tuple[Person, ...] = ()
    contact: tuple[Contact, ...] = ()
    policy: tuple[PolicySection, ...] = ()
    source: tuple[Source, ...] = ()
    channel: tuple[StoryChannel, ...] = Field(default=(), description="Else a chat, a mail and a task list.")
    meeting: tuple[StoryMeeting, ...] = ()
    event: tuple[Event, ...] = ()
    expect: tuple[Expect, ...] = ()


#: Reasons of withheld effects that a story may name, for the reference.
WITHHELD_WORDS = tuple(reason.value for reason in Withheld)
