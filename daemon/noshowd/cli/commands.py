"""The list of commands: one line each, in the order that `noshowd --help` shows.

A command is a module with two functions: `add_arguments(parser)` declares what may follow its name,
`run(args)` does the work and returns an `ExitCode`. A module is imported only when its command is
called, so that no command pays for another's libraries.
"""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from typing import Protocol, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Where a command lives and what it is for, in one line."""

    module: str
    help: str


class CommandModule(Protocol):
    """What each module in `COMMANDS` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, args: argparse.Namespace, /) -> int: ...


COMMANDS: dict[str, Command] = {
    "check-config": Command(
        module="noshowd.cli.check_config", help="Show everything that is wrong with a configuration."
    ),
    "classify": Command(module="noshowd.cli.classify", help="Show how calendar events are understood."),
    "simulate": Command(module="noshowd.cli.simulate", help="Tell a story on a fake clock, without network or waiting."),
}


def load(command: Command) -> CommandModule:
    """The command's module, imported now."""
    return cast("CommandModule", importlib.import_module(command.module))
