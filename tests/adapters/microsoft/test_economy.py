"""Many mailboxes share calls, each keeps its limits, and what is urgent goes first."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from adapters.microsoft.tenant import ANNA, BEN, NOW, HandClock, Tenant
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.pacing import Gate, Urgency
from noshowd.demo.vendors.microsoft.appointments import Invited
from noshowd.demo.vendors.microsoft.faults import Fault, cut_off, throttled
from noshowd.domain.entry import EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, Page
from noshowd.ports.errors import Permanent, Temporary

WINDOW = Span(start=NOW, end=NOW + timedelta(days=1))
MANY = 50


def address(number: int) -> str:
    return f"person{number}@firm.example"


@pytest.fixture
def firm(tenant: Tenant) -> Tenant:
    """Fifty people with an appointment each."""
    for number in range(MANY):
        tenant.sim.people.add(address(number), f"Person {number}")
        tenant.book(organizer=Invited(address(number)), subject=address(number))
    return tenant


async def titles(source: GraphCalendar, mailbox: str) -> list[str]:
    found: list[str] = []
    async for part in source.changes(mailbox, cursor=None, window=WINDOW):
        if isinstance(part, Page):
            found += [entry.title for entry in part.entries]
    return found


async def everybody(source: GraphCalendar, mailboxes: list[str]) -> list[list[str] | BaseException]:
    return await asyncio.gather(*(titles(source, one) for one in mailboxes), return_exceptions=True)


def sent(tenant: Tenant) -> int:
    """Calls over HTTP: parts of a batch are recorded beside it."""
    batches = [call for call in tenant.sim.calls if call.path == "/$batch"]
    return len(tenant.sim.calls) - sum(len(call.body["requests"]) for call in batches)


async def test_fifty_mailboxes_take_five_calls(firm: Tenant) -> None:
    people = [address(number) for number in range(MANY)]
    found = await everybody(GraphCalendar(firm.graph()), people)
    assert found == [[one] for one in people]
    # the first two leave at once, what comes meanwhile leaves together
    assert sent(firm) == 2 + 3


async def test_one_alone_does_not_wait_for_company(firm: Tenant) -> None:
    assert await titles(GraphCalendar(firm.graph()), address(1)) == [address(1)]
    assert [call.path for call in firm.sim.calls] == [f"/users/{address(1)}/calendarView"]


async def test_each_answer_of_a_batch_is_judged_alone(firm: Tenant) -> None:
    people = [address(number) for number in range(10)]
    firm.sim.faults.order(
        throttled(f"/users/{address(5)}/", retry_after=60),
        *[Fault(path=f"/users/{address(6)}/", status=503)] * 3,
        Fault(path=f"/users/{address(7)}/", status=504),
    )
    people[8] = "nobody@firm.example"
    found = await everybody(GraphCalendar(firm.graph()), people)
    throttled_one, broken, unknown = found[5], found[6], found[8]
    assert isinstance(throttled_one, Temporary)
    assert throttled_one.retry_after == timedelta(seconds=60)
    assert isinstance(broken, Temporary)
    assert isinstance(unknown, Permanent)
    assert [found[number] for number in (0, 1, 2, 3, 4, 7, 9)] == [[people[n]] for n in (0, 1, 2, 3, 4, 7, 9)]


async def test_a_throttled_mailbox_is_left_alone_and_only_that_one(firm: Tenant) -> None:
    source = GraphCalendar(firm.graph())
    firm.sim.faults.order(throttled(f"/users/{address(1)}/", retry_after=60))
    with pytest.raises(Temporary):
        await titles(source, address(1))
    before = len(firm.sim.calls)
    with pytest.raises(Temporary, match="left alone") as caught:
        await titles(source, address(1))
    assert caught.value.retry_after == timedelta(seconds=60)
    assert len(firm.sim.calls) == before
    assert await titles(source, address(2)) == [address(2)]
    firm.clock.instant += timedelta(seconds=60)
    assert await titles(source, address(1)) == [address(1)]


@pytest.mark.parametrize("fault", [cut_off("$batch"), Fault(path="$batch", status=503), throttled("$batch")])
async def test_a_batch_that_fails_is_asked_for_again(firm: Tenant, fault: Fault) -> None:
    firm.sim.faults.order(fault)
    people = [address(number) for number in range(30)]
    assert await everybody(GraphCalendar(firm.graph()), people) == [[one] for one in people]


async def test_a_part_that_was_left_out_is_asked_for_again(firm: Tenant) -> None:
    people = [address(number) for number in range(8)]
    firm.sim.forgets_parts = 2
    assert await everybody(GraphCalendar(firm.graph()), people) == [[one] for one in people]


async def test_no_mailbox_has_more_than_four_parts_in_a_batch(firm: Tenant) -> None:
    source = GraphCalendar(firm.graph())
    await everybody(source, [ANNA] * 12 + [BEN] * 12)
    for call in firm.sim.calls:
        if call.path == "/$batch":
            whose = Counter(part["url"].split("/")[2] for part in call.body["requests"])
            assert max(whose.values()) <= 4


async def test_a_reading_before_a_send_never_waits_in_a_batch(firm: Tenant) -> None:
    source = GraphCalendar(firm.graph())
    ref = EntryRef(account="office", calendar=ANNA, entry_id="none")
    listings = asyncio.gather(*(titles(source, address(number)) for number in range(20)))
    assert isinstance(await source.read(ref), Gone)
    assert not listings.done()
    await listings


async def test_four_at_once_for_a_mailbox_and_the_earliest_deadline_first() -> None:
    gate = Gate(HandClock(), parallel=4, parallel_mailbox=2)
    order: list[str] = []
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()

    async def one(name: str, mailbox: str, urgency: Urgency) -> None:
        async with gate.turn(mailbox, urgency):
            order.append(name)
            running[mailbox] += 1
            most[mailbox] = max(most[mailbox], running[mailbox])
            most["all"] = max(most["all"], running.total())
            for _ in range(3):
                await asyncio.get_running_loop().run_in_executor(None, int)
            running[mailbox] -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(one(f"first {number}", f"m{number}", Urgency.LISTING))
        await asyncio.get_running_loop().run_in_executor(None, int)
        for number in range(6):
            group.create_task(one(f"listing {number}", "m5", Urgency.LISTING))
        group.create_task(one("look", "m6", Urgency.LOOK))
        group.create_task(one("send", "m7", Urgency.SEND))
    assert most["m5"] <= 2
    assert most["all"] <= 4
    assert order.index("send") < order.index("look") < order.index("listing 0")


async def test_whoever_gives_up_waiting_takes_no_place() -> None:
    gate = Gate(HandClock(), parallel=1, parallel_mailbox=1)
    held = asyncio.Event()

    async def hold() -> None:
        async with gate.turn("m", Urgency.SEND):
            await held.wait()

    async def use() -> None:
        async with gate.turn("m", Urgency.SEND):
            pass

    holder, quitter = asyncio.create_task(hold()), asyncio.create_task(use())
    await asyncio.get_running_loop().run_in_executor(None, int)
    quitter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await quitter
    held.set()
    await holder
    await use()
