"""Tells a story: moves the clock from one instant to the next, and lets the engine do what is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from noshowd.config.model import Config
from noshowd.domain.followup import FollowUpKind
from noshowd.engine.alerts import tell
from noshowd.engine.parts import Parts, no_links
from noshowd.engine.sending.alone import take_over
from noshowd.engine.turn import settle
from noshowd.ports.channel import Carries, Recovery
from noshowd.runtime.assemble import assemble, digest_of
from noshowd.runtime.bench import Adapters
from noshowd.runtime.people import ConfiguredDirectory
from noshowd.store import people, switches
from noshowd.store.database import Database, open_database
from noshowd.store.schema import metadata
from noshowd.story.answering import answer_offer, bounce, press
from noshowd.story.checking import Checker
from noshowd.story.clock import FakeClock
from noshowd.story.format import ACCOUNT, USUAL_CHANNELS, Story
from noshowd.story.happening import Event
from noshowd.story.posts import KilledError, Post, ScriptedChannel
from noshowd.story.report import Report, report
from noshowd.story.scripted import ScriptedLines, ScriptedRoom
from noshowd.story.scripted_writer import ScriptedWriter
from noshowd.story.setting import instant, traits
from noshowd.story.stage import Stage, StoryError
from noshowd.wording import Wording

_KEY = b"a story has no secrets"
#: How often the house is kept (alerts); the daemon does it more often.
_HOUSEKEEPING = timedelta(minutes=10)
#: More steps than this at one instant: the engine does not come to rest.
_TOO_MANY = 200


@dataclass(slots=True)
class Telling:
    """The state of a story that is being told."""

    story: Story
    stage: Stage
    clock: FakeClock
    database: Database
    config: Config
    #: What words are put in; None: the built-in ones.
    wording: Wording | None = None
    posts: list[Post] = field(default_factory=list)
    parts: Parts | None = None
    kill: str | None = None
    answers: int = 0
    problems: list[str] = field(default_factory=list)


def story_database() -> Database:
    """A store as it is, but for the disk: any number of stories are told on it, one after the other."""
    return open_database("sqlite://")


async def tell_story(story: Story, database: Database, wording: Wording | None = None) -> Report:
    """Empty the database, run the story on it and report everything. Raises `StoryError` for a broken story.

    With a `wording` its texts are written by that one instead of the built-in one.
    """
    database.run_sync(_empty)
    telling = Telling(
        story=story,
        stage=Stage(story),
        clock=FakeClock(instant(story, story.begins)),
        database=database,
        config=_config(story),
        wording=wording,
    )
    checker = Checker(telling.stage, database, telling.posts)
    await _run(telling, checker)
    return report(story, database, telling.posts, [*telling.problems, *checker.problems])


def _empty(conn: sa.Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        conn.execute(sa.delete(table))


def _config(story: Story) -> Config:
    return Config(mode=story.mode, us=story.us, person=story.person, contact=story.contact, policy=story.policy)


async def _run(telling: Telling, checker: Checker) -> None:
    """From the beginning to the end, always to the next instant at which anything happens or is due."""
    story = telling.story
    _start(telling)
    ends = instant(story, story.ends)
    agenda = _agenda(telling, checker)
    housekeeping = telling.clock.now()
    while True:
        now = telling.clock.now()
        while agenda and agenda[0].at <= now and agenda[0].before:
            await agenda.pop(0).do()
        if now >= housekeeping:
            await _keep_house(telling)
            housekeeping = now + _HOUSEKEEPING
        due = await _settle(telling)
        while agenda and agenda[0].at <= now and not agenda[0].before:
            await agenda.pop(0).do()
        if now >= ends:
            break
        upcoming = min(at for at in (ends, housekeeping, due, agenda[0].at if agenda else None) if at is not None)
        telling.clock.set(max(now + timedelta(seconds=1), upcoming))
    for expectation in story.expect:
        if expectation.at is None:
            await checker.check(expectation)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Something the story has at an instant: an event before the engine does its work, a check after it."""

    at: datetime
    before: bool
    do: Callable[[], Awaitable[None]]


def _agenda(telling: Telling, checker: Checker) -> list[_Item]:
    story, stage = telling.story, telling.stage
    items = [_Item(at=at, before=True, do=partial(stage.appear, meeting, at)) for at, meeting in stage.later()]
    items += [_Item(at=instant(story, e.at), before=True, do=partial(_happen, telling, e)) for e in story.event]
    items += [
        _Item(at=instant(story, e.at), before=False, do=partial(checker.check, e))
        for e in story.expect
        if e.at is not None
    ]
    return sorted(items, key=lambda item: (item.at, not item.before))


def _start(telling: Telling) -> None:
    """Start the daemon: fresh adapters, as after a restart; the database stays."""
    story, stage = telling.story, telling.stage
    adapters = Adapters(
        calendars={ACCOUNT: stage.calendar},
        free_busy={ACCOUNT: stage.calendar},
        watched=sorted({(ACCOUNT, c) for m in story.meeting for c in (m.calendars or (m.organizer,))}),
    )
    if story.writes:
        adapters.writers[ACCOUNT] = ScriptedWriter(stage.calendar, telling.clock)
        adapters.marks[ACCOUNT] = stage.marks
    for source in story.source:
        seen = frozenset(source.lines)
        adapters.presences[source.name] = (
            ScriptedLines(traits(source), stage.world, stage.moods, seen)
            if source.sees == "phone"
            else ScriptedRoom(traits(source), stage.world, stage.moods, source.links)
        )
    for channel in story.channel or USUAL_CHANNELS:
        adapters.channels.append(
            ScriptedChannel(
                channel.name,
                carries=frozenset(Carries(c) for c in channel.carries),
                recovery=Recovery(channel.recovery),
                edits=channel.edits,
                clock=telling.clock,
                moods=stage.moods,
                posts=telling.posts,
                blow=lambda where: _blow(telling, where),
            )
        )
    parts = assemble(
        telling.config,
        database=telling.database,
        clock=telling.clock,
        adapters=adapters,
        worker="story",
        key=_KEY,
        offer_page=(lambda key, _: f"https://page.example/o/{key}") if story.writes else no_links,
    )
    telling.parts = parts if telling.wording is None else replace(parts, wording=telling.wording)


def _blow(telling: Telling, where: str) -> None:
    if telling.kill == where:
        telling.kill = None
        raise KilledError


async def _settle(telling: Telling) -> datetime | None:
    """Let the daemon do what is due; when it next has something to do."""
    if telling.parts is None:
        return None
    try:
        return await settle(telling.parts, at_most=_TOO_MANY)
    except KilledError:
        telling.parts = None
    except BaseExceptionGroup as group:
        if group.subgroup(KilledError) is None:
            raise
        telling.parts = None
    return None


async def _keep_house(telling: Telling) -> None:
    if telling.parts is None:
        return
    owners = ConfiguredDirectory(telling.config).owners()
    now = telling.clock.now()
    await telling.database.run(lambda conn: tell(conn, owners, now=now))


async def _happen(telling: Telling, event: Event) -> None:
    now = telling.clock.now()
    if event.kill == "now":
        telling.parts = None
    elif event.kill is not None:
        telling.kill = event.kill
    elif event.start:
        _start(telling)
    elif event.answer is not None or event.bounce is not None or event.guest is not None:
        await _answer(telling, event)
    elif event.pause:
        await telling.database.run(lambda conn: switches.turn(conn, switches.PAUSED, "yes", by="story", now=now))
    elif event.resume:
        await telling.database.run(lambda conn: switches.clear(conn, switches.PAUSED))
    elif event.resume_guests:
        await telling.database.run(lambda conn: take_over(conn, by="story", now=now))
    elif event.opt_out is not None:
        digest = digest_of(event.opt_out, _KEY)
        await telling.database.run(lambda conn: people.suppress(conn, digest, now=now))
    else:
        telling.stage.happen(event, now)


async def _answer(telling: Telling, event: Event) -> None:
    """Somebody presses a button, or a mail server hands a message back."""
    if telling.parts is None:
        raise StoryError(f"nobody can answer at {event.at}: the daemon does not run")
    telling.answers += 1
    if event.answer is not None:
        problems = await press(telling.parts, event.answer, event.meeting, telling.answers)
    elif event.guest is not None:
        problems = await answer_offer(telling.parts, event.guest, event.meeting)
    else:
        problems = await bounce(telling.parts, event.bounce or FollowUpKind.NOTICE, event.meeting, telling.answers)
    telling.problems += [f"{event.at}: {problem}" for problem in problems]
