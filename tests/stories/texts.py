"""The texts of all stories, in every language, each written down once with the stories in which it is told.

PYTHONPATH=daemon:tests python tests/stories/texts.py

tells every story once and writes them anew; with names of stories after it, only those. Then read what changed, as the
guest who was there on time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import structlog

from noshowd.domain.followup import FollowUpKind
from noshowd.story.loading import load_story
from noshowd.story.runner import story_database, tell_story
from noshowd.wording import Text, Wording, WordingContext
from noshowd.wording.languages import languages

HERE = Path(__file__).parent
FOLDER = HERE / "texts"
STORIES = sorted(path for path in HERE.glob("*.toml") if path.name != "cases.toml")
_HEAD, _TOLD_IN = "=== ", "told in: "
#: An approval shows the message it is about, which stands here by itself.
_QUOTED = "(as it stands in that message)"


class Listening(Wording):
    """The built-in words, and what they were asked to put into words."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[WordingContext] = []

    def render(self, context: WordingContext, language: str) -> Text:
        self.asked.append(context)
        return super().render(context, language)

    def blocks(self) -> dict[str, frozenset[str]]:
        """What was asked since the last time, by language; forgotten with that."""
        asked, self.asked = [_unquoted(one) for one in self.asked], []
        return {language: frozenset(self._block(one, language) for one in asked) for language in languages()}

    def _block(self, context: WordingContext, language: str) -> str:
        text = super().render(context, language)
        reader = "guest" if context.to_guest else "us"
        preview = f"Preview: {text.preview}\n" if text.preview else ""
        return f"{context.kind} to {reader}, {context.cause}\nSubject: {text.subject}\n{preview}\n{text.text}\n"


def _unquoted(context: WordingContext) -> WordingContext:
    if context.kind is not FollowUpKind.APPROVAL:
        return context
    mailto = context.mailto and "mailto:guest@example.com?body=..."
    return replace(context, quoted_text=_QUOTED, quoted_subject=_QUOTED, mailto=mailto)


def write(told: Mapping[str, Mapping[str, frozenset[str]]]) -> Iterator[tuple[Path, str]]:
    """The file of each language, from the blocks of each story."""
    for language in languages():
        stories: dict[str, list[str]] = {}
        for story in sorted(told):
            for block in told[story][language]:
                stories.setdefault(block, []).append(story)
        # what guests read stands first
        blocks = sorted(stories, key=lambda block: (" to guest," not in block.partition("\n")[0], block))
        parts = [_with_stories(block, stories[block]) for block in blocks]
        yield FOLDER / f"{language}.txt", "\n".join(parts)


def _with_stories(block: str, stories: Iterable[str]) -> str:
    head, _, rest = block.partition("\n")
    return f"{_HEAD}{head}\n{_TOLD_IN}{' '.join(stories)}\n{rest}"


@cache
def written() -> dict[str, dict[str, frozenset[str]]]:
    """The blocks of each story as they were last read, by language; a story may have none."""
    found: dict[str, dict[str, set[str]]] = {path.stem: {one: set() for one in languages()} for path in STORIES}
    for language in languages():
        for part in f"\n{(FOLDER / f'{language}.txt').read_text(encoding='utf-8')}".split(f"\n{_HEAD}")[1:]:
            head, told_in, rest = part.split("\n", 2)
            block = f"{head}\n{rest.rstrip()}\n"
            for story in told_in.removeprefix(_TOLD_IN).split():
                found.setdefault(story, {one: set() for one in languages()})[language].add(block)
    return {story: {one: frozenset(all_) for one, all_ in blocks.items()} for story, blocks in found.items()}


async def _told(names: Collection[str]) -> dict[str, dict[str, frozenset[str]]]:
    """The blocks of each story, of those that are not named as they were."""
    wording, told = Listening(), written() if names else {}
    with story_database() as database:
        for path in STORIES:
            if not names or path.stem in names:
                await tell_story(load_story(path), database, wording)
                told[path.stem] = wording.blocks()
    return told


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    FOLDER.mkdir(exist_ok=True)
    for file, text in write(asyncio.run(_told(sys.argv[1:]))):
        file.write_text(text, encoding="utf-8")
