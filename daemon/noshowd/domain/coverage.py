"""What the sources of a video meeting would have shown: without that, nobody seen proves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from noshowd.domain.evidence import Blind, Coverage, Evidence, SourceTraits
from noshowd.domain.meeting import Meeting, Side
from noshowd.domain.policy import JudgingRules
from noshowd.domain.spans import Span, union, without
from noshowd.domain.visits import Seen

#: A source that cannot see one of these never proves that somebody of the other side is absent.
HIDES_GUESTS = frozenset({Blind.DIAL_IN, Blind.OUTSIDERS, Blind.OPTED_OUT})
#: Nor that anybody of either side is.
_HIDES_ANYBODY = frozenset({Blind.DIAL_IN, Blind.OPTED_OUT})


def into_the_room(evidence: Evidence) -> list[Coverage]:
    """What sources of rooms looked at, trusted or not."""
    return [c for c in evidence.coverages if not c.lines and not c.presence_only]


def lost_sight(
    evidence: Evidence, seen: Seen, sources: Mapping[str, SourceTraits], rules: JudgingRules
) -> dict[str, datetime]:
    """Sources that no longer show whom they had seen and who never left, and how far they are still believed.

    One that keeps history goes on telling of every visit. One that shows only the moment may have been left by
    everybody, but its empty list proves nothing.
    """
    lost: dict[str, datetime] = {}
    for source in {control.source for control in seen.controls}:
        looked = max((c.span.end for c in evidence.coverages if c.source == source), default=None)
        mine = [control for control in seen.controls if control.source == source]
        gone = [s.until for s in mine if looked is not None and s.open and s.until + rules.gap < looked]
        traits = sources.get(source)
        if gone and (traits is None or traits.keeps_history):
            lost[source] = min(gone) + rules.gap
        elif len(gone) == len(mine):
            lost[source] = max(gone) + rules.gap
    return lost


def blind_stretches(
    evidence: Evidence, seen: Seen, sources: Mapping[str, SourceTraits], rules: JudgingRules
) -> dict[str, list[Span]]:
    """When a source that shows only the moment showed nobody whom it could name, between two times when it did.

    Perhaps everybody had left; but whoever came meanwhile it did not show either, and it tells nothing afterwards.
    """
    found: dict[str, list[Span]] = {}
    for source in {control.source for control in seen.controls}:
        traits = sources.get(source)
        if traits is None or traits.keeps_history:
            continue
        named = {control.identity for control in seen.controls}
        shown = [s.span for s in evidence.sightings if s.source == source and s.identity in named]
        pairs = pairwise(union(shown, gap=rules.gap))
        holes = [Span(start=before.end, end=after.start) for before, after in pairs]
        if holes:
            found[source] = holes
    return found


def trusted(
    evidence: Evidence,
    seen: Seen,
    lost: Mapping[str, datetime],
    blind: Mapping[str, Sequence[Span]],
    *,
    said_there: bool,
) -> list[Coverage]:
    """What has its positive control, as far as that lasted."""
    controlled = {control.source for control in seen.controls}
    able = [c for c in evidence.coverages if said_there or c.source in controlled]
    kept = [one for c in able if (one := _up_to(c, lost.get(c.source))) is not None] if lost else able
    if not blind:
        return kept
    return [replace(c, span=span) for c in kept for span in without(c.span, blind.get(c.source, ()))]


def _up_to(coverage: Coverage, until: datetime | None) -> Coverage | None:
    """What of it lies before that instant; None where nothing does."""
    span = coverage.span
    if until is None or span.end <= until:
        return coverage
    return replace(coverage, span=Span(start=span.start, end=until)) if span.start <= until else None


def _supports(coverage: Coverage, side: Side, meeting: Meeting, rules: JudgingRules) -> bool:
    """Whether this coverage could have seen people of a side, leaving its lobby aside."""
    if coverage.presence_only or coverage.lines or too_early(coverage, meeting, rules):
        return False
    hidden = HIDES_GUESTS if side is Side.THEIRS else _HIDES_ANYBODY
    return not coverage.blind & hidden


def too_early(coverage: Coverage, meeting: Meeting, rules: JudgingRules) -> bool:
    """Whether a visit may still go on unseen, because the source tells of it only once it has ended."""
    return coverage.ended_only and coverage.span.end < meeting.end + rules.longest_overrun


def _watched(coverage: Coverage, side: Side, ours_in_room: tuple[Span, ...]) -> list[Span]:
    """When this coverage would have shown somebody of a side."""
    if side is Side.THEIRS and Blind.LOBBY in coverage.blind:
        # whoever knocks is invisible, and nobody lets them in, unless one of ours is in the room
        return [shared for ours in ours_in_room if (shared := coverage.span.overlap(ours)) is not None]
    return [coverage.span]


def when_covered(
    seen: Seen, coverages: list[Coverage], ours_in_room: tuple[Span, ...], meeting: Meeting, rules: JudgingRules
) -> dict[str, tuple[Span, ...]]:
    """When each person would have been seen, had they been there; stretches with no gap between them are one."""
    found: dict[str, tuple[Span, ...]] = {}
    for party in seen.parties:
        able = [c for c in coverages if _supports(c, party.side, meeting, rules)]
        shown = [(c.only, span) for c in able for span in _watched(c, party.side, ours_in_room)]
        whole = union([span for only, span in shown if not only], gap=rules.gap)
        restricted = [(only, span) for only, span in shown if only]
        for person in party.people:
            own = [span for only, span in restricted if person.address in only]
            found[person.key] = union([*whole, *own], gap=rules.gap) if own else whole
    return found
