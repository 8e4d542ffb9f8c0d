"""`noshowd report`: how right the verdicts were, by what people said; `--mine`: how one's own meetings went."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store

if TYPE_CHECKING:
    from noshowd.config.model import Config

_NAMES = {"they_are_missing": "guest missing", "we_are_missing": "we missing", "held": "held"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("--mine", metavar="ADDRESS", help="how the meetings of this person went, for that person only")
    parser.add_argument("--days", type=int, default=14, help="how far back (default: 14; names are kept no longer)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """1 when there is nothing to report. Looking at a colleague's meetings is noted like `--reveal`."""
    from noshowd.cli.reveal import may_reveal, note_reveal
    from noshowd.runtime import reporting
    from noshowd.runtime.clock import SystemClock

    config, folder = load_config(args)
    now = SystemClock().now()
    since = now - timedelta(days=args.days)
    if args.mine is not None:
        may_reveal(config)
    person = None if args.mine is None else _person(config, args.mine)
    with open_store(config, folder) as database:
        if person is None:
            found = database.read_sync(lambda conn: reporting.verdicts(conn, since=since, until=now))
        else:
            note_reveal(database, "report", now)
            found = database.read_sync(lambda conn: reporting.mine(conn, person, since=since, until=now))
    if args.json:
        print(json.dumps(found, indent=2))
    elif person is None:
        _tell(found, args.days)
    else:
        _tell_mine(found, args.days)
    return ExitCode.OK if (found if person is not None else found["judged_by_people"]) else ExitCode.FINDING


def _person(config: Config, address: str) -> str:
    from noshowd.config.translate import person_for
    from noshowd.domain.address import canonical

    section = person_for(address, config)
    if section is None:
        raise CommandError(f"{address} is no [[person]]: only the meetings of people who are watched are known")
    return canonical(section.address)


def _tell(found: dict[str, Any], days: int) -> None:
    print(f"{found['judged_by_people']} meetings of the last {days} days of which people said what was")
    if not found["judged_by_people"]:
        return
    print(f"\n{'':<24}{'verdict':<16}{'right':>6}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}")
    rows = [("all", found["all"]), *found["by_source"].items(), *found["by_medium"].items()]
    for name, scores in rows:
        for outcome, one in scores.items():
            if one["right"] or one["wrong"] or one["missed"]:
                shares = f"{_share(one['precision']):>11}{_share(one['recall']):>8}"
                counts = f"{one['right']:>6}{one['wrong']:>7}{one['missed']:>8}"
                print(f"{name:<24}{_NAMES[outcome]:<16}{counts}{shares}")


def _tell_mine(found: dict[str, dict[str, int]], days: int) -> None:
    print(f"the last {days} days{'' if found else ': no meeting was watched'}")
    for medium, counts in found.items():
        print(f"{medium:<8}" + ", ".join(f"{count} {word}" for word, count in counts.items()))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
