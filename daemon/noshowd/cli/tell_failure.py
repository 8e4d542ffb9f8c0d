"""`noshowd tell-failure UNIT`: tells the owner that the service has stopped for good. What OnFailure= starts.

Speaks through any channel of the configuration that works; where the configuration cannot be used or nothing works,
through this machine's sendmail to root.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument

if TYPE_CHECKING:
    from noshowd.config.model import Config

#: The same failure is told once within this.
_AGAIN = timedelta(hours=6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("unit", help="name of the unit that failed")


def run(args: argparse.Namespace) -> int:
    """1 when it was told a short while ago already. Raises `CommandError` when nobody could be told."""
    from noshowd.config.load import load
    from noshowd.runtime.clock import SystemClock

    now = SystemClock().now()
    stamp = Path(os.environ.get("STATE_DIRECTORY", "/nonexistent"), f"told-{args.unit}")
    if stamp.exists() and now - datetime.fromtimestamp(stamp.stat().st_mtime, UTC) < _AGAIN:
        print("told already")
        return ExitCode.FINDING
    loaded = load(args.config)
    how = (
        None if isinstance(loaded, list) else asyncio.run(_by_channel(loaded, args.config.absolute().parent, args.unit))
    )
    problems = "\n".join(map(str, loaded)) if isinstance(loaded, list) else ""
    how = how or _by_sendmail(args.unit, problems)
    if how is None:
        raise CommandError("no channel works, and this machine has no sendmail: nobody was told", ExitCode.UNAVAILABLE)
    with suppress(OSError):
        stamp.touch()
    print(f"told through {how}")
    return ExitCode.OK


async def _by_channel(config: Config, folder: Path, unit: str) -> str | None:
    """The channel that took the word; None when none did."""
    from noshowd.config.secrets import SecretMissing
    from noshowd.engine.sending import direct
    from noshowd.ports.errors import VendorError
    from noshowd.runtime.bench import Adapters, Bench
    from noshowd.runtime.catalogue import CHANNELS
    from noshowd.runtime.clock import SystemClock
    from noshowd.runtime.people import ConfiguredDirectory
    from noshowd.runtime.state import state_folder
    from noshowd.wording import Wording

    made = Adapters()
    bench = Bench(config, folder=folder, state=state_folder(config), clock=SystemClock(), signing_key=b"unused" * 6)
    for section in config.channel:
        with suppress(SecretMissing, VendorError):
            CHANNELS[section.kind](bench, section, made)
    directory, wording = ConfiguredDirectory(config), Wording(config.wording.templates)
    told = direct.words(directory, wording, directory.owners(), notice="stopped", part=unit, now=bench.clock.now())
    try:
        return await direct.say(made.channels, told)
    finally:
        await bench.close()


def _by_sendmail(unit: str, problems: str) -> str | None:
    """Mail to root of this machine, in English; None where there is no sendmail or it refuses."""
    program = shutil.which("sendmail", path="/usr/sbin:/usr/lib:/usr/bin")
    if program is None:
        return None
    body = f"{unit} has failed and is not started again by itself.\n\n{problems}\n\nsystemctl status {unit}\n"
    mail = f"To: root\nSubject: noshowd has stopped\nAuto-Submitted: auto-generated\n\n{body}"
    done = subprocess.run([program, "-t", "-i"], input=mail, text=True, check=False, timeout=60)  # noqa: S603 - a fixed program
    return "sendmail" if done.returncode == 0 else None
