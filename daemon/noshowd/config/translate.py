"""The configuration in words of the domain: policies, whom a meeting is with, whose hours count."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from datetime import time
from functools import lru_cache
from typing import Any

from noshowd.config.hours import Hours
from noshowd.config.model import Config, Mode
from noshowd.config.people import Contact, Person
from noshowd.config.policies import GuideSection, Judging, Ladder, LadderStep, Match, PolicySection, With, ladder_key
from noshowd.config.public_holidays import kept_holidays
from noshowd.domain.address import canonical
from noshowd.domain.followup import TO_GUESTS, Approval, Cause, FollowUpKind
from noshowd.domain.meeting import Kind, Meeting, Side
from noshowd.domain.policy import DEFAULT_LADDERS, Guide, JudgingRules, Policy, Step, WindowKind

#: As much of a title as patterns are tried on.
TITLE_SEEN = 200
_WINDOWS: dict[FollowUpKind, WindowKind] = {
    FollowUpKind.RECALL_TASK: WindowKind.DAY,
    FollowUpKind.QUESTION: WindowKind.DAY,
    FollowUpKind.NOTICE: WindowKind.DAY,
    FollowUpKind.RESCHEDULE_OFFER: WindowKind.DAYS,
}


def sections(config: Config) -> tuple[PolicySection, ...]:
    """The policies in the order in which they are tried; without any, one for all meetings with guests."""
    return config.policy or (PolicySection(name="default"),)


def policies(config: Config) -> dict[str, Policy]:
    """Every policy by name."""
    return {section.name: policy(section, config) for section in sections(config)}


def policy(section: PolicySection, config: Config) -> Policy:
    """One policy; what it leaves out is as the domain has it. It only tries while the mode is shadow."""
    given: dict[str, Any] = {
        "most_guests": section.most_guests,
        "daily_limit": section.daily_limit,
        "offer_days": section.offer_for,
        "misses_before_task": section.misses_before_task,
        "veto_after": section.veto_after,
        "confirm_before": section.confirm_before,
        "guide": None if section.guide is None else _guide(section.guide),
        "ask_at": None if section.ask_at is None else time.fromisoformat(section.ask_at),
    }
    plain = Policy(
        name=section.name,
        judging=_judging(section.judging),
        ladders={cause: _ladder(getattr(section, ladder_key(cause)), cause) for cause in DEFAULT_LADDERS},
        shadow=config.mode is Mode.SHADOW or bool(section.shadow),
    )
    return dataclasses.replace(plain, **{key: value for key, value in given.items() if value is not None})


def guides(config: Config) -> dict[str, Guide]:
    """Own guides for a call back, by the name of their policy."""
    return {one.name: _guide(one.guide) for one in sections(config) if one.guide is not None}


def _guide(section: GuideSection) -> Guide:
    first, second = section.steps
    return Guide(first_step=first, second_step=second, **section.model_dump(exclude={"steps"}))


class Policies:
    """Which policy a meeting falls under. Each is made once; meetings are many."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._made = [
            (section, made, dataclasses.replace(made, shadow=True))
            for section, made in ((one, policy(one, config)) for one in sections(config))
        ]
        self._somebody_tries_out = any(person.shadow for person in config.person)

    def choose(self, meeting: Meeting) -> Policy | None:
        """The first policy whose conditions the meeting meets; None when it is not to be watched.

        It is in shadow as well when one of our people in the meeting is.
        """
        config = self._config
        found = next((one for one in self._made if _fits(one[0].match, meeting, config)), None)
        if found is None or not found[0].watch or _is_delicate(meeting.title, config):
            return None
        _, live, tried_out = found
        return tried_out if self._somebody_tries_out and self._is_tried_out(meeting) else live

    def _is_tried_out(self, meeting: Meeting) -> bool:
        people = [person_for(p.address, self._config) for p in meeting.side(Side.OURS)]
        return any(person is not None and person.shadow for person in people)


def is_ours(address: str, config: Config) -> bool:
    """Whether an address belongs to our side."""
    bare = canonical(address)
    return bare.rpartition("@")[2] in config.us.domains or bare in config.person_at or bare in config.our_addresses


def person_for(address: str | None, config: Config) -> Person | None:
    """Our [[person]] with this address or alias."""
    if address is None:
        return None
    return config.person_at.get(canonical(address))


def contact_for(address: str | None, config: Config) -> Contact | None:
    """What is known of a guest: the entry of the very address, else that of the longest domain it ends in."""
    if address is None:
        return None
    bare = canonical(address)
    exact = next((c for c in config.contact if not c.match.startswith("@") and canonical(c.match) == bare), None)
    if exact is not None:
        return exact
    domain = bare.rpartition("@")[2]
    fitting = [c for c in config.contact if c.match.startswith("@") and _within(domain, c.match[1:])]
    return max(fitting, key=lambda c: len(c.match), default=None)


def hours_of(person: Person | None, config: Config) -> Hours:
    """Working hours of one of ours, or of us as a whole."""
    us = config.us
    zone = (person.zone if person is not None else None) or us.zone
    return Hours(
        weekly=(person.working_hours if person is not None else None) or us.working_hours,
        zone=zone,
        regions=kept_holidays(us.holidays, zone),
    )


def guest_hours(contact: Contact | None, config: Config) -> Hours:
    """When a guest may be written to after the slot: their zone (unknown: ours), the holidays of both sides."""
    us = config.us
    ours = kept_holidays(us.holidays, us.zone)
    theirs = kept_holidays(contact.holidays, contact.zone) if contact is not None else ()
    return Hours(
        weekly=us.guest_hours,
        zone=(contact.zone if contact is not None else None) or us.zone,
        regions=tuple(dict.fromkeys((*ours, *theirs))),
    )


def _judging(section: Judging) -> JudgingRules:
    given = {key: value for key, value in section if value is not None}
    return dataclasses.replace(JudgingRules(), **given)


def _ladder(given: Ladder | None, cause: Cause) -> tuple[Step, ...]:
    if given is None:
        return DEFAULT_LADDERS[cause]
    seen: Counter[FollowUpKind] = Counter()
    steps = []
    for step in given:
        seen[step.send] += 1
        # the name survives other steps being added before it
        name = step.send.value if seen[step.send] == 1 else f"{step.send.value}_{seen[step.send]}"
        steps.append(_step(step, name))
    return tuple(steps)


def _step(step: LadderStep, name: str) -> Step:
    usual = Approval.ASK if step.send in TO_GUESTS else Approval.AUTO
    return Step(
        name=name,
        kind=step.send,
        after=step.after,
        approval=step.approval or usual,
        window=step.window or _WINDOWS.get(step.send, WindowKind.SLOT),
        media=frozenset(Kind(medium) for medium in step.medium),
        every=step.every,
    )


def _fits(match: Match, meeting: Meeting, config: Config) -> bool:
    return (
        meeting.place.kind.value in match.medium
        and _with_fits(match.with_, meeting, config)
        and (not match.people or any(_named(a, match.people) for a in _addresses(meeting, Side.OURS, Side.THEIRS)))
        and (not match.domains or any(_named(a, match.domains) for a in _addresses(meeting, Side.THEIRS)))
        and (match.title is None or _title_fits(match.title, meeting.title))
    )


def _addresses(meeting: Meeting, *sides: Side) -> list[str]:
    return [a for p in meeting.people if p.side in sides for a in (p.address, *p.aliases) if a is not None]


def _with_fits(wanted: With, meeting: Meeting, config: Config) -> bool:
    if wanted is With.ANYONE:
        return True
    theirs = meeting.side(Side.THEIRS)
    unlisted = meeting.open_ended and not theirs
    external = unlisted or any(p.address is None or not is_ours(p.address, config) for p in theirs)
    return external is (wanted is With.EXTERNAL)


def _named(address: str, names: tuple[str, ...]) -> bool:
    bare = canonical(address)
    return any(_within(bare.rpartition("@")[2], n[1:]) if n.startswith("@") else bare == canonical(n) for n in names)


def _within(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith("." + parent)


def _is_delicate(title: str, config: Config) -> bool:
    words = config.privacy.skip_titles
    return bool(words) and _title_fits(_any_word(words), title)


@lru_cache(maxsize=16)
def _any_word(words: tuple[str, ...]) -> str:
    return rf"\b(?:{'|'.join(re.escape(word) for word in words)})\b"


def _title_fits(pattern: str, title: str) -> bool:
    return re.search(pattern, title[:TITLE_SEEN], re.IGNORECASE) is not None
