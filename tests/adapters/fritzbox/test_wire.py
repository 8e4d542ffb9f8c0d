"""The lines of the call monitor, the clock of a box, and whatever else may come down the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from contract.listening_world import e164
from noshowd.adapters.fritzbox.book import CallBook
from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.adapters.fritzbox.wire import Event, UnreadableLineError, dialled, instant, read_line
from noshowd.domain.evidence import CallResult

BERLIN = ZoneInfo("Europe/Berlin")
TOLERANCE = timedelta(minutes=2)
NO_DOUBT = timedelta(0)

GOOD = (
    "10.03.26 10:00:00;RING;0;01713920050;23714480;SIP0;",
    "10.03.26 10:00:00;CALL;1;13;23714480;01713920050;SIP1;",
    "10.03.26 10:00:09;CONNECT;0;10;01713920050;",
    "10.03.26 10:03:09;DISCONNECT;0;180;",
)


def test_a_ring_names_caller_and_called():
    line = read_line(GOOD[0])
    assert (line.event, line.connection, line.other_number, line.own_number) == (
        Event.RING,
        0,
        "01713920050",
        "23714480",
    )


def test_a_call_names_the_extension_too():
    line = read_line(GOOD[1])
    assert (line.event, line.extension, line.own_number, line.other_number) == (
        Event.CALL,
        13,
        "23714480",
        "01713920050",
    )


def test_a_hidden_caller_is_empty():
    assert read_line("10.03.26 10:00:00;RING;0;;23714480;SIP0;").other_number == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("01713920050#", "01713920050"),
        ("*31#01713920050", "01713920050"),
        ("*111#*31#01713920050", "01713920050"),
        ("0101301713920050", "01713920050"),
        ("01001201713920050", "01713920050"),
        ("0101", "0101"),
        ("**611", "**611"),
    ],
)
def test_what_was_dialled_is_what_was_meant(written, meant):
    assert dialled(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "10.03.26 10:00:00",
        "10.03.26 10:00:00;RING",
        "10.03.26 10:00:00;RING;x;1;2;SIP0;",
        "10.03.26 10:00:00;CONNECT;0;10",
        "31.02.26 10:00:00;DISCONNECT;0;3;",
        "10.03.26 10:00:00;DISCONNECT;0;-3;",
        "10.03.26 10:00:00;DISCONNECT;0;²;",
        "10.03.26 10:00:00;DISCONNECT;0;99999999999999999999;",
        "10.03.26 10:00:00;BUSY;0;3;",
        "GET / HTTP/1.1",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(UnreadableLineError):
        read_line(text)


# the clock of a box -------------------------------------------------------------------------------------------------


def local(written: str) -> datetime:
    return read_line(f"{written};DISCONNECT;0;0;").stamp


def test_local_time_is_read_in_the_zone_of_the_box():
    arrived = datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert instant(local("01.07.26 10:00:00"), BERLIN, arrived, TOLERANCE) == (arrived, NO_DOUBT)


@pytest.mark.parametrize("hour", [0, 1])
def test_in_the_doubled_hour_the_arrival_tells_which_one_it_is(hour):
    """25 October 2026, 02:30 comes twice: at 00:30 and at 01:30 UTC."""
    arrived = datetime(2026, 10, 25, hour, 30, 5, tzinfo=UTC)
    at, doubt = instant(local("25.10.26 02:30:00"), BERLIN, arrived, TOLERANCE)
    assert at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert doubt == NO_DOUBT


def test_in_the_doubled_hour_without_an_arrival_that_fits_both_remain():
    arrived = datetime(2026, 10, 25, 12, tzinfo=UTC)
    at, doubt = instant(local("25.10.26 02:30:00"), BERLIN, arrived, TOLERANCE)
    assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert doubt == timedelta(hours=1)


def test_the_hour_that_does_not_exist_is_read_once():
    """29 March 2026, 02:30 does not exist in Berlin; a box whose clock was not put forward may write it."""
    arrived = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(local("29.03.26 02:30:00"), BERLIN, arrived, TOLERANCE) == (arrived, NO_DOUBT)


# whatever else ------------------------------------------------------------------------------------------------------


def mangled(random: Random) -> str:
    """A good line with some characters lost, changed, doubled or fields moved; now and then plain noise."""
    if random.random() < 0.1:
        return "".join(chr(random.randrange(1, 0x3000)) for _ in range(random.randrange(80)))
    text = random.choice(GOOD)
    for _ in range(random.randrange(4)):
        at = random.randrange(len(text) + 1)
        text = random.choice(
            (
                text[:at] + text[at + 1 :],
                text[:at] + random.choice(";:.0189 #*²\x00R") + text[at:],
                text[:at],
                text + text[at:],
                ";".join(random.sample(text.split(";"), len(text.split(";")))),
            )
        )
    return text


@pytest.mark.parametrize("seed", range(20))
def test_no_line_upsets_the_reader_or_the_book(seed):
    """Whatever comes, a line is read or refused, and the book holds calls that make sense."""
    random = Random(seed)
    book = CallBook(FritzboxSettings(lines=frozenset({"+498923714480"})), e164)
    arrived = datetime(2026, 3, 10, 9, tzinfo=UTC)
    for _ in range(300):
        arrived += timedelta(seconds=random.randrange(60))
        try:
            line = read_line(mangled(random))
        except UnreadableLineError:
            continue
        at, doubt = instant(line.stamp, BERLIN, arrived, TOLERANCE)
        book.enter(line, at, doubt)
        if random.random() < 0.02:
            book.interrupt(arrived)
    for call in book.calls(datetime(1970, 1, 1, tzinfo=UTC)):
        assert call.ended is None or call.ended >= call.began
        assert call.answered is None or call.answered >= call.began
        assert call.running or call.ended is not None or call.result in (CallResult.VOICEMAIL, CallResult.UNCLEAR)
        assert call.talked(arrived) >= timedelta(0)
