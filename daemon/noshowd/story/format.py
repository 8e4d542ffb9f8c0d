"""The format of a story: one TOML file, every key checked. `docs/stories.md` is made from these models."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from noshowd.config.model import Mode
from noshowd.config.people import Contact, Person, Us
from noshowd.config.policies import PolicySection
from noshowd.config.refusal import refuse
from noshowd.config.values import Address, Duration, Phone, Section, Text, Wait, Zone
from noshowd.domain.evidence import Blind
from noshowd.story.expectation import Expect
from noshowd.story.happening import Event, Guest
from noshowd.story.moment import Moment, on_the_clock


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
    lossy: bool = Field(default=False, description="A coming that it is not told of leaves no trace.")
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


#: The account in which all calendars of a story lie.
ACCOUNT = "calendars"
#: What a firm has when a story does not say: a chat for us, mail for guests, a task list.
USUAL_CHANNELS = (
    StoryChannel(name="chat", carries=("to_our_side",)),
    StoryChannel(name="mail", carries=("to_our_side", "to_guests"), recovery="ask", edits=False),
    StoryChannel(name="tasks", carries=("tasks",)),
)


class Story(Section):
    """A story."""

    story: Text = Field(description="What it is about.")
    case: str = Field(default="", description="The line of the list of cases that it tells.")
    day: dt.date = Field(default=dt.date(2026, 3, 2), description="The day; a Monday by default.")
    zone: Zone | None = Field(default=None, description="Zone of all times; else that of [us].")
    writes: bool = Field(
        default=False, description="The calendars may be written: guests choose new times, installations leave marks."
    )
    begins: Moment = Field(default="08:00", description="When the daemon starts.")
    ends: Moment = Field(default="18:00", description="When the story ends.")
    mode: Mode = Field(default=Mode.LIVE, description="live, or shadow.")
    us: Us = Field(default=Us(), description="As in the configuration.")
    person: tuple[Person, ...] = Field(default=(), description="Our people, as in the configuration.")
    contact: tuple[Contact, ...] = Field(default=(), description="Guests we know, as in the configuration.")
    policy: tuple[PolicySection, ...] = Field(default=(), description="As in the configuration; else the built-in one.")
    source: tuple[Source, ...] = Field(default=(), description="Sources of presence; none: nothing is seen.")
    channel: tuple[StoryChannel, ...] = Field(default=(), description="Else a chat, a mail and a task list.")
    meeting: tuple[StoryMeeting, ...] = Field(default=(), description="What stands in the calendars.")
    event: tuple[Event, ...] = Field(default=(), description="What happens, in any order.")
    expect: tuple[Expect, ...] = Field(default=(), description="What must hold, and when.")

    @property
    def clocks(self) -> ZoneInfo:
        """The zone in which every time of the story is written."""
        return ZoneInfo(self.zone or self.us.zone)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        """What is said about a part or a meeting that the story does not have would silently do nothing."""
        meetings = {meeting.id for meeting in self.meeting}
        parts = {ACCOUNT, *(source.name for source in self.source)}
        parts |= {channel.name for channel in self.channel or USUAL_CHANNELS}
        for expect in self.expect:
            _known(expect.meeting, meetings, "Name a meeting by its id.")
        for event in self.event:
            _known(event.meeting, meetings, "Name a meeting by its id.")
            late = event.late.source if event.late else None
            for part in (event.down, event.lost, event.empty, event.refuses, event.up, late):
                _known(part, parts, "Name a source or channel of this story, or its calendars.")
        return self

    @model_validator(mode="after")
    def _all_of_it_is_told(self) -> Self:
        """What stands after the end would silently not happen."""
        ends = on_the_clock(self.ends, self.day)
        late = next((at for at in self._instants() if on_the_clock(at, self.day) > ends), None)
        if on_the_clock(self.begins, self.day) >= ends or late is not None:
            raise refuse(
                f"an end after {late or self.begins} where the story ends at {self.ends}", do="Correct `ends`."
            )
        return self

    def _instants(self) -> list[Moment]:
        return [*(event.at for event in self.event), *(expect.at for expect in self.expect if expect.at is not None)]


def _known(name: str | None, names: set[str], do: str) -> None:
    if name is not None and name not in names:
        raise refuse(f"{', '.join(sorted(names))} where the story says {name}", do=do)
