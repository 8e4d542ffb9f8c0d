"""The call list over TR-064: the contract of every telephone source, and what whole minutes can and cannot tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from adapters.fritzbox.list_world import CallListWorld
from contract.call_suite import GUEST, OTHER_LINE, OUR_LINE, SECOND, CallSuite
from contract.listening_world import e164
from contract.source_suite import MINUTE, OPENING, START
from noshowd.adapters.fritzbox.check import check_list
from noshowd.adapters.fritzbox.list_presence import FritzboxCallList
from noshowd.adapters.fritzbox.list_wire import Entry, UnreadableEntryError, numbered, to_call
from noshowd.adapters.fritzbox.settings import CallListSettings
from noshowd.demo.vendors.fritzbox.tr064 import Fault
from noshowd.domain.evidence import CallResult, Direction
from noshowd.ports.check import Grade
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary


@pytest_asyncio.fixture
async def world():
    world = CallListWorld()
    with world.server:
        yield world
        await world.source.close()


class TestFritzboxCallList(CallSuite):
    pass


def entry(**more: str | None) -> Entry:
    given = {
        "type": "3",
        "caller": "SIP: 23714480",
        "caller_number": "23714480",
        "called": "01713920050",
        "called_number": None,
        "port": "10",
        "date": "10.03.26 10:00",
        "duration": "0:04",
        "path": None,
    }
    return Entry(**(given | more))


SETTINGS = CallListSettings(username="u", password="p", lines=frozenset({OUR_LINE}))


def call(**more: str | None):
    return to_call(entry(**more), SETTINGS, e164)


@pytest.mark.parametrize(("minutes", "result"), [(0, "unclear"), (1, "unclear"), (2, "unclear"), (3, "answered")])
def test_what_we_dialled_is_a_talk_only_after_minutes(minutes: int, result: str):
    told = call(duration=f"0:0{minutes}")
    assert told.result == result
    assert told.talked(START + MINUTE * 60) <= max(0, minutes - 1) * MINUTE


def test_a_rejected_call_is_one_that_they_made():
    told = call(type="10", caller="01713920050", called="SIP: 23714480", called_number="23714480")
    assert (told.direction, told.result, told.their_number) == (Direction.IN, CallResult.REJECTED, GUEST)


def test_a_recorded_message_is_no_talk_whatever_the_port():
    told = call(type="1", caller="01713920050", called="SIP: 1", called_number="23714480", path="/rec.0")
    assert told.result is CallResult.VOICEMAIL


def test_the_doubled_hour_has_two_readings_and_the_missing_one_does_not():
    autumn = call(date="25.10.26 02:30")
    assert (autumn.began, autumn.or_later_by) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), timedelta(hours=1))
    assert call(date="29.03.26 02:30").or_later_by == timedelta(0)


@pytest.mark.parametrize(
    "wrong",
    [{"type": "4"}, {"type": None}, {"date": "2026-03-10"}, {"date": ""}, {"duration": "x"}, {"duration": "99:00"}],
)
def test_what_avm_does_not_describe_is_unreadable(wrong: dict[str, str | None]):
    with pytest.raises(UnreadableEntryError):
        call(**wrong)


def test_two_calls_of_one_minute_stay_two_and_keep_their_keys_as_more_come():
    first = numbered([call(), call(duration="0:01")])
    later = numbered([call(date="10.03.26 10:05"), call(), call(duration="0:01")])
    assert len({told.call for told in first}) == 2
    assert [told.call for told in later][:2] == [told.call for told in first]


async def test_a_running_call_becomes_the_ended_one(world):
    await world.pass_to(START)
    running = await world.ring(Direction.OUT, GUEST)
    await world.answer(running)
    (before,) = (await world.look()).calls
    assert before.running
    await world.pass_to(START + 10 * MINUTE)
    await world.hang_up(running)
    (after,) = (await world.look()).calls
    assert (after.call, after.result) == (before.call, CallResult.ANSWERED)


async def test_a_line_that_the_list_never_showed_is_not_covered(world):
    world.history.calls.clear()
    await world.pass_to(START + 20 * MINUTE)
    assert not (await world.look()).coverages


async def test_a_list_that_is_full_covers_nothing_that_it_may_have_lost(world):
    await world.pass_to(START - 10 * MINUTE)
    for _ in range(400):
        short = world.history.begin(outward=False, own="23714480", other="030901820")
        short.ended = world.now
    await world.pass_to(START + 20 * MINUTE)
    assert not (await world.look()).coverages


async def test_an_entry_nobody_can_read_takes_the_coverage_away_and_keeps_the_rest(world):
    await world.pass_to(START)
    await world.appear()
    await world.settle()
    world.history.oddities.append({"Id": "999", "Type": "77", "Date": "10.03.26 10:10"})
    seen = await world.look()
    assert not seen.coverages
    assert len(seen.calls) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(Fault.NO_APPLICATIONS, "applications_not_allowed"), (Fault.SWITCHED_OFF, "call_list_switched_off")],
)
async def test_what_a_person_must_change_is_named(world, fault, reason):
    world.box.fault = fault
    with pytest.raises(Permanent, match=reason):
        await world.look()


async def test_a_box_that_is_switched_off_is_temporary(world):
    gone = FritzboxCallList(world.settings(port=1), e164)
    with pytest.raises(Temporary):
        await gone.look(world.meeting, since=OPENING, now=world.now)
    await gone.close()


async def test_a_wrong_password_is_told_before_anything_else(world):
    stranger = FritzboxCallList(world.settings(password="wrong"), e164)
    with pytest.raises(CredentialsLost):
        await stranger.look(world.meeting, since=OPENING, now=world.now)
    await stranger.close()


async def test_the_doctor_names_the_lines_that_the_list_has_shown(world):
    unused = "+498923714499"
    found = await check_list(world.settings(lines=frozenset({OUR_LINE, unused})), e164)
    assert [(one.grade, one.what) for one in found[1:]] == [
        (Grade.GOOD, f"line {OUR_LINE}"),
        (Grade.GAP, f"line {unused}"),
    ]


@pytest.mark.parametrize(
    ("change", "grade"), [("right", Grade.BAD), ("password", Grade.BAD), ("down", Grade.UNREACHED)]
)
async def test_the_doctor_says_what_to_do(world, change, grade):
    if change == "right":
        await world.withhold_right()
    elif change == "password":
        await world.lost()
    else:
        world.box.fault = Fault.DOWN
    (found,) = await check_list(world.settings(lines=frozenset({OTHER_LINE})), e164)
    assert found.grade is grade
    assert found.do


async def test_a_talk_of_seconds_is_never_a_talk_of_minutes(world):
    await world.pass_to(START)
    short = await world.ring(Direction.OUT, GUEST)
    await world.answer(short)
    await world.pass_to(START + 50 * SECOND)
    await world.hang_up(short)
    (told,) = (await world.look()).calls
    assert told.result is CallResult.UNCLEAR
