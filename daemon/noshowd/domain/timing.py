"""When to judge and when to look again: a bounded number of instants for each meeting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from noshowd.domain.evidence import SourceTraits
from noshowd.domain.meeting import Kind, Meeting, Side
from noshowd.domain.policy import JudgingRules, Policy, Step
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome, Verdict

#: What a look planned for an instant may be early by.
_MARGIN = timedelta(seconds=1)


def window(meeting: Meeting, rules: JudgingRules) -> Span:
    """When presence may be read: from the early window to a little after the end."""
    return Span(start=meeting.start - rules.early_window, end=meeting.end + rules.call_late)


def settled_at(meeting: Meeting, rules: JudgingRules, sources: Iterable[SourceTraits]) -> datetime:
    """When the slowest source can no longer correct the verdict."""
    latest = meeting.end + _MARGIN
    for source in sources:
        after = source.settles_after + source.lag
        if source.ended_only:
            after = max(after, rules.longest_overrun + source.lag)
        latest = max(latest, meeting.end + after + _MARGIN)
    return latest


def confirmation(meeting: Meeting, rules: JudgingRules) -> timedelta:
    """After how long from the start an absence counts as confirmed; whoever was invited later has time to come."""
    asked = [
        p.invited_at + rules.confirm_at_least - meeting.start
        for p in meeting.people
        if p.invited_at is not None and p.expected
    ]
    return max([rules.confirmation(meeting.length), *asked])


def gives_up(meeting: Meeting, rules: JudgingRules, confirmed: timedelta) -> timedelta:
    """After how long from the start evidence that broke off before the confirmation is waited for no longer.

    `confirmed` is the meeting's `confirmation`.
    """
    return max(rules.gives_up(meeting.length), confirmed + rules.gap)


def last_instant(meeting: Meeting, step: Step, confirmed: timedelta, until: datetime) -> datetime | None:
    """The latest instant up to `until` at which a rung is due: once, or again and again until the slot ends.

    `confirmed` is how long after the start an absence counts as confirmed.
    """
    first = meeting.start + (confirmed if step.after is None else step.after)
    if first > until:
        return None
    if step.every is None:
        return first
    return first + (min(until, max(meeting.end, first)) - first) // step.every * step.every


class _Marks:
    """When time alone may change the verdict of one meeting or make a rung due, counted from its start."""

    def __init__(self, meeting: Meeting, policy: Policy) -> None:
        confirmed = confirmation(meeting, policy.judging)
        self._start, self._length = meeting.start, meeting.length
        self._once = [-policy.warn_before, self._length, confirmed, gives_up(meeting, policy.judging, confirmed)]
        #: Rungs that come again: when first, and how often from then on.
        self._again: list[tuple[timedelta, timedelta]] = []
        for ladder in policy.ladders.values():
            for step in ladder:
                first = confirmed if step.after is None else step.after
                self._once.append(first)
                if step.every is not None:
                    self._again.append((first, step.every))

    def after(self, instant: datetime) -> datetime | None:
        """The first of them that is later than `instant`."""
        passed = instant - self._start
        coming = [mark for mark in self._once if mark > passed]
        for first, every in self._again:
            if first <= passed:
                again = first + ((passed - first) // every + 1) * every
                if again <= self._length:
                    coming.append(again)
        return self._start + min(coming) if coming else None


def next_look_at(meeting: Meeting, policy: Policy, sources: Iterable[SourceTraits], now: datetime) -> datetime | None:
    """The next instant at which the verdict or a rung may change by the mere passing of time; None when never.

    Rungs are tried when the evidence can reach them: their instant plus the source's lag.
    """
    known, marks = list(sources), _Marks(meeting, policy)
    instants = [window(meeting, policy.judging).start, settled_at(meeting, policy.judging, known)]
    if policy.confirm_before is not None:
        instants.append(meeting.start - policy.confirm_before)
    for lag in {timedelta(0), *(s.lag + _MARGIN for s in known)}:
        mark = marks.after(now - lag)
        if mark is not None:
            instants.append(mark + lag)
    return min([t for t in instants if t > now], default=None)


def next_rung_at(meeting: Meeting, policy: Policy, now: datetime) -> datetime | None:
    """When the next rung may be due of a case that no source can change any more; None when none is to come."""
    return _Marks(meeting, policy).after(now)


def first_source_look(meeting: Meeting, source: SourceTraits, policy: Policy, now: datetime) -> datetime | None:
    """When a source is first asked about a meeting that has just become known: at once when it runs already."""
    later = next_source_look(meeting, source, policy, None, now)
    return later if later is None else max(_opens(meeting, source, policy.judging), now)


def _opens(meeting: Meeting, source: SourceTraits, rules: JudgingRules) -> datetime:
    """From when a source is asked. One that keeps history tells at the start what was before it."""
    if source.keeps_history:
        return meeting.start - min(source.prepares, rules.early_window)
    return meeting.start - (rules.call_early if meeting.place.kind is Kind.PHONE else rules.early_window)


def next_source_look(
    meeting: Meeting, source: SourceTraits, policy: Policy, verdict: Verdict | None, now: datetime
) -> datetime | None:
    """When to look at a source again, None when it can bring nothing more.

    A source that shows only the moment is looked at twice as often as a gap is long; one that keeps history once a gap
    length and whenever a rung is due; one that tells of ended calls only, every two minutes. After the end: once, and
    when it has settled; as often as in the slot while both sides are there and have not met.
    """
    if verdict is not None and (verdict.final or verdict.outcome in (Outcome.CALLED_OFF, Outcome.NOT_WATCHED)):
        return None
    rules = policy.judging
    opens = _opens(meeting, source, rules)
    if now < opens:
        return opens
    if now < meeting.end:
        pause = _pause(source, rules)
        lag = source.lag + _MARGIN
        mark = _Marks(meeting, policy).after(now - lag)
        return now + pause if mark is None else min(now + pause, mark + lag)
    late = [
        meeting.end + source.lag + _MARGIN,
        meeting.end + source.settles_after / 2,
        settled_at(meeting, rules, [source]) - _MARGIN / 2,
    ]
    if verdict is not None and _both_here(verdict) and now < window(meeting, rules).end:
        # one stands at the other's door: whether they meet after all is seen as closely as in the slot
        late.append(now + _pause(source, rules))
    if source.ended_only:
        # what went on past the end is known soon after it has ended
        late += [meeting.end + rules.longest_overrun * quarter / 4 for quarter in range(1, 4)]
    return min((t for t in late if t > now), default=None)


def _pause(source: SourceTraits, rules: JudgingRules) -> timedelta:
    if source.ended_only:
        return rules.gap * 2
    return rules.gap if source.keeps_history else rules.gap / 2


def _both_here(verdict: Verdict) -> bool:
    """Whether both sides are there, be it in the lobby, and have not met."""
    here = {person.side for person in verdict.people if person.here_now}
    return verdict.outcome is not Outcome.HELD and here == set(Side)
