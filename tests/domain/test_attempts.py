"""What single calls prove about both sides, one line each: who rang whom, when, from where, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.attempted import (
    CUSTOMER,
    EITHER,
    FOREIGN,
    IN,
    KNOWN,
    OPEN,
    OURS,
    OUT,
    SEEN,
    SIBLING,
    SWITCHBOARD,
    THEIRS,
    THEY,
    WE,
    over,
    ringing,
    verdict,
)
from domain.scenes import (
    ANNA,
    BEN,
    GUS,
    NUMBER,
    PBX,
    POLICY,
    at,
    call,
    covered,
    lines_covered,
    phone,
    seen,
)
from noshowd.domain.evidence import Blind, CallRecord, CallResult, Coverage, MatchStrength, Said, Statement
from noshowd.domain.judge import judge
from noshowd.domain.meeting import Caller
from noshowd.domain.verdict import Outcome, Reason, SidePresence


def doubled(record: CallRecord) -> CallRecord:
    """In the doubled hour: it may as well have been an hour later."""
    return replace(record, or_later_by=timedelta(hours=1))


#: calls, who was to ring -> the outcome after the slot, and reasons that must and must not be among those given.
ATTEMPTS: list[tuple[str, list[CallRecord], Caller, Outcome, set[Reason], set[Reason]]] = [
    ("nobody", [], OURS, WE, {Reason.NOBODY_RANG}, {Reason.WE_RANG}),
    ("nobody", [], THEIRS, THEY, {Reason.NOBODY_RANG}, set()),
    ("nobody", [], EITHER, OPEN, {Reason.NOBODY_RANG, Reason.CALLER_UNKNOWN}, set()),
    ("we", [over(OUT, 0)], OURS, THEY, {Reason.WE_RANG}, {Reason.NOBODY_RANG, Reason.CALLER_UNKNOWN}),
    ("we", [over(OUT, 0)], THEIRS, THEY, {Reason.WE_RANG}, set()),
    ("we", [over(OUT, 0)], EITHER, THEY, {Reason.WE_RANG, Reason.CALLER_UNKNOWN}, set()),
    ("they", [over(IN, 0)], OURS, WE, {Reason.THEY_RANG}, {Reason.NOBODY_RANG}),
    ("they", [over(IN, 0)], EITHER, WE, {Reason.THEY_RANG}, set()),
    ("both", [over(OUT, 0), over(IN, 3)], OURS, Outcome.MISSED_EACH_OTHER, set(), set()),
    # when an attempt is our part
    ("a minute early", [over(OUT, -1)], OURS, THEY, {Reason.WE_RANG}, set()),
    ("too early", [over(OUT, -1.1)], OURS, OPEN, {Reason.OTHER_TIME}, {Reason.WE_RANG}),
    ("at confirmation", [over(OUT, 10)], OURS, THEY, {Reason.WE_RANG}, {Reason.CAME_LATE}),
    ("too late", [over(OUT, 10.1)], OURS, OPEN, {Reason.CAME_LATE}, {Reason.OTHER_TIME}),
    ("too late after one in time", [over(OUT, 0), over(OUT, 20)], OURS, THEY, set(), {Reason.CAME_LATE}),
    # what became of it
    ("mailbox", [over(OUT, 0, CallResult.VOICEMAIL)], OURS, THEY, {Reason.VOICEMAIL}, set()),
    ("no mailbox", [over(OUT, 0)], OURS, THEY, set(), {Reason.VOICEMAIL}),
    ("busy", [over(OUT, 0, CallResult.BUSY)], OURS, OPEN, {Reason.BUSY}, {Reason.WE_RANG, Reason.NOBODY_RANG}),
    (
        "not through, then in vain",
        [over(OUT, 0, CallResult.FAILED), over(OUT, 2)],
        OURS,
        THEY,
        set(),
        {Reason.BUSY},
    ),
    ("busy, then not answered", [over(OUT, 0, CallResult.BUSY), over(OUT, 2)], OURS, THEY, set(), {Reason.BUSY}),
    ("not answered, then busy", [over(OUT, 0), over(OUT, 2, CallResult.BUSY)], OURS, OPEN, {Reason.BUSY}, set()),
    ("busy, then too late", [over(OUT, 0, CallResult.BUSY), over(OUT, 20)], OURS, OPEN, {Reason.CAME_LATE}, set()),
    (
        "busy between two in vain",
        [over(OUT, 0), over(OUT, 5, CallResult.BUSY), over(OUT, 20)],
        OURS,
        THEY,
        {Reason.WE_RANG},
        {Reason.BUSY},
    ),
    ("pressed away, then not answered", [over(OUT, 0, CallResult.REJECTED), over(OUT, 2)], OURS, OPEN, set(), set()),
    (
        "busy at one reading of the clock",
        [doubled(over(OUT, -30, CallResult.BUSY)), over(OUT, 2)],
        OURS,
        OPEN,
        {Reason.BUSY},
        set(),
    ),
    (
        "talk cut off",
        [replace(call(OUT, 0, talked=0.5), result=CallResult.TALKING)],
        OURS,
        OPEN,
        {Reason.SHORT_TALK},
        set(),
    ),
    ("rings for ever", [ringing(IN, 0)], OURS, OPEN, {Reason.SHORT_TALK}, {Reason.CALL_RUNNING, Reason.THEY_RANG}),
    ("unclear", [over(OUT, 0, CallResult.UNCLEAR)], OURS, OPEN, {Reason.SHORT_TALK}, set()),
    ("unclear beside clear", [over(OUT, 0), over(IN, 3, CallResult.UNCLEAR)], OURS, OPEN, {Reason.SHORT_TALK}, set()),
    # when a talk is the meeting, and when it only may have been
    ("early talk", [call(OUT, -10, talked=2)], OURS, Outcome.HELD, {Reason.TALKED}, set()),
    ("talk before the window", [call(OUT, -10.1, talked=2)], OURS, OPEN, {Reason.OTHER_TIME}, set()),
    ("late talk", [call(OUT, 45, talked=2)], OURS, Outcome.HELD, {Reason.TALKED}, set()),
    ("talk after the window", [call(OUT, 45.1, talked=2)], OURS, OPEN, {Reason.OTHER_TIME}, set()),
    ("talk two hours before", [call(OUT, -120, talked=2)], OURS, OPEN, {Reason.OTHER_TIME}, set()),
    ("talk long before", [call(OUT, -121, talked=2)], OURS, WE, set(), {Reason.OTHER_TIME}),
    ("no talk an hour before", [over(OUT, -60)], OURS, WE, set(), {Reason.OTHER_TIME}),
    ("no talk before and one in time", [over(IN, -60), over(OUT, 0)], OURS, THEY, set(), {Reason.OTHER_TIME}),
    ("a call an hour later, still ringing", [ringing(OUT, 50)], OURS, OPEN, {Reason.OTHER_TIME}, set()),
    ("their vain call before the window", [over(IN, -12)], THEIRS, WE, {Reason.THEY_RANG}, set()),
    ("our vain call before the window", [over(OUT, -12)], OURS, OPEN, {Reason.OTHER_TIME}, set()),
    ("either reading", [doubled(over(OUT, 0))], OURS, OPEN, {Reason.OTHER_TIME}, {Reason.WE_RANG}),
    # with whom
    ("hidden", [over(IN, 3, number=None)], THEIRS, OPEN, {Reason.HIDDEN_CALL}, {Reason.OTHER_NUMBER}),
    ("hidden, in vain", [over(IN, 3, number=None)], OURS, WE, {Reason.HIDDEN_CALL}, {Reason.THEY_RANG}),
    ("hidden, taken", [call(IN, 3, talked=0.2, number=None)], OURS, OPEN, {Reason.HIDDEN_CALL}, set()),
    ("hidden, still ringing", [ringing(IN, 44, number=None)], OURS, OPEN, {Reason.HIDDEN_CALL}, set()),
    (
        "hidden, still talking",
        [call(IN, 44, talked=1, number=None, result=CallResult.TALKING, over=False)],
        OURS,
        OPEN,
        {Reason.HIDDEN_CALL, Reason.CALL_RUNNING},
        set(),
    ),
    (
        "hidden, still talking at the switchboard",
        [replace(call(IN, 44, talked=1, number=None, result=CallResult.TALKING, over=False), our_line=SWITCHBOARD)],
        OURS,
        OPEN,
        {Reason.HIDDEN_CALL},
        {Reason.CALL_RUNNING},
    ),
    ("hidden, from us", [over(OUT, 3, number=None)], OURS, OPEN, {Reason.HIDDEN_CALL}, set()),
    ("hidden, nobody knows who rings", [over(IN, 3, number=None)], EITHER, OPEN, {Reason.HIDDEN_CALL}, set()),
    ("foreign, to our mailbox", [over(IN, 3, CallResult.VOICEMAIL, number=FOREIGN)], OURS, WE, set(), set()),
    ("digits alike", [over(IN, 3, number=SWITCHBOARD)], THEIRS, OPEN, {Reason.WEAK_NUMBER}, {Reason.HIDDEN_CALL}),
    ("foreign, to us", [over(IN, 3, number=FOREIGN)], THEIRS, OPEN, {Reason.OTHER_NUMBER}, {Reason.WEAK_NUMBER}),
    ("foreign, from us", [over(OUT, 3, number=FOREIGN)], THEIRS, THEY, set(), {Reason.OTHER_NUMBER}),
    ("foreign, too short", [call(OUT, 3, talked=0.3, number=FOREIGN)], THEIRS, THEY, set(), {Reason.OTHER_NUMBER}),
    ("foreign, talked", [call(OUT, 3, talked=0.34, number=FOREIGN)], THEIRS, OPEN, {Reason.OTHER_NUMBER}, set()),
    ("foreign, ringing", [ringing(OUT, 3, number=FOREIGN)], THEIRS, OPEN, {Reason.OTHER_NUMBER}, set()),
    ("foreign, an hour later", [call(IN, 100, talked=5, number=FOREIGN)], THEIRS, THEY, set(), {Reason.OTHER_TIME}),
    (
        "foreign, on into the slot",
        [call(IN, -40, talked=42, number=FOREIGN)],
        THEIRS,
        OPEN,
        {Reason.OTHER_NUMBER},
        set(),
    ),
    ("a customer", [call(IN, 3, talked=5, number=CUSTOMER)], THEIRS, THEY, set(), {Reason.OTHER_NUMBER}),
    ("foreign, a little early", [over(IN, -15, number=FOREIGN)], THEIRS, OPEN, {Reason.OTHER_NUMBER}, set()),
    ("foreign, earlier", [over(IN, -15.1, number=FOREIGN)], THEIRS, THEY, set(), {Reason.OTHER_NUMBER}),
    ("foreign, later", [over(IN, 46, number=FOREIGN)], THEIRS, THEY, set(), {Reason.OTHER_NUMBER}),
    ("a colleague's telephone of theirs", [over(IN, 3, number=SIBLING)], THEIRS, WE, {Reason.THEY_RANG}, set()),
    ("a colleague's telephone of theirs", [over(OUT, 3, number=SIBLING)], OURS, OPEN, {Reason.WEAK_NUMBER}, set()),
    # one doubt is enough
    ("we, and somebody hidden", [over(OUT, 0), over(IN, 3, number=None)], OURS, OPEN, {Reason.HIDDEN_CALL}, set()),
    (
        "they, and somebody hidden in vain",
        [over(IN, 0), over(IN, 3, number=None)],
        THEIRS,
        WE,
        {Reason.HIDDEN_CALL, Reason.THEY_RANG},
        set(),
    ),
    (
        "they, and somebody hidden was taken",
        [over(IN, 0), call(IN, 3, talked=5, number=None)],
        OURS,
        OPEN,
        {Reason.HIDDEN_CALL},
        set(),
    ),
    (
        "both, and somebody hidden in vain",
        [over(OUT, 0), over(IN, 1), over(IN, 3, number=None)],
        OURS,
        Outcome.MISSED_EACH_OTHER,
        {Reason.HIDDEN_CALL},
        set(),
    ),
]


@pytest.mark.parametrize(("what", "calls", "caller", "outcome", "given", "not_given"), ATTEMPTS)
def test_what_the_calls_of_a_slot_prove(
    what: str, calls: list[CallRecord], caller: Caller, outcome: Outcome, given: set[Reason], not_given: set[Reason]
) -> None:
    result = verdict(*calls, SEEN, meeting=phone(caller=caller))
    assert result.outcome is outcome, what
    assert given <= result.reasons, what
    assert not not_given & result.reasons, what


@pytest.mark.parametrize(("what", "calls", "caller", "outcome", "given", "not_given"), ATTEMPTS)
def test_nothing_is_proved_of_lines_that_are_not_seen(
    what: str, calls: list[CallRecord], caller: Caller, outcome: Outcome, given: set[Reason], not_given: set[Reason]
) -> None:
    result = verdict(*calls, meeting=phone(caller=caller))
    assert result.outcome is (outcome if outcome is Outcome.HELD else OPEN), what
    # whoever rang has come, whatever is not known of the others
    rang = {c.direction for c in calls if Reason.WE_RANG in given or Reason.THEY_RANG in given}
    assert (result.theirs is SidePresence.ARRIVED) == (rang == {IN}) or outcome is not WE, what


@pytest.mark.parametrize(
    ("coverages", "outcome", "reason"),
    [
        ([lines_covered(-10, 12)], THEY, None),
        ([lines_covered(-9, 12)], THEY, None),
        # a call that began early may still go on
        ([lines_covered(-8.9, 12)], OPEN, Reason.GAP),
        # it ended before the slot
        ([lines_covered(-20, -11)], OPEN, Reason.GAP),
        ([lines_covered(-20, -10.5)], OPEN, Reason.GAP),
        ([], OPEN, Reason.NO_COVERAGE),
        ([covered(-10, 12, source="pbx")], OPEN, Reason.NO_COVERAGE),
        ([replace(SEEN, lines=frozenset({FOREIGN}))], OPEN, Reason.NO_COVERAGE),
        ([lines_covered(-10, 12, presence_only=True)], OPEN, Reason.NO_COVERAGE),
        ([lines_covered(-10, 12, blind=frozenset({Blind.HIDDEN_NUMBERS}))], OPEN, Reason.BLIND_SPOT),
        ([lines_covered(-10, 12, ended_only=True)], OPEN, Reason.ENDED_ONLY),
        ([lines_covered(-10, 12, ended_only=True), lines_covered(-10, 12)], THEY, Reason.ENDED_ONLY),
    ],
)
def test_which_coverage_of_a_line_counts(coverages: list[Coverage], outcome: Outcome, reason: Reason | None) -> None:
    result = verdict(over(OUT, 0), *coverages, minute=12.2)
    assert result.outcome is outcome
    told = {Reason.GAP, Reason.NO_COVERAGE, Reason.BLIND_SPOT, Reason.ENDED_ONLY, Reason.UNSEEN_LINE}
    assert result.reasons & told == ({reason} if reason else set())


@pytest.mark.parametrize(
    ("ours", "outcome"),
    [
        ((ANNA,), THEY),
        ((replace(ANNA, lines=()),), OPEN),
        ((replace(ANNA, all_lines_seen=False),), OPEN),
        # a colleague who must be there too, one who need not
        ((ANNA, BEN), OPEN),
        ((ANNA, replace(BEN, optional=True)), THEY),
        ((replace(ANNA, optional=True),), OPEN),
    ],
)
def test_whose_lines_must_be_seen(ours: tuple[Any, ...], outcome: Outcome) -> None:
    result = verdict(over(OUT, 0), SEEN, meeting=phone(*ours, GUS))
    assert result.outcome is outcome
    assert (Reason.UNSEEN_LINE in result.reasons) == (outcome is OPEN)


def test_a_busy_line_is_not_free_because_another_one_rings() -> None:
    guest = replace(GUS, lines=(NUMBER, FOREIGN))
    meeting = phone(ANNA, guest)
    meeting = replace(meeting, place=replace(meeting.place, phone=None))
    matches = replace(KNOWN, numbers={**KNOWN.numbers, FOREIGN: MatchStrength.STRONG})
    both = [over(OUT, 0, number=FOREIGN), over(OUT, 1, CallResult.BUSY, number=FOREIGN), over(OUT, 2)]

    def found(*calls: CallRecord) -> Outcome:
        return judge(meeting, seen(*calls, SEEN), matches, POLICY, at(60.2), sources={"pbx": PBX}).outcome

    assert found(*both) is OPEN
    assert found(*both, over(OUT, 3, number=FOREIGN)) is THEY


@pytest.mark.parametrize("result", [CallResult.UNCLEAR, CallResult.ANSWERED, CallResult.NO_ANSWER])
def test_whoever_rang_us_was_there_whatever_anybody_says(result: CallResult) -> None:
    """A line monitor that was cut off saw them ring; our person, who did not notice, says that nobody answered."""
    rang = over(IN, 3, result)
    said = Statement(by=ANNA.key, at=at(40), said=Said.NOBODY_ANSWERED)
    evidence = replace(seen(rang), statements=(said,))
    found = judge(phone(), evidence, KNOWN, POLICY, at(60.2), sources={"pbx": PBX})
    assert (found.outcome, found.people[1].seen) == (OPEN, True)
    assert Reason.CONFLICT in found.reasons
    # our own call says nothing of them
    ours = replace(seen(over(OUT, 3, result)), statements=(said,))
    assert judge(phone(), ours, KNOWN, POLICY, at(60.2), sources={"pbx": PBX}).outcome is THEY


def test_without_lines_known_a_call_of_their_firm_is_taken_for_theirs() -> None:
    talk = replace(call(IN, 1, number=SIBLING, talked=5), our_line=FOREIGN)
    assert verdict(talk, meeting=phone(replace(ANNA, lines=()), GUS)).outcome is Outcome.HELD
    assert verdict(talk).outcome is OPEN
    assert verdict(replace(talk, our_line=None)).outcome is Outcome.HELD
    # the very number of the guest is theirs on any line
    assert verdict(replace(talk, their_number=NUMBER)).outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("begins", "result", "over_by_now", "running"),
    [
        (10, CallResult.TALKING, False, True),
        (10, CallResult.RINGING, False, True),
        # its end was lost
        (5, CallResult.RINGING, False, False),
        (10, CallResult.ANSWERED, True, False),
    ],
)
def test_nobody_is_asked_while_a_call_with_somebody_unknown_goes_on(
    begins: float, result: CallResult, *, over_by_now: bool, running: bool
) -> None:
    one = call(IN, begins, result=result, talked=1 if over_by_now else None, number=FOREIGN, over=over_by_now)
    found = verdict(one, lines_covered(-10, 12), minute=12.2)
    assert (Reason.CALL_RUNNING in found.reasons, Reason.OTHER_NUMBER in found.reasons) == (running, True)
