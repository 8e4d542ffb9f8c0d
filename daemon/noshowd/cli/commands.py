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
    #: Done by the running service where there is one: it alone sees its secrets and its state.
    inside: bool = False


class CommandModule(Protocol):
    """What each module in `COMMANDS` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, args: argparse.Namespace, /) -> int: ...


_CLI = "noshowd.cli"
COMMANDS: dict[str, Command] = {
    "run": Command(module=f"{_CLI}.run", help="Watch, judge and follow up, in the foreground."),
    "demo": Command(module=f"{_CLI}.demo", help="Show a whole day in about a minute, without any account."),
    "init": Command(module=f"{_CLI}.init", help="Ask a few questions and write a configuration."),
    "install-service": Command(module=f"{_CLI}.install_service", help="Write systemd units for this machine."),
    "check-config": Command(module=f"{_CLI}.check_config", help="Show everything that is wrong with a configuration."),
    "reload": Command(module=f"{_CLI}.reload", help="Let the running service take a changed configuration over."),
    "auth": Command(module=f"{_CLI}.auth", help="Sign in as one person, where no service account can be had."),
    "doctor": Command(
        module=f"{_CLI}.doctor", help="Try every account, source and channel, and name every gap.", inside=True
    ),
    "classify": Command(module=f"{_CLI}.classify", help="Show how calendar events are understood."),
    "simulate": Command(module=f"{_CLI}.simulate", help="Tell a story on a fake clock, without network or waiting."),
    "status": Command(module=f"{_CLI}.status", help="Show how the installation is.", inside=True),
    "meetings": Command(
        module=f"{_CLI}.meetings", help="Show the meetings of a day and where they stand.", inside=True
    ),
    "explain": Command(
        module=f"{_CLI}.explain", help="Show the evidence for a verdict and the rule that decided.", inside=True
    ),
    "report": Command(module=f"{_CLI}.report", help="Compare verdicts with what people said.", inside=True),
    "templates": Command(module=f"{_CLI}.templates", help="Check and show the texts of messages."),
    "pause": Command(
        module=f"{_CLI}.pause", help="Stop everything that leaves the house, at the next send.", inside=True
    ),
    "db": Command(module=f"{_CLI}.db", help="Check the database, or copy it while it is in use.", inside=True),
    "export": Command(
        module=f"{_CLI}.export", help="Show everything that is stored of a person, as JSON.", inside=True
    ),
    "forget": Command(module=f"{_CLI}.forget", help="Remove a person everywhere, for good.", inside=True),
    "tell-failure": Command(module=f"{_CLI}.tell_failure", help="Tell the owner that the service has failed."),
    "resume": Command(module=f"{_CLI}.resume", help="Go on after a pause.", inside=True),
}


def load(command: Command) -> CommandModule:
    """The command's module, imported now."""
    return cast("CommandModule", importlib.import_module(command.module))
