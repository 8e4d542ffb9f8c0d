"""The index of watched appointments says the same as asking each of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.scenes import ANNA, GUS, LINE, NUMBER, call, phone
from noshowd.domain.appointments import Appointments
from noshowd.domain.evidence import Direction
from noshowd.domain.lines import concerns
from noshowd.domain.meeting import Caller

NUMBERS = st.sampled_from(
    [None, LINE, NUMBER, "+493012345", "+4930123456", "+49301234567", "+493012345670", "+4930123", "+491713920050", "+"]
)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(list(Caller))), max_size=6), NUMBERS, NUMBERS)
def test_it_finds_exactly_those_that_are_concerned(given, our_line, their_number):
    meetings = [
        replace(
            phone(
                replace(ANNA, lines=(ours,) if ours else ()),
                replace(GUS, lines=(theirs,) if theirs else ()),
                caller=caller,
            ),
            key=f"m{number}",
            place=replace(phone().place, phone=rung, caller=caller),
        )
        for number, (ours, theirs, rung, caller) in enumerate(given)
    ]
    told = replace(call(Direction.IN, 0, number=their_number), our_line=our_line)
    assert Appointments(meetings).concerned(told) == [one for one in meetings if concerns(told, one)]
