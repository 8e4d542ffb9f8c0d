"""What each exit code of `noshowd` promises; `docs/commands.md` shows the same table."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The answer of a command to a script that called it."""

    #: Done, and nothing to complain about.
    OK = 0
    #: Done, and the answer is no: a problem was found, an expectation was not met, nothing matched.
    FINDING = 1
    #: What was typed or configured cannot be used; nothing was changed.
    USAGE = 2
    #: Something needed cannot be reached now (database, daemon, vendor); trying again may help.
    UNAVAILABLE = 3
    #: An error in noshowd itself; the traceback says where.
    BUG = 70
    #: Stopped with Ctrl-C or Ctrl-D.
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot go on. The message tells a person where, what was found, and what to do."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code
