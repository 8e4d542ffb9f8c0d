"""What a source promises that sees telephone calls: who rang whom, and never more talk than there was.

Subclass `CallSuite` and give a fixture `world` that returns a `CallWorld` of the vendor.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta
from typing import Any

from contract.source_suite import END, MINUTE, START, SourceSuite, SourceWorld
from noshowd.domain.entry import Response
from noshowd.domain.evidence import CallRecord, CallResult, Direction
from noshowd.domain.meeting import Caller, Kind, Meeting, Person, Place, Side

OUR_LINE = "+498923714480"
GUEST = "+491713920050"
STRANGER = "+494066964012"
#: A colleague's line that the source sees too.
OTHER_LINE = "+498923714481"
SECOND = timedelta(seconds=1)


def phone_meeting(our_line: str = OUR_LINE, *, kind: Kind = Kind.PHONE) -> Meeting:
    host = Person(key="host@ours.example", side=Side.OURS, lines=(our_line,), all_lines_seen=True)
    guest = Person(key="guest@theirs.example", side=Side.THEIRS, lines=(GUEST,), response=Response.ACCEPTED)
    return Meeting(
        key="call-1",
        start=START,
        end=END,
        place=Place(kind=kind, phone=GUEST, caller=Caller.OURS),
        people=(host, guest),
    )


class CallWorld(SourceWorld):
    """A vendor's telephone system that sees `OUR_LINE` and `OTHER_LINE`."""

    meeting = phone_meeting()
    foreign_meeting = phone_meeting(kind=Kind.IN_PERSON)
    #: Whether it tells an unanswered call of ours from a short talk; a source that does not says so (unclear).
    tells_unanswered = True

    @abstractmethod
    async def ring(self, direction: Direction, number: str | None, line: str = OUR_LINE) -> Any:
        """A call begins now; `number` None withholds it. Returns a handle for what follows."""

    @abstractmethod
    async def answer(self, call: Any) -> None:
        """A human picks up now."""

    @abstractmethod
    async def hang_up(self, call: Any) -> None:
        """The call ends now."""

    async def mailbox(self, call: Any) -> bool:
        """Our own mailbox picks up now; override it and return True where the vendor has one."""
        return False

    async def busy(self) -> bool:
        """We ring the guest, who is busy; override it and return True where the source can tell."""
        return False

    async def appear(self) -> None:
        call = await self.ring(Direction.OUT, GUEST)
        await self.pass_to(self.now + 20 * SECOND)
        await self.hang_up(call)


class CallSuite(SourceSuite):
    """One suite for every telephone source."""

    async def test_beside_a_video_meeting_nothing_but_calls_with_its_guests_is_told(self, world: CallWorld) -> None:
        meeting = phone_meeting(kind=Kind.VIDEO)
        host, guest = meeting.people
        assert world.source.traits.telephone
        assert world.source.sees(meeting)
        assert not world.source.sees(replace(meeting, people=(host, replace(guest, lines=()))))
        for number in (GUEST, STRANGER):
            await world.pass_to(world.now + MINUTE)
            call = await world.ring(Direction.IN, number)
            await world.pass_to(world.now + 20 * SECOND)
            await world.hang_up(call)
        await world.settle()
        seen = await world.source.look(meeting, since=START - 15 * MINUTE, now=world.now)
        assert {call.their_number for call in seen.calls} == {GUEST}

    async def talk(self, world: CallWorld, direction: Direction, number: str | None) -> None:
        """Rings for ten seconds, then three minutes of talk, from one minute after the start."""
        await world.pass_to(START + MINUTE)
        call = await world.ring(direction, number)
        await world.pass_to(START + MINUTE + 10 * SECOND)
        await world.answer(call)
        await world.pass_to(START + 4 * MINUTE + 10 * SECOND)
        await world.hang_up(call)

    async def the_call(self, world: CallWorld) -> CallRecord:
        await world.settle()
        (call,) = (await world.look()).calls
        return call

    async def test_a_talk_is_told_and_never_overstated(self, world: CallWorld) -> None:
        await self.talk(world, Direction.OUT, GUEST)
        call = await self.the_call(world)
        assert (call.direction, call.our_line, call.their_number) == (Direction.OUT, OUR_LINE, GUEST)
        assert call.result is CallResult.ANSWERED
        assert abs(call.began - (START + MINUTE)) <= SECOND
        assert timedelta(seconds=90) <= call.talked(world.now) <= timedelta(minutes=3, seconds=1)

    async def test_a_call_to_us_is_told_with_its_caller(self, world: CallWorld) -> None:
        await self.talk(world, Direction.IN, GUEST)
        call = await self.the_call(world)
        assert (call.direction, call.our_line, call.their_number) == (Direction.IN, OUR_LINE, GUEST)

    async def test_a_withheld_number_is_none(self, world: CallWorld) -> None:
        await self.talk(world, Direction.IN, None)
        call = await self.the_call(world)
        assert call.their_number is None
        assert call.result is CallResult.ANSWERED

    async def test_ringing_without_an_answer_is_no_talk(self, world: CallWorld) -> None:
        for direction in Direction:
            await world.pass_to(world.now + MINUTE)
            call = await world.ring(direction, GUEST)
            await world.pass_to(world.now + 40 * SECOND)
            await world.hang_up(call)
        await world.settle()
        calls = (await world.look()).calls
        dialled = CallResult.NO_ANSWER if world.tells_unanswered else CallResult.UNCLEAR
        expected = {Direction.OUT: dialled, Direction.IN: CallResult.NO_ANSWER}
        assert {c.direction: c.result for c in calls} == expected
        assert len(calls) == 2
        assert all(c.talked(world.now) == timedelta(0) for c in calls)

    async def test_our_own_mailbox_is_no_talk(self, world: CallWorld) -> None:
        await world.pass_to(START)
        call = await world.ring(Direction.IN, GUEST)
        await world.pass_to(START + 20 * SECOND)
        if not await world.mailbox(call):
            return
        await world.pass_to(START + 3 * MINUTE)
        await world.hang_up(call)
        told = await self.the_call(world)
        assert told.result is CallResult.VOICEMAIL
        assert told.talked(world.now) == timedelta(0)

    async def test_busy_is_not_an_unanswered_call(self, world: CallWorld) -> None:
        await world.pass_to(START)
        if await world.busy():
            assert (await self.the_call(world)).result is CallResult.BUSY

    async def test_a_running_call_is_told_or_the_present_is_not_covered(self, world: CallWorld) -> None:
        await world.pass_to(START)
        call = await world.ring(Direction.OUT, GUEST)
        await world.pass_to(START + 10 * SECOND)
        await world.answer(call)
        await world.pass_to(START + 10 * MINUTE)
        seen = await world.look()
        if world.source.traits.ended_only:
            # it may tell what it sees running, but never how long they have talked
            assert all(call.running and not call.talked(world.now) for call in seen.calls)
            assert all(coverage.ended_only for coverage in seen.coverages)
        else:
            (running,) = seen.calls
            assert running.result is CallResult.TALKING
            assert running.running

    async def test_a_ringing_call_is_told_by_a_live_source(self, world: CallWorld) -> None:
        if world.source.traits.ended_only:
            return
        await world.pass_to(START)
        await world.ring(Direction.IN, GUEST)
        await world.pass_to(START + 10 * SECOND)
        (ringing,) = (await world.look()).calls
        assert ringing.result is CallResult.RINGING

    async def test_coverage_names_the_lines(self, world: CallWorld) -> None:
        await world.pass_to(START + 20 * MINUTE)
        await world.settle()
        for coverage in (await world.look()).coverages:
            assert OUR_LINE in coverage.lines

    async def test_other_peoples_calls_are_not_handed_on(self, world: CallWorld) -> None:
        await world.pass_to(START)
        call = await world.ring(Direction.IN, STRANGER, OTHER_LINE)
        await world.pass_to(START + 20 * SECOND)
        await world.hang_up(call)
        await world.settle()
        assert not (await world.look()).calls

    async def test_the_guest_on_a_colleagues_line_is_handed_on(self, world: CallWorld) -> None:
        await world.pass_to(START)
        call = await world.ring(Direction.IN, GUEST, OTHER_LINE)
        await world.pass_to(START + 20 * SECOND)
        await world.hang_up(call)
        assert (await self.the_call(world)).our_line == OTHER_LINE
