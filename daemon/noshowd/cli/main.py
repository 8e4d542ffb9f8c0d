"""`noshowd COMMAND ...`: finds the command, loads only that one, and turns its end into an exit code."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence

from noshowd import __version__
from noshowd.cli.commands import COMMANDS, load
from noshowd.cli.exit_codes import CommandError, ExitCode

_EPILOG = """\
exit codes:
  0    done
  1    done, and the answer is no (a problem was found, an expectation was not met)
  2    what was typed or configured cannot be used; nothing was changed
  3    something needed cannot be reached now
  70   an error in noshowd itself
  130  stopped with Ctrl-C or Ctrl-D
"""


#: Said by the machine of where a command writes to, without a file's name.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command in `argv` (without the program's name) and return the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a title may hold what this terminal's character set does not
        sys.stdout.reconfigure(errors="replace")
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):  # before the parser is built: scripts ask this often
        print(f"noshowd {__version__}")
        return ExitCode.OK
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    args = _parser(chosen).parse_args(arguments)
    done = _by_service(args, arguments)
    return _run(args) if done is None else done


def _by_service(args: argparse.Namespace, arguments: Sequence[str]) -> int | None:
    """Let the running service do what only it can; None where there is none, or where this shell has to do it."""
    if not COMMANDS[args.command].inside or getattr(args, "here", False):
        return None
    from noshowd.runtime.handing_over import hand_over

    try:
        return hand_over(arguments, args.config)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """All commands by name; only `chosen` is imported and knows its own arguments."""
    parser = argparse.ArgumentParser(
        prog="noshowd",
        description="Notices that somebody has not turned up to a phone or video meeting.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"noshowd {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    for name, command in COMMANDS.items():
        command_parser = commands.add_parser(name, help=command.help, description=command.help)
        if name == chosen:
            module = load(command)
            module.add_arguments(command_parser)
            command_parser.set_defaults(run=module.run)
    return parser


def _is_of_the_store(error: Exception) -> bool:
    """Whether the database did not do its part: full, locked, gone. Its package is loaded by what has need of it."""
    errors = sys.modules.get("noshowd.store.errors")
    return errors is not None and isinstance(error, errors.StoreError)


def _run(args: argparse.Namespace) -> int:
    try:
        code = int(args.run(args))
        if sys.stdout is not None:  # where it was closed (`>&-`)
            sys.stdout.flush()
    except CommandError as error:
        print(f"noshowd {args.command}: {error}", file=sys.stderr)
        return error.code
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, or Ctrl-D where something was asked
        print(file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        _write_no_more()
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001 - the last line of defence: an exit code that scripts can tell from a "no"
        if _is_of_the_store(error):
            print(f"noshowd {args.command}: {error}", file=sys.stderr)
            return ExitCode.UNAVAILABLE
        if isinstance(error, OSError) and (error.filename is not None or error.errno in _FULL):
            where = error.filename or "the output"
            words = f"{where}: {error.strerror}; correct the path or its rights, or make room"
            print(f"noshowd {args.command}: {words}", file=sys.stderr)
            if error.filename is None:
                _write_no_more()
            return ExitCode.UNAVAILABLE
        traceback.print_exc()
        print(
            f"noshowd {args.command}: this is an error in noshowd {__version__}, please report it",
            file=sys.stderr,
        )
        return ExitCode.BUG
    return code


def _write_no_more() -> None:
    """What is still to be written goes nowhere: at its end Python would try once more, and complain."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
