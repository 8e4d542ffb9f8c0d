"""Reads a story from its file; says everything that is wrong with it at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from noshowd.story.format import Story


class BrokenStoryError(ValueError):
    """A story cannot be told. One line for each problem: where, what was found, what is allowed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_story(path: Path) -> Story:
    """The story in this file. Raises `BrokenStoryError`."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BrokenStoryError([f"{path}: {error.strerror or 'cannot be read'}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenStoryError([f"{path}: not TOML: {error}"]) from None
    try:
        return Story.model_validate(tables)
    except ValidationError as error:
        problems = [f"{path}: {_place(one['loc'])}: {one['msg']}" for one in error.errors(include_url=False)]
        raise BrokenStoryError(problems) from None


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
