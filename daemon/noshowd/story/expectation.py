"""What a story expects: the tables of `[[expect]]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from noshowd.config.refusal import refuse
from noshowd.config.values import Section
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.meeting import Skip
from noshowd.domain.phase import Phase
from noshowd.domain.verdict import Outcome, Presence, Reason, SidePresence
from noshowd.story.moment import Moment


def _of_kind(given: str) -> str:
    """A misspelt kind is sent to nobody: `not_sent` would hold for ever."""
    if given.partition(" ")[0] not in list(FollowUpKind):
        raise refuse(f"one of {', '.join(FollowUpKind)}, and after a space whom or why", do="Name a kind of message.")
    return given


#: "kind", "kind person" or "kind reason".
OfKind = Annotated[str, AfterValidator(_of_kind)]


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
    outcome: Outcome | None = Field(default=None, description="The one word about the meeting.")
    never: tuple[Outcome, ...] = Field(default=(), description="Outcomes it never had up to then.")
    phase: Phase | None = Field(default=None, description="Where it stands in its life.")
    skip: Skip | None = Field(default=None, description="Why it is not watched.")
    ours: SidePresence | None = Field(default=None, description="Presence of our side as a whole.")
    theirs: SidePresence | None = Field(default=None, description="Presence of the other side as a whole.")
    people: tuple[PersonExpected, ...] = Field(default=(), description="Presence of single people.")
    reasons: tuple[Reason, ...] = Field(default=(), description="Among the reasons.")
    no_reasons: tuple[Reason, ...] = Field(default=(), description="Not among the reasons.")
    round: int | None = Field(default=None, description="1, and one more with every move.")
    sent: tuple[OfKind, ...] = Field(default=(), description='Sent by then: "kind" or "kind person".')
    not_sent: tuple[OfKind, ...] = Field(default=(), description="Not sent by then.")
    open: tuple[OfKind, ...] = Field(default=(), description="Waiting for approval or queued.")
    withheld: tuple[OfKind, ...] = Field(default=(), description='Withheld: "kind reason".')
    withdrawn: tuple[OfKind, ...] = Field(default=(), description="Taken out before it left.")
    retracted: tuple[OfKind, ...] = Field(default=(), description="Taken back after it had been sent.")
    quiet: bool = Field(default=False, description="Nothing went to any guest.")
    texts: tuple[TextExpected, ...] = Field(default=(), description="What could be read.")
    late: Late | None = Field(default=None, description="How late each side was.")
    count: dict[FollowUpKind, int] = Field(default_factory=dict, description="How many of a kind were sent.")
    arrived: dict[FollowUpKind, int] = Field(
        default_factory=dict, description="How often a message of a kind went over the wire."
    )
