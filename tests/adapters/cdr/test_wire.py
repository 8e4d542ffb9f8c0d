"""Rows and times of any table: every way to say when, who and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from adapters.cdr.cdr_world import e164
from contract.call_suite import GUEST, OUR_LINE
from noshowd.adapters.cdr.settings import CdrSettings, Columns, Times
from noshowd.adapters.cdr.times import between, lower_bound, reader
from noshowd.adapters.cdr.wire import RowReader, UnreadableRowError, to_calls
from noshowd.domain.evidence import CallResult, Direction

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
#: kamailio's own columns, and a reply code laid beside them.
KAMAILIO = Columns(
    began="start_time",
    ended="end_time",
    caller="src",
    called="dst",
    call="callid",
    duration=None,
    talk="duration",
    result="code",
    application=None,
    peer=None,
)
CODES = {"200": CallResult.ANSWERED, "486": CallResult.BUSY, "408": CallResult.NO_ANSWER}


def calls(row, **settings):
    given = {"lines": frozenset({OUR_LINE}), **settings}
    return to_calls(RowReader(CdrSettings(**given), e164).legs(row), "cdr")


def asterisk(**cells):
    return {
        "calldate": "2026-03-10 10:00:00",
        "src": "23714480",
        "dst": "01713920050",
        "dstchannel": "PJSIP/trunk",
        "lastapp": "Dial",
        "duration": "100",
        "billsec": "80",
        "disposition": "ANSWERED",
        "linkedid": "1.1",
    } | cells


def test_asterisk_needs_no_more_than_its_lines():
    (call,) = calls(asterisk())
    assert (call.direction, call.our_line, call.their_number) == (Direction.OUT, OUR_LINE, GUEST)
    assert call.began == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    assert call.talked(call.ended) == timedelta(seconds=80)
    assert call.answered == call.began + timedelta(seconds=20)


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ({"disposition": "NO ANSWER", "billsec": 0}, CallResult.NO_ANSWER),
        ({"disposition": "no  answer", "billsec": 0}, CallResult.NO_ANSWER),
        ({"disposition": "NO ANSWER", "billsec": 30}, CallResult.UNCLEAR),
        ({"disposition": "BUSY", "billsec": 0}, CallResult.BUSY),
        ({"disposition": "CONGESTION", "billsec": 0}, CallResult.FAILED),
        ({"disposition": "", "billsec": 0}, CallResult.UNCLEAR),
        ({"disposition": None, "billsec": 0}, CallResult.UNCLEAR),
        ({"lastapp": "VoiceMail"}, CallResult.VOICEMAIL),
        ({"dstchannel": ""}, CallResult.UNCLEAR),
    ],
)
def test_only_what_was_answered_by_somebody_is_a_talk(cells, result):
    (call,) = calls(asterisk(**cells))
    assert call.result is result
    assert (call.talked(call.ended) > timedelta(0)) is (result is CallResult.ANSWERED)


@pytest.mark.parametrize(
    ("src", "dst", "expected"),
    [
        ("01713920050", "23714480", (Direction.IN, OUR_LINE, GUEST)),
        ("sip:+491713920050@host;tag=1", "<sip:+498923714480@host>", (Direction.IN, OUR_LINE, GUEST)),
        ("anonymous", "23714480", (Direction.IN, OUR_LINE, None)),
        ("", "23714480", (Direction.IN, OUR_LINE, None)),
        ("17", "01713920050", (Direction.OUT, None, GUEST)),
        ("01713920050", "s", (Direction.IN, None, GUEST)),
        ("01713920050", "17", (Direction.IN, None, GUEST)),
        ("101", "01713920050", (Direction.OUT, "+49891", GUEST)),
    ],
)
def test_who_rang_whom_is_told_from_whose_number_it_is(src, dst, expected):
    (call,) = calls(asterisk(src=src, dst=dst), extensions={"101": "+49891"})
    assert (call.direction, call.our_line, call.their_number) == expected


def test_where_neither_number_is_known_to_be_ours_both_readings_are_given():
    read = calls(asterisk(src="0892371440", dst="01713920050"))
    assert {(c.direction, c.their_number) for c in read} == {
        (Direction.OUT, GUEST),
        (Direction.IN, "+49892371440"),
    }
    assert len({c.call for c in read}) == 2


def test_a_column_for_the_direction_rules():
    columns = Columns(direction="way")
    words = {"columns": columns, "incoming": frozenset({"in"}), "outgoing": frozenset({"out"})}
    assert [c.direction for c in calls(asterisk(way="Out"), **words)] == [Direction.OUT]
    assert [c.direction for c in calls(asterisk(way="in"), **words)] == [Direction.IN]
    assert not calls(asterisk(way="internal"), **words)


def test_kamailio_writes_julian_days_and_rows_of_nothing():
    settings = {"columns": KAMAILIO, "times": Times.JULIAN_DAY, "results": CODES}
    row = {"start_time": 2461109.875, "end_time": 2461109.8785, "src": "+498923714480", "dst": "+491713920050"}
    (talk,) = calls(row | {"callid": "a", "duration": 300.0, "code": "200"}, **settings)
    assert talk.began == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    assert talk.talked(talk.ended) == timedelta(minutes=5)
    (nothing,) = calls(row | {"callid": "b", "duration": 0.0, "code": "408"}, **settings)
    assert nothing.result is CallResult.NO_ANSWER


def test_without_a_word_for_the_result_only_time_of_talk_tells():
    columns = Columns(result=None, application=None, peer=None)
    assert [c.result for c in calls(asterisk(), columns=columns)] == [CallResult.ANSWERED]
    assert [c.result for c in calls(asterisk(billsec=0), columns=columns)] == [CallResult.UNCLEAR]


def test_of_a_whole_duration_some_may_be_ringing():
    columns = Columns(talk=None)
    (call,) = calls(asterisk(), columns=columns)
    assert call.talked(call.ended) == timedelta(seconds=70)


def test_a_moment_of_the_answer_is_as_good_as_a_length():
    columns = Columns(talk=None, duration=None, answered="answer", ended="end")
    row = asterisk(answer="2026-03-10 10:00:20", end="2026-03-10 10:01:40")
    (call,) = calls(row, columns=columns)
    assert call.talked(call.ended) == timedelta(seconds=80)
    (missed,) = calls(row | {"answer": "", "disposition": "NO ANSWER"}, columns=columns)
    assert missed.result is CallResult.NO_ANSWER


def test_the_doubled_hour_has_two_readings_and_the_missing_one_has_one():
    (doubled,) = calls(asterisk(calldate="2026-10-25 02:30:00"))
    assert (doubled.began, doubled.or_later_by) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), HOUR)
    assert doubled.talked(doubled.ended) == timedelta(seconds=80)
    (missing,) = calls(asterisk(calldate="2026-03-29 02:30:00"))
    assert missing.or_later_by == timedelta(0)
    (plain,) = calls(asterisk(calldate="2026-10-25 02:30:00+01:00"))
    assert (plain.began, plain.or_later_by) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), timedelta(0))


def test_a_talk_over_the_change_of_clocks_is_never_put_too_long():
    read = reader(Times.TEXT, None, BERLIN)
    assert between(read("2026-10-25 02:50:00"), read("2026-10-25 03:10:00")) == timedelta(minutes=20)
    assert between(read("2026-10-25 02:50:00"), read("2026-10-25 02:10:00")) == timedelta(minutes=20)


@pytest.mark.parametrize(
    ("times", "pattern", "cell"),
    [
        (Times.TEXT, None, "2026-03-10T10:00:00"),
        (Times.TEXT, None, "2026-03-10T09:00:00Z"),
        (Times.TEXT, None, datetime(2026, 3, 10, 10, 0)),  # noqa: DTZ001 - as a database driver gives it
        (Times.TEXT, "%d.%m.%Y %H:%M", "10.03.2026 10:00"),
        (Times.EPOCH, None, "1773133200"),
        (Times.JULIAN_DAY, None, 2461109.875),
    ],
)
def test_every_way_to_write_an_instant(times, pattern, cell):
    assert reader(times, pattern, BERLIN)(cell) == (datetime(2026, 3, 10, 9, 0, tzinfo=UTC),)


def test_the_bound_of_a_query_lies_before_whatever_may_count():
    since = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    assert lower_bound(since, Times.TEXT, BERLIN) == "2026-03-09 10:00:00"
    assert lower_bound(since, Times.EPOCH, BERLIN) == 1773133200 - 86400
    assert lower_bound(since, Times.JULIAN_DAY, BERLIN) == 2461108.875


def test_anything_in_any_cell_is_a_call_or_an_unreadable_row():
    """Seeded: whatever a table holds, no other error comes out, and no talk longer than its row."""
    random = Random(6)
    odd: list[object] = [
        None,
        "",
        0,
        -1,
        1e308,
        float("nan"),
        "\x00",
        "é" * 40,
        b"\xff",
        "2026-03-10",
        "24:00",
        "9" * 400,
        True,
        [],
    ]
    for _ in range(5000):
        row = asterisk(**{name: random.choice(odd) for name in random.sample(list(asterisk()), random.randint(1, 4))})
        try:
            made = calls(row)
        except UnreadableRowError:
            continue
        for call in made:
            assert call.ended is not None
            assert call.talked(call.ended) <= call.ended - call.began <= timedelta(days=2)
