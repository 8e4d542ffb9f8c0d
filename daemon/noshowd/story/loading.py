"""Reads a story from its file; says everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from noshowd.config.complaints import complaints
from noshowd.config.positions import key_lines
from noshowd.config.problems import Problem
from noshowd.config.toml_file import read_toml
from noshowd.story.format import Story


class BrokenStoryError(ValueError):
    """A story cannot be told: where, what was found, what is allowed, what to do, for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_story(path: Path) -> Story:
    """The story in this file. Raises `BrokenStoryError`."""
    read = read_toml(path, kind="story")
    if isinstance(read, Problem):
        raise BrokenStoryError([read])
    try:
        return Story.model_validate(read.tables)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise BrokenStoryError(complaints(errors, file=str(path), lines=key_lines(read.text), root=Story)) from None
