"""What is done about which meetings: [[policy]] with its ladders."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from noshowd.config.refusal import refuse
from noshowd.config.values import (
    AddressOrDomain,
    Duration,
    Flag,
    Name,
    Section,
    TitlePattern,
    Wait,
    parse_duration,
)
from noshowd.domain.followup import TO_GUESTS, Approval, Cause, FollowUpKind
from noshowd.domain.policy import WindowKind

Medium = Literal["video", "phone"]


class With(StrEnum):
    """Whom a meeting is with."""

    EXTERNAL = "external"
    INTERNAL = "internal"
    ANYONE = "anyone"


class Match(Section):
    """Which meetings a policy is for; every key given must fit."""

    medium: tuple[Medium, ...] = Field(
        default=("video", "phone"), min_length=1, description="Kinds of meeting.", examples=[["video", "phone"]]
    )
    with_: With = Field(
        default=With.EXTERNAL,
        alias="with",
        description="external: somebody from outside is expected; internal; anyone.",
    )
    people: tuple[AddressOrDomain, ...] = Field(
        default=(),
        description="At least one of these takes part, on either side.",
        examples=[["anna@beispiel-beratung.de"]],
    )
    domains: tuple[AddressOrDomain, ...] = Field(
        default=(), description="At least one guest from one of these, as @example.com.", examples=[["@grosskunde.de"]]
    )
    title: TitlePattern | None = Field(
        default=None,
        description="A word of the title, or a regular expression; capitals do not matter.",
        examples=["Beratung|Erstgespräch"],
    )


class Judging(Section):
    """How long is long enough. The defaults suit ordinary appointments."""

    early_window: Duration | None = Field(default=None, description="Earlier visits do not count.", examples=["15 min"])
    shortest_stay: Wait | None = Field(default=None, description="A shorter stay is no stay.", examples=["60 s"])
    overlap_for_held: Wait | None = Field(
        default=None, description="Both there this long together is a meeting held.", examples=["60 s"]
    )
    confirm_after: Wait | None = Field(
        default=None,
        description="Absence is confirmed then, or after a third of the slot if that is sooner.",
        examples=["15 min"],
    )
    confirm_at_least: Wait | None = Field(default=None, description="But never sooner than this.", examples=["5 min"])
    shortest_talk: Wait | None = Field(default=None, description="A shorter call is no talk.", examples=["20 s"])
    sure_talk: Wait | None = Field(
        default=None, description="A longer one surely is; between the two it may be a mailbox.", examples=["90 s"]
    )
    call_early: Duration | None = Field(default=None, description="A call this early counts.", examples=["10 min"])
    call_late: Duration | None = Field(
        default=None, description="A call this long after the slot counts.", examples=["15 min"]
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for short, long in (("shortest_talk", "sure_talk"), ("confirm_at_least", "confirm_after")):
            low, high = getattr(self, short), getattr(self, long)
            if low is not None and high is not None and low > high:
                raise refuse(f"{short} at most as long as {long}", do="Change one of the two.")
        return self


def _after(given: Any) -> Any:
    return None if given == "confirmed" else parse_duration(given)


After = Annotated[Duration | None, BeforeValidator(_after)]


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value):
        raise refuse('a time of day such as "17:30"', do="Write hours and minutes with two digits each.")
    return value


TimeOfDay = Annotated[str, Field(max_length=5), AfterValidator(_time_of_day)]


class LadderStep(Section):
    """One rung of a ladder: what is done how long after the start."""

    after: After = Field(
        description='How long after the start, or "confirmed" for the moment the absence counts as confirmed.',
        examples=["15 min"],
        json_schema_extra={"anyOf": [{"const": "confirmed"}, {"type": "string", "pattern": r"^\s*\d+\s*[a-z]"}]},
    )
    send: FollowUpKind = Field(description="What is sent or done.", examples=["recall_task"])
    approval: Approval | None = Field(
        default=None,
        description="Messages to guests only. ask: somebody of us must agree; veto: nobody objects; auto; draft.",
        examples=["ask"],
    )
    every: Wait | None = Field(
        default=None, description="Again this often while it stays true (nudges).", examples=["3 min"]
    )
    window: WindowKind | None = Field(
        default=None,
        description="How long it may still be done: slot, day (the working day) or days.",
        examples=["day"],
    )
    medium: tuple[Medium, ...] = Field(default=("video", "phone"), min_length=1, description="Only for these.")

    @model_validator(mode="after")
    def _approval_is_for_guests(self) -> Self:
        if self.approval not in (None, Approval.AUTO) and self.send not in TO_GUESTS:
            raise refuse(
                f"approval only with {', '.join(sorted(TO_GUESTS))}", do="Remove approval: our own side is just told."
            )
        if self.every is not None and self.send is not FollowUpKind.NUDGE:
            raise refuse("every only with nudge", do="Remove every: a message to a guest is never repeated.")
        return self


_EVERYWHERE = frozenset({FollowUpKind.RECALL_TASK, FollowUpKind.QUESTION, FollowUpKind.NOTICE})
#: What may stand in which ladder; the send gate would withhold anything else for ever.
ALLOWED_STEPS: dict[Cause, frozenset[FollowUpKind]] = {
    Cause.THEY_ARE_MISSING: _EVERYWHERE
    | {
        FollowUpKind.WAITING_NOTICE,
        FollowUpKind.COURTESY_MESSAGE,
        FollowUpKind.SUGGEST_CALL,
        FollowUpKind.RESCHEDULE_OFFER,
    },
    Cause.WE_ARE_MISSING: _EVERYWHERE
    | {
        FollowUpKind.NUDGE,
        FollowUpKind.WORD_TO_WAITING,
        FollowUpKind.COVER_NEEDED,
        FollowUpKind.RESCHEDULE_OFFER,
    },
    Cause.MISSED_EACH_OTHER: _EVERYWHERE | {FollowUpKind.RESCHEDULE_OFFER},
    Cause.NOT_ADMITTED: frozenset({FollowUpKind.WAITING_NOTICE, FollowUpKind.NOTICE}),
    Cause.NOBODY_CAME: frozenset({FollowUpKind.QUESTION, FollowUpKind.NOTICE}),
    Cause.UNKNOWN: frozenset({FollowUpKind.SUGGEST_CALL, FollowUpKind.QUESTION, FollowUpKind.NOTICE}),
}

Ladder = tuple[LadderStep, ...]


_Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\r\n]*$")]


class GuideSection(Section):
    """Own words for a call back. {host} is our person and {time} the time of the appointment; no more is filled in."""

    opening: _Words = Field(
        description="The first sentence.", examples=["Guten Tag, hier ist {host}. Passt es gerade kurz?"]
    )
    purpose: _Words = Field(
        description="What it is about, in one sentence.", examples=["Ich möchte unser Gespräch gern nachholen."]
    )
    steps: Annotated[tuple[_Words, ...], Field(min_length=2, max_length=2)] = Field(
        description="Two possible next steps.", examples=[["Gleich sprechen.", "Einen neuen Termin vereinbaren."]]
    )
    no_time: _Words = Field(description="If it does not suit.", examples=["Kein Problem. Wann passt es besser?"])
    voicemail: _Words = Field(
        description="For a mailbox: never the topic.", examples=["Guten Tag, hier ist {host}. Ich melde mich wieder."]
    )
    closing: _Words = Field(
        description="The end, with what was agreed.", examples=["Dann halten wir das so fest. Vielen Dank!"]
    )

    @model_validator(mode="after")
    def _names_only_what_is_known(self) -> Self:
        texts = (self.opening, self.purpose, *self.steps, self.no_time, self.voicemail, self.closing)
        for text in texts:
            unknown = set(re.findall(r"\{[^}]*\}?", text)) - {"{host}", "{time}"}
            if unknown:
                raise refuse("{host} and {time}", do=f"Remove {min(unknown)}: nothing else is filled in.")
        return self


class PolicySection(Section):
    """One group of meetings and what is done about them. A ladder that is left out is the built-in one."""

    name: Name = Field(description="Name of the policy.", examples=["customer calls"])
    match: Match = Field(default=Match(), description="Which meetings; the first policy that fits rules.")
    watch: Flag = Field(default=True, description="False leaves these meetings alone.")
    shadow: Flag | None = Field(default=None, description="True only tries, even when mode is live.", examples=[True])
    judging: Judging = Field(default=Judging(), description="Waiting times of this policy.")
    most_guests: Annotated[int, Field(strict=True, ge=1, le=20)] | None = Field(
        default=None, description="With more guests than this nobody is written to; it becomes a task.", examples=[3]
    )
    daily_limit: Annotated[int, Field(strict=True, ge=1, le=5)] | None = Field(
        default=None, description="Messages of one kind to one guest in a day.", examples=[1]
    )
    offer_for: Wait | None = Field(
        default=None, description="How long an offer may still be sent.", examples=["2 days"]
    )
    misses_before_task: Annotated[int, Field(strict=True, ge=1, le=100)] | None = Field(
        default=None,
        description="From this many misses of one guest on, a task for a person instead of an offer.",
        examples=[3],
    )
    confirm_before: Wait | None = Field(
        default=None,
        description="So long before the start a guest who has not answered the invitation is asked once; else never.",
        examples=["1 day"],
    )
    veto_after: Wait | None = Field(default=None, description="How long a veto has time.", examples=["5 min"])
    ask_at: TimeOfDay | None = Field(
        default=None,
        description="Questions about what nobody saw wait for this time of day and come as one list, with a tap for "
        "each appointment. Without it each comes by itself once the one before is answered, and what is left shortly "
        "before the end of the day as one list.",
        examples=["17:30"],
    )
    guide: GuideSection | None = Field(default=None, description="Own words for a call back; else the built-in ones.")
    when_they_are_missing: Ladder | None = Field(default=None, description="Steps when the guests are missing.")
    when_we_are_missing: Ladder | None = Field(default=None, description="Steps when our side is missing.")
    when_missed_each_other: Ladder | None = Field(default=None, description="Steps when both came but never met.")
    when_not_admitted: Ladder | None = Field(default=None, description="Steps when somebody waits in the lobby.")
    when_nobody_came: Ladder | None = Field(default=None, description="Steps when nobody was seen.")
    when_unknown: Ladder | None = Field(default=None, description="Steps when nothing can be proved.")

    @model_validator(mode="after")
    def _steps_fit_their_ladder(self) -> Self:
        for cause, allowed in ALLOWED_STEPS.items():
            for step in getattr(self, ladder_key(cause)) or ():
                if step.send not in allowed:
                    raise refuse(
                        f"in {ladder_key(cause)}: {', '.join(sorted(allowed))}",
                        do=f'Remove the step that sends "{step.send}": its conditions can never hold there.',
                    )
        return self


def ladder_key(cause: Cause) -> str:
    """The key of a cause's ladder in a policy."""
    return f"when_{cause.value}"
