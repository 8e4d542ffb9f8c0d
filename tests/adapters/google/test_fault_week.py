"""A week in which one in five requests to Google fails: the mirror ends as the truth, and nobody is accused wrongly."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from adapters.google.week import ANNA, BEN, LENGTH, MINUTE, MONDAY, PLOTS, Firm, Weather, accused
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.followup import FollowUpKind
from noshowd.domain.spans import Span
from noshowd.domain.verdict import Outcome, Presence
from noshowd.store import entries, meetings
from noshowd.store.database import open_database
from noshowd.store.meetings import StoredMeeting
from noshowd.story.clock import FakeClock

#: Of each user in a minute: half of what Google allows. Of a calendar in a day: what it costs without a fault, and
#: what fails and is asked again.
A_MINUTE, A_DAY = 300, 300
#: Rounds of a soak for one whole week.
A_WEEK = 200
#: What the sources say lags behind, and a look may be a minute old.
NOTICED = 2 * MINUTE


def book(firm: Firm, chance: random.Random, days: int) -> None:
    """Four meetings a calendar and day, every plot in turn; others are moved and cancelled on the way."""
    plots = cycle(chance.sample(list(PLOTS), len(PLOTS)))
    for day in range(days):
        for host in (ANNA, BEN):
            hours = chance.sample(range(1, 6), 4)
            for hour, plot in zip(hours, plots, strict=False):
                start = MONDAY + timedelta(days=day, hours=hour, minutes=30 * (host == BEN))
                firm.meet(start, host, plot)
            free = MONDAY + timedelta(days=day, hours=9)
            event = firm.google.agenda.add_event(host, f"moved {day}", free, free + 30 * MINUTE)["id"]
            later = free + timedelta(minutes=chance.randint(30, 90))
            change = chance.choice(("move", "cancel"))
            at = MONDAY + timedelta(days=day, minutes=chance.randint(0, 200))
            if change == "move":
                firm.at(at, partial(firm.google.agenda.move, event, later, later + 30 * MINUTE))
            else:
                firm.at(at, partial(firm.google.agenda.cancel, event))


def truth(firm: Firm, calendar: str, window: Span) -> set[tuple[str, datetime]]:
    found = firm.google.calendars.get(calendar)
    assert found is not None
    standing = [e for e in found.events.values() if e["status"] != "cancelled"]
    inside = [e for e in standing if found.overlaps(e, window.start, window.end)]
    return {(e["id"], datetime.fromisoformat(e["start"]["dateTime"]).astimezone(UTC)) for e in inside}


def mirrored(firm: Firm, calendar: str, window: Span) -> set[tuple[str, datetime]]:
    known = firm.database.read_sync(lambda conn: entries.between(conn, window.start, window.end))
    return {(e.ref.entry_id, e.start) for e in known if e.ref.calendar == calendar}


async def live_through(folder: Path, seed: int, *, days: int, until: timedelta, share: float = 0.2) -> Counter[Outcome]:
    """So many working days; how the meetings ended that were watched."""
    chance, clock = random.Random(seed), FakeClock(MONDAY.astimezone(UTC))
    with SimulatedGoogle(clock.now) as google, open_database(f"sqlite:///{folder}/noshowd.db") as database:
        for who, name in ((ANNA, "Anna Muster"), (BEN, "Ben Beispiel")):
            google.add_person(who, name)
        firm = Firm(google, folder, database, clock)
        book(firm, chance, days)
        weather = Weather(chance, share)
        google.weather(weather)
        end = MONDAY + until
        await firm.until(end)
        ways = {
            "refuse 429",
            "refuse 403",
            "refuse 500",
            "refuse 503",
            "truncate",
            "hang",
            "stall",
            "drop_after",
            "empty",
        }
        assert ways <= weather.struck.keys(), weather.struck

        google.recover()
        await firm.until(end + timedelta(hours=1))  # the longest pause between two looks at a calendar, twice
        window = Span(start=MONDAY.astimezone(UTC), end=(end + timedelta(days=2)).astimezone(UTC))
        for calendar in (ANNA, BEN):
            assert mirrored(firm, calendar, window) == truth(firm, calendar, window)
        nobody_is_accused_wrongly(firm)
        assert firm.unfinished() == []
        within_budget(firm, days)
        stored = database.read_sync(lambda conn: meetings.between(conn, window.start, window.end))
        await firm.bench.close()
        return Counter(one.verdict.outcome for one in stored if one.verdict is not None)


def nobody_is_accused_wrongly(firm: Firm) -> None:
    """By no verdict as of the instant it speaks of, and by no message: what is read afresh for it knows the present,
    a task rests on what was proved when the absence was confirmed.
    """
    stored: list[StoredMeeting] = firm.database.read_sync(
        lambda conn: meetings.between(conn, MONDAY, MONDAY + timedelta(days=30))
    )
    went = {one.meeting.key: firm.appointments.get(one.meeting.title) for one in stored}
    assert len([one for one in went.values() if one is not None]) == len(firm.appointments)
    for one in stored:
        appointment, verdict = went[one.meeting.key], one.verdict
        if appointment is not None and verdict is not None and verdict.as_of is not None:
            absent = {p.key for p in verdict.people if p.presence is Presence.ABSENT}
            wronged = {who for who in absent if appointment.was_there(who, verdict.as_of)}
            assert not wronged, f"{appointment}: {wronged} was there, {verdict}"
    for row in firm.accusations():
        appointment = went[row.followup.key.meeting]
        assert appointment is not None
        assert row.sent_at is not None
        known = row.sent_at - NOTICED
        if row.followup.kind is FollowUpKind.RECALL_TASK:
            known = min(known, appointment.start + LENGTH / 3)
        wronged = {who for who in accused(row, appointment) if appointment.was_there(who, known)}
        assert not wronged, f"{appointment}: {row.followup.kind} about {wronged}, sent {row.sent_at}"


def within_budget(firm: Firm, days: int) -> None:
    assert max(firm.calls().values()) <= A_MINUTE
    listings = firm.calls("calendar.events.list")
    for calendar in (ANNA, BEN):
        assert sum(n for (who, _), n in listings.items() if who == calendar) <= A_DAY * days


async def test_a_bad_day_leaves_the_mirror_true_and_nobody_accused_wrongly(tmp_path: Path):
    found = await live_through(tmp_path, 1, days=1, until=timedelta(hours=6, minutes=30))
    assert sum(found.values()) >= len(PLOTS)
    assert found[Outcome.HELD] > 0


@pytest.mark.soak
async def test_a_bad_week_leaves_the_mirror_true_and_nobody_accused_wrongly(
    tmp_path: Path, soak_rounds: int, soak_seed: int
):
    """Minutes each; a share of the rounds is one more bad day."""
    days, until = (5, timedelta(days=7)) if soak_rounds >= A_WEEK else (1, timedelta(hours=6, minutes=30))
    for number in range(max(1, soak_rounds // A_WEEK)):
        folder = tmp_path / str(number)
        folder.mkdir()
        await live_through(folder, soak_seed * 1_000_003 + number, days=days, until=until)
