"""Every story is told, and comes out as it expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from noshowd.store.database import Database
from noshowd.story.format import Story
from noshowd.story.loading import BrokenStoryError, load_story
from noshowd.story.runner import story_database, tell_story
from stories.texts import STORIES, Listening, written


@pytest.fixture(scope="module")
def wording() -> Listening:
    return Listening()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with story_database() as opened:
        yield opened


@pytest.fixture(autouse=True)
def quiet_log() -> Any:
    """Stories are full of failures that are meant."""
    structlog.configure(processors=[_drop])
    yield
    structlog.reset_defaults()


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
async def test_story(path: Path, database: Database, wording: Listening) -> None:
    story = load_story(path)
    wording.asked.clear()
    report = await tell_story(story, database, wording)
    assert not report.problems, "\n".join(report.problems)
    assert not _twice(report.messages, story), "a message went over the wire twice"
    assert wording.blocks() == written()[path.stem], "read the difference, then run tests/stories/texts.py"


def test_nobody_has_read_texts_of_a_story_that_there_is_not() -> None:
    assert set(written()) == {path.stem for path in STORIES}


def _twice(messages: list[dict[str, Any]], story: Story) -> list[str]:
    """Texts that reached the same person more than once, where no kill and no repeated nudge explains it."""
    if any(event.kill for event in story.event):
        return []
    arrived = Counter(message["key"] for message in messages)
    return [key for key, count in arrived.items() if count > 1]


async def test_the_same_story_comes_out_the_same_on_a_used_database_and_on_a_new_one(database: Database) -> None:
    story = load_story(Path(__file__).parent / "guest_comes_after_the_courtesy_message.toml")
    with story_database() as new:
        assert (await tell_story(story, database)).as_json() == (await tell_story(story, new)).as_json()


def test_every_problem_of_a_story_is_told_at_once_with_its_line_and_the_nearest_key(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(
        'story = "x"\nbegin = "9:00"\n\n[[event]]\nat = "25 o\'clock"\njoins = "x"\n\n[[expect]]\noutcome = "wating"\n'
    )
    with pytest.raises(BrokenStoryError) as caught:
        load_story(path)
    told = str(caught.value)
    assert f"{path}:2: begin: this key is not known here" in told
    assert "did you mean begins?" in told
    assert f"{path}:6: event[1].joins: this key is not known here" in told
    assert 'did you mean "waiting"?' in told
    assert "10:00, 10:00:30 or, on another day, 2026-03-03 10:00" in told


async def test_times_of_a_story_stand_in_the_zone_of_our_side_unless_it_names_another(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "london.toml"
    path.write_text(
        'story = "London"\n[us]\ndomains = ["us.example"]\nzone = "Europe/London"\n'
        '[[meeting]]\nid = "m"\nat = "11:00"\norganizer = "sue@us.example"\n'
        'link = "https://meet.google.com/abc-defg-hij"\n'
    )
    report = await tell_story(load_story(path), database)
    assert report.as_json()["meetings"][0]["start"] == "2026-03-02T11:00:00+00:00"


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ('down = "meat"', "calendars, chat, mail, meet, tasks where the story says meat"),
        ('meeting = "n"\ncancel = true', "where the story says n"),
        ('down = "meet"\nup = "meet"', "exactly one thing that happens"),
        ("", "exactly one thing that happens"),
        ('cancel = true\n[[event]]\nat = "18:01"\ncancel = true', "an end after 18:01 where the story ends at 18:00"),
        ('cancel = true\n[[expect]]\nnot_sent = ["nugde"]', "one of nudge, waiting_notice"),
    ],
)
def test_what_would_silently_do_nothing_is_refused(tmp_path: Path, event: str, says: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(f'story = "x"\n\n[[source]]\nname = "meet"\n\n[[event]]\nat = "9:00"\n{event}\n')
    with pytest.raises(BrokenStoryError, match=says):
        load_story(path)


def test_a_file_that_is_no_story(tmp_path: Path) -> None:
    for name, content in (
        ("none.toml", None),
        ("broken.toml", b"story ="),
        ("latin.toml", b"story = '\xff'"),
        ("deep.toml", b"story = " + b"[" * 9_000),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(BrokenStoryError, match=name):
            load_story(path)
