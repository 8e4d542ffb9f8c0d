"""Reads a story from its file; says everything that is wrong with it at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from noshowd.config.complaints import complaints
from noshowd.config.positions import key_lines
from noshowd.config.problems import Problem
from noshowd.story.format import Story


class BrokenStoryError(ValueError):
    """A story cannot be told: where, what was found, what is allowed, what to do, for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_story(path: Path) -> Story:
    """The story in this file. Raises `BrokenStoryError`."""
    file = str(path)
    try:
        source = path.read_text(encoding="utf-8")
        tables = tomllib.loads(source)
    except OSError as error:
        raise BrokenStoryError([Problem(file=file, message=error.strerror or "cannot be read")]) from None
    except ValueError as error:  # not TOML, not UTF-8
        raise BrokenStoryError([Problem(file=file, message=f"this is not TOML: {error}")]) from None
    try:
        return Story.model_validate(tables)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise BrokenStoryError(complaints(errors, file=file, lines=key_lines(source), root=Story)) from None
