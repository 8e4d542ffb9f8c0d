"""`noshowd run`: the daemon, in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, load_config

if TYPE_CHECKING:
    from noshowd.ports.clock import Clock
    from noshowd.runtime.daemon import Daemon

#: Seconds from the signal to the end, at the latest; and from when all is written down, whoever still waits.
_AT_MOST, _AFTERWARDS = 4.5, 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT. Raises `CommandError` when it cannot start."""
    from noshowd.runtime import garbage

    garbage.seldom()
    _keep_out_rich()
    config, folder = load_config(args)
    from noshowd.config.secrets import SecretMissing
    from noshowd.runtime.clock import ScaledClock, SystemClock
    from noshowd.runtime.daemon import Daemon
    from noshowd.runtime.listening import NotListening
    from noshowd.runtime.logs import set_up
    from noshowd.store.errors import StoreError

    set_up(config.logging)
    # the demo and long tests run a day in a minute
    scale = os.environ.get("NOSHOWD_SCALED_CLOCK")
    clock = ScaledClock.parse(scale) if scale else SystemClock()
    try:
        with Daemon(config, folder=folder, clock=clock) as daemon:
            garbage.settle()
            asyncio.run(_until_stopped(daemon, args.config, clock))
    except SecretMissing as error:
        raise CommandError(f"{error}. {error.do}") from None
    except (StoreError, NotListening) as error:
        raise CommandError(str(error), ExitCode.UNAVAILABLE) from None
    return ExitCode.OK


def _keep_out_rich() -> None:
    """Keep a journal's process from loading what only draws on a terminal: 5 MB, and a tenth of the start.

    structlog imports rich (which the demo needs) wherever it is installed, and has no setting against it. None in
    `sys.modules` is Python's own word for "not to be had" (language reference, 5.3.1), and structlog then does without.
    """
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # typeshed knows only modules there


async def _until_stopped(daemon: Daemon, file: Path, clock: Clock) -> None:
    from noshowd.runtime import garbage
    from noshowd.runtime.admin import AdminSocket

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        if not stop.is_set():
            _ends_within(_AT_MOST)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    # for containers, where nobody listens for an answer; systemd asks through the admin socket
    loop.add_signal_handler(signal.SIGHUP, _reload, daemon, file)
    admin = AdminSocket(file, reload=partial(_reload, daemon, file))
    await daemon.run(stop, admin=admin.run, garbage=partial(garbage.collect, clock))
    _ends_within(_AFTERWARDS)


def _ends_within(seconds: float) -> None:
    """End the process by then, whatever a library's thread still waits for.

    All that matters is in the database: what was not committed is rolled back, what was leaving is left as uncertain.
    """
    import structlog

    def end() -> None:
        structlog.get_logger().warning("stopped_in_the_middle", action="run", reason="something did not end in time")
        os._exit(ExitCode.OK)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _reload(daemon: Daemon, file: Path) -> list[str]:
    """Take a changed configuration over; else go on with the old one, and say here and in the journal what is wrong."""
    import structlog

    from noshowd.config.load import load

    log = structlog.get_logger()
    loaded = load(file)
    if isinstance(loaded, list):
        problems = [str(problem) for problem in loaded]
    else:
        differing = daemon.reload(loaded)
        problems = [f"needs a restart: {', '.join(differing)}"] if differing else []
        if not problems:
            log.info("reloaded", action="reload", mode=loaded.mode.value)
    for problem in problems:
        log.error("reload_refused", action="reload", problem=problem)
    return problems
