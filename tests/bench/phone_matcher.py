"""How many call events a second one core reads, and matches with the appointments that are watched.

    PYTHONPATH=daemon:tests python -P tests/bench/phone_matcher.py [--appointments 500]

Printed and never judged: processor time and wall time of one thread, the best of three rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from noshowd.adapters.asterisk.book import CallBook as AsteriskBook
from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.adapters.asterisk.wire import Collector
from noshowd.adapters.fritzbox.book import CallBook as FritzboxBook
from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.adapters.fritzbox.wire import read_line
from noshowd.domain.appointments import Appointments
from noshowd.domain.evidence import CallRecord, CallResult, Direction, Observation
from noshowd.domain.meeting import Caller, Kind, Meeting, Person, Place, Side
from noshowd.engine.presence.matching import discreet
from noshowd.reading.sides import Us

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EVENTS = 30_000


def best(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor time and of wall time, of the round that took least of the first."""
    rounds = []
    for _ in range(3):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        rounds.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(rounds)


def tell(title: str, events: int, work: Callable[[], object]) -> None:
    cpu, wall = best(work)
    print(f"{title:<64}{events / cpu:>10,.0f} events/s of processor time{events / wall:>10,.0f} events/s of wall time")


def line_of(number: int) -> str:
    return f"+4989237{number:05d}"


def guest_of(number: int) -> str:
    """Spread over a city, as extensions of many firms."""
    return f"+4930{number * 7919 % 10**8:08d}"


def appointments(count: int) -> list[Meeting]:
    def one(number: int) -> Meeting:
        ours = Person(key=f"p{number}@us.example", side=Side.OURS, lines=(line_of(number),), all_lines_seen=True)
        theirs = Person(key=f"g{number}@them.example", side=Side.THEIRS, lines=(guest_of(number),))
        place = Place(kind=Kind.PHONE, phone=guest_of(number), caller=Caller.OURS)
        return Meeting(
            key=f"m{number}", start=NINE, end=NINE + timedelta(minutes=30), place=place, people=(ours, theirs)
        )

    return [one(number) for number in range(count)]


def told(chance: Random, count: int) -> list[CallRecord]:
    """Ringing, talking and ended states of calls over many lines; a third of them have to do with an appointment."""
    events: list[CallRecord] = []
    while len(events) < EVENTS:
        number = chance.randrange(3 * count)
        began = NINE + SECOND * chance.randrange(1800)
        ringing = CallRecord(
            source="pbx",
            call=f"c{len(events)}",
            direction=chance.choice(list(Direction)),
            our_line=line_of(number),
            their_number=chance.choice((guest_of(number), guest_of(number + 7), None)),
            began=began,
            result=CallResult.RINGING,
        )
        talking = replace(ringing, answered=began + 9 * SECOND, result=CallResult.TALKING)
        events += [ringing, talking, replace(talking, ended=began + 99 * SECOND, result=CallResult.ANSWERED)]
    return events[:EVENTS]


def match(watched: Appointments, events: list[CallRecord], us: Us) -> int:
    """As a push does it: whom it concerns, and what of it may be kept."""
    kept = 0
    for event in events:
        for meeting in watched.concerned(event):
            kept += len(discreet(meeting, Observation(calls=(event,)), us).calls)
    return kept


def fritzbox_lines() -> list[str]:
    lines = []
    for number in range(EVENTS // 3):
        at = NINE + SECOND * number
        stamp = f"{at:%d.%m.%y %H:%M:%S};"
        lines += [
            f"{stamp}CALL;{number % 8};10;23700001;0171{number % 1000:07d};SIP0;",
            f"{stamp}CONNECT;{number % 8};10;0171{number % 1000:07d};",
            f"{stamp}DISCONNECT;{number % 8};60;",
        ]
    return lines


def read_fritzbox(lines: list[str]) -> None:
    book = FritzboxBook(FritzboxSettings(lines=frozenset({line_of(1)})), lambda number: f"+49{number[1:]}")
    for number, text in enumerate(lines):
        book.enter(read_line(text), NINE + SECOND * (number // 3), timedelta(0))


def ami_messages() -> list[str]:
    lines: list[str] = []
    for number in range(EVENTS // 5):
        key = f"17.{number}"
        for name, channel in (
            ("Newchannel", key),
            ("BridgeEnter", key),
            ("BridgeEnter", f"{key}9"),
            ("Hangup", f"{key}9"),
            ("Hangup", key),
        ):
            lines += [
                f"Event: {name}",
                "Privilege: call,all",
                f"Channel: PJSIP/100-{number}",
                "ChannelState: 6",
                f"CallerIDNum: 0892370{number % 9999:04d}",
                f"Exten: 0171{number % 1000:07d}",
                f"Uniqueid: {channel}",
                f"Linkedid: {key}",
                f"BridgeUniqueid: b{number}",
                "",
            ]
    return lines


def read_ami(lines: list[str]) -> None:
    settings = AsteriskSettings(username="u", secret="s", lines=frozenset({line_of(1)}))
    book, collector, number = AsteriskBook(settings, lambda written: f"+49{written[1:]}"), Collector(), 0
    for line in lines:
        message = collector.take(line)
        if message is not None:
            number += 1
            book.enter(message, NINE + SECOND * (number // 5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appointments", type=int, default=500)
    count = parser.parse_args().appointments
    events, watched, us = (
        told(Random(1), count),
        Appointments(appointments(count)),
        Us(domains=frozenset({"us.example"})),
    )
    print(f"{EVENTS:,} events, {count} appointments watched at once, {match(watched, events, us):,} kept")
    tell("a call event matched with the watched appointments", EVENTS, lambda: match(watched, events, us))
    lines, messages = fritzbox_lines(), ami_messages()
    tell("a line of the FRITZ!Box monitor read and entered", len(lines), lambda: read_fritzbox(lines))
    tell("an event of the Asterisk manager interface read and entered", EVENTS, lambda: read_ami(messages))


if __name__ == "__main__":
    main()
