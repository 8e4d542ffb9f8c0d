"""Runs the day: vendors, daemon, people and the view together, then the summary."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2

from noshowd.demo.cast import EVERYBODY
from noshowd.demo.configuration import ZONE, write_configuration
from noshowd.demo.day import DAY
from noshowd.demo.diaries import Diaries
from noshowd.demo.happenings import Happenings
from noshowd.demo.news import Teller
from noshowd.demo.people import People
from noshowd.demo.process import DaemonProcess, free_port
from noshowd.demo.promises import Evidence, broken
from noshowd.demo.script import Day
from noshowd.demo.summary import summarise
from noshowd.demo.town import Town
from noshowd.demo.view import View
from noshowd.demo.watch import Story, read_story
from noshowd.domain.phase import Phase
from noshowd.domain.spans import Span
from noshowd.runtime.clock import ScaledClock
from noshowd.store.database import Database, open_database

#: A Tuesday without a holiday anywhere.
_DATE = datetime(2026, 6, 16, tzinfo=ZoneInfo(ZONE))
#: How often the world moves on and the database is read, in seconds of real time.
_BEAT = 0.1
_READ_EVERY = 4
#: The daemon has to be there so long before the first appointment, in the day's time.
_HEAD_START = timedelta(minutes=5)
#: The daemon answers its health page within this many seconds of real time.
_UP_WITHIN = 20.0
JOURNAL = "journal.jsonl"


class DayFailed(RuntimeError):
    """The day could not be shown; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that runs while the day lasts."""

    clock: ScaledClock
    daemon: DaemonProcess
    happenings: Happenings
    people: People
    view: View
    folder: Path
    day: Span


async def show(folder: Path, view: View, *, speed: float, day: Day = DAY) -> bool:
    """Live through the day in `folder` and tell of it; whether everything promised came true. Raises `DayFailed`."""
    opens, closes = (_DATE.replace(hour=int(t[:2]), minute=int(t[3:])) for t in (day.opens, day.closes))
    clock = ScaledClock.starting_now(origin=opens, speed=speed)
    with ExitStack() as running:
        town = running.enter_context(Town(clock.now, folder))
        diaries = Diaries(town, _DATE)
        diaries.enter(day.appointments)
        port = free_port()
        daemon = DaemonProcess(write_configuration(town, folder, port), clock, folder / JOURNAL)
        running.enter_context(daemon)
        running.enter_context(view)
        view.introduce(speed)
        stage = Stage(
            clock=clock,
            daemon=daemon,
            happenings=Happenings(day.acts, town, diaries, daemon, view.world),
            people=People(day.answers, town, clock, view.world),
            view=view,
            folder=folder,
            day=Span(start=opens, end=closes),
        )
        await _up(stage, port)
        first = min(diaries.time(one.at) for one in day.appointments)
        if clock.now() >= first - _HEAD_START:
            raise DayFailed(f"this machine is too busy for {speed:g} times real time; try --speed {speed / 2:g}")
        with open_database(f"sqlite:///{folder}/noshowd.db") as database:
            story = await _live(stage, database)
    evidence = Evidence(story=story, town=town, journal=(folder / JOURNAL).read_text(), first=first)
    unkept = broken(evidence)
    summarise(view, evidence, unkept)
    return not unkept


async def _up(stage: Stage, port: int) -> None:
    """Until the daemon answers."""
    async with httpx2.AsyncClient() as browser:
        for _ in range(int(_UP_WITHIN / _BEAT)):
            _alive(stage)
            try:
                await browser.get(f"http://127.0.0.1:{port}/healthz")
            except httpx2.TransportError:
                await _beat(stage.clock)
            else:
                return
    raise DayFailed(f"the daemon did not answer within {_UP_WITHIN:.0f} s\n{_end_of_journal(stage)}")


async def _live(stage: Stage, database: Database) -> Story:
    """Beat by beat until the day closes; the story as it stands then."""
    teller = Teller(EVERYBODY)
    story = await read_story(database, stage.day)
    beats = 0
    while stage.clock.now() < stage.day.end:
        stage.happenings.carry_on(stage.clock.now())
        stage.people.look()
        if beats % _READ_EVERY == 0:
            _alive(stage)
            before = stage.clock.now()
            story = await read_story(database, stage.day)
            stage.view.note(*teller.news(story))
            stage.view.show(before)
        stage.view.clock(stage.clock.now(), _status(story))
        beats += 1
        await _beat(stage.clock)
    await stage.people.go_home()
    stage.view.show(stage.clock.now())
    return story


def _status(story: Story) -> str:
    going_on = sum(one.phase == Phase.WATCHING for one in story.meetings)
    return f"{len(story.meetings)} appointments, {going_on} of them being watched"


def _alive(stage: Stage) -> None:
    if stage.daemon.died:
        raise DayFailed(f"the daemon ended\n{_end_of_journal(stage)}")


def _end_of_journal(stage: Stage) -> str:
    journal = stage.folder / JOURNAL
    return "\n".join(journal.read_text().splitlines()[-20:]) if journal.exists() else ""


async def _beat(clock: ScaledClock) -> None:
    await clock.sleep(_BEAT * clock.speed)
