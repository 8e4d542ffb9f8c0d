"""The traps of sipgate's history, entry by entry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noshowd.adapters.sipgate.wire import UnreadableEntryError, number, one_a_call, to_call
from noshowd.domain.evidence import CallResult, Direction


def entry(**fields):
    return {
        "id": "1",
        "type": "CALL",
        "source": "+498923714480",
        "target": "+491713920050",
        "created": "2026-03-10T09:00:00Z",
        "direction": "OUTGOING",
        "status": "PICKUP",
        "callStatus": "SUCCESS",
        "duration": 118,
        **fields,
    }


def read(extensions=None, **fields):
    return to_call(entry(**fields), source="sipgate", extensions=extensions or {}, ringing=timedelta(seconds=30))


def test_a_duration_does_not_mean_that_somebody_answered():
    """A fixture of an unanswered call carries duration 18 (facts, 4.1)."""
    call = read(direction="MISSED_OUTGOING", status="NOPICKUP", callStatus="MISSED", duration=18)
    assert call.result is CallResult.NO_ANSWER
    assert call.answered is None
    assert call.talked(call.ended) == timedelta(0)


def test_ringing_is_taken_off_the_talk():
    assert read().talked(read().ended) == timedelta(seconds=88)
    assert read(duration=12).talked(read().ended) == timedelta(0)


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"direction": "MISSED_OUTGOING", "status": "NOPICKUP", "callStatus": "BUSY"}, CallResult.BUSY),
        ({"direction": "MISSED_INCOMING", "status": "NOPICKUP", "callStatus": "BUSY_ON_BUSY"}, CallResult.BUSY),
        ({"direction": "MISSED_INCOMING", "status": "NOPICKUP", "callStatus": "REJECTED_DND"}, CallResult.REJECTED),
        ({"direction": "MISSED_OUTGOING", "status": "NOPICKUP", "callStatus": "FAILURE"}, CallResult.FAILED),
        ({"direction": "MISSED_INCOMING", "callStatus": "VOICEMAIL_NO_MESSAGE"}, CallResult.VOICEMAIL),
        ({"direction": "INCOMING", "type": "VOICEMAIL"}, CallResult.VOICEMAIL),
        ({"direction": "INCOMING", "callStatus": None}, CallResult.ANSWERED),
        ({"status": "FORWARD", "callStatus": None}, CallResult.UNCLEAR),
        ({"direction": "MISSED_OUTGOING", "status": "PICKUP"}, CallResult.UNCLEAR),
        ({"callStatus": "SOMETHING_NEW"}, CallResult.UNCLEAR),
    ],
)
def test_direction_and_status_decide(fields, result):
    assert read(**fields).result is result


@pytest.mark.parametrize("kind", ["SMS", "FAX"])
def test_a_message_is_no_call(kind):
    assert read(type=kind) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"created": "2026-03-10T09:00:00"},
        {"created": "yesterday"},
        {"created": None},
        {"direction": "SIDEWAYS"},
        {"duration": "long"},
        {"duration": 1e300},
    ],
)
def test_what_cannot_be_read_is_said_so(broken):
    with pytest.raises(UnreadableEntryError):
        read(**broken)


def test_for_a_call_to_us_the_caller_is_the_source():
    call = read(direction="INCOMING", source="anonymous", target="+498923714480")
    assert (call.direction, call.our_line, call.their_number) == (Direction.IN, "+498923714480", None)


def test_the_extension_tells_the_line_where_the_main_number_is_shown():
    call = read({"p3": "+498923714483"}, endpoints=[{"extension": "p3", "type": "REGISTER"}])
    assert call.our_line == "+498923714483"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("492111234567", "+492111234567"),
        ("+492111234567", "+492111234567"),
        ("anonymous", None),
        ("**620", None),
        ("11833", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_come_with_and_without_a_plus(written, meant):
    """Read nationally, 492111234567 would become +49492111234567, and "valid" at that (facts, 4.11)."""
    assert number(written) == meant


def test_legs_of_one_call_are_one_call():
    ring = read(id="1", callId="c", direction="MISSED_INCOMING", status="NOPICKUP", callStatus="MISSED", duration=20)
    talk = read(id="2", callId="c", direction="INCOMING", created="2026-03-10T09:00:20Z", duration=100)
    (call,) = one_a_call([ring, talk])
    assert call.result is CallResult.ANSWERED
    assert (call.began, call.ended) == (ring.began, talk.ended)


def test_a_message_in_the_mailbox_is_the_same_call():
    missed = read(id="1", callId="c", direction="MISSED_INCOMING", status="NOPICKUP", callStatus="MISSED")
    message = read(id="1v", callId="c", direction="MISSED_INCOMING", type="VOICEMAIL")
    (call,) = one_a_call([missed, message])
    assert call.result is CallResult.VOICEMAIL
