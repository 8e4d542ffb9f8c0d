"""What can happen in a story: the tables of `[[event]]`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from noshowd.config.refusal import refuse
from noshowd.config.values import Address, Duration, Phone, Section, Text, Wait
from noshowd.domain.evidence import CallResult, Said, Where
from noshowd.domain.followup import FollowUpKind
from noshowd.engine.answers.choices import Noted, Verb
from noshowd.ports.offers import Reply
from noshowd.story.moment import Moment

#: What somebody answered to an invitation; `proposed` is asking for another time.
Answer = Literal["accepted", "tentative", "proposed", "declined", "none"]


class Guest(Section):
    """Somebody invited."""

    address: Address | None = Field(default=None, description="Mail address.")
    name: Text | None = Field(default=None, description="Name as the invitation has it.")
    response: Answer = Field(default="accepted", description="Answer.")
    optional: bool = Field(default=False, description="Need not come.")
    kind: Literal["person", "room", "group"] = Field(default="person", description="What it is.")


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


def _joins(given: Any) -> Any:
    return {"who": given} if isinstance(given, str) else given


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
    response: Answer | None = Field(default=None, description="... so.")


class AnswerGiven(Section):
    """One of ours presses a button or answers."""

    by: Address = Field(description="Who.")
    to: FollowUpKind = Field(default=FollowUpKind.QUESTION, description="Which message they answer.")
    say: Said | Verb = Field(description="What they say.")
    text: str = Field(default="", description="An edited text.")
    hears: Noted | None = Field(default=None, description="What they must be told about their answer.")


class GuestAnswers(Section):
    """A guest answers an offer of new times on its page; with nothing else said, by asking for other times."""

    takes: int | None = Field(default=None, ge=1, le=3, description="Which of the times on offer they take.")
    declines: bool = Field(default=False, description="They want no new time.")
    words: str = Field(default="", description="A keyword for the call, or which times would suit.")
    hears: Reply | None = Field(default=None, description="What they must be told about their answer.")


class Event(Section):
    """Something happens. Exactly one of the keys beside `at` and `meeting`."""

    at: Moment = Field(description="When.")
    meeting: str | None = Field(default=None, description="Which meeting; may be left out when there is one.")
    join: Annotated[Joins | None, BeforeValidator(_joins)] = Field(
        default=None, description="Somebody enters; a name alone stands for `who`."
    )
    leave: str | None = Field(default=None, description="Somebody leaves.")
    admit: str | None = Field(default=None, description="Somebody is let in from the lobby.")
    rename: Renames | None = Field(default=None, description="Somebody shows another name.")
    call: Call | None = Field(default=None, description="A telephone call begins.")
    change: Changes | None = Field(default=None, description="The event changes.")
    cancel: bool = Field(default=False, description="The event is cancelled.")
    delete: bool = Field(default=False, description="The event vanishes.")
    rebook: Moment | None = Field(default=None, description="A new event with the same people is made for then.")
    answer: AnswerGiven | None = Field(default=None, description="One of ours answers.")
    guest: GuestAnswers | None = Field(default=None, description="A guest answers the newest offer.")
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
    mark: Text | None = Field(
        default=None,
        description="Another installation, of this name, writes to the same guests: its mark stands in the calendars.",
    )
    resume_guests: bool = Field(default=False, description="A person lets this one write to guests all the same.")
    opt_out: Address | None = Field(default=None, description="A guest wants no more messages.")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        told = self.model_fields_set - {"at", "meeting"}
        if len(told) != 1:
            raise refuse(
                "exactly one thing that happens", do="Write one [[event]] for each; they may be at the same instant."
            )
        return self
