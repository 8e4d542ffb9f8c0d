"""In which shapes the day is written down: appointments, what happens, and how people answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from noshowd.demo.cast import Actor


class Where(StrEnum):
    """Where an appointment takes place, which is also whose calendar it lies in."""

    MEET = "Google Meet"
    TEAMS = "Teams"
    PHONE = "telephone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One appointment of the day; the guest has accepted. `at` is local time, `title` names it everywhere."""

    at: str
    minutes: int
    title: str
    host: Actor
    guest: Actor
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Joins:
    at: str
    who: Actor
    to: Appointment


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    at: str
    who: Actor
    of: Appointment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """The host rings the guest from the line that sipgate sees; `talks` None: nobody answers."""

    at: str
    about: Appointment
    talks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Something that no system can see."""

    at: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWithdrawn:
    """Google refuses everything in this person's name from now on."""

    at: str
    who: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRestored:
    at: str
    who: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class KilledWhileSending:
    """From now on the next mail to `to` ends with SIGKILL: after the server took it, before noshowd knows."""

    at: str
    to: Actor


Act = Joins | Leaves | Rings | Unseen | TokenWithdrawn | TokenRestored | KilledWhileSending


class By(StrEnum):
    """The way in which somebody answers."""

    BUTTON = "presses a button in Slack"
    REPLY = "replies by mail"
    PAGE = "opens the link of the mail"
    OFFER = "opens the page of an offer and takes the second time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Whenever `who` is sent something about `about` that offers `tap`, they choose it after `after` minutes.

    `word` is what a reply by mail says in its place, and the keyword that a guest gives along.
    """

    who: Actor
    about: Appointment
    tap: str
    by: By
    after: float = 1
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Everything that is going to happen, and when the day begins and ends (local time)."""

    opens: str
    closes: str
    appointments: tuple[Appointment, ...]
    acts: tuple[Act, ...]
    answers: tuple[Answers, ...]
