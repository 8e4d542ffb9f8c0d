"""`noshowd meetings [DAY]`: the meetings of a day with their phase. Colleagues' names and verdicts stay hidden."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import add_config_argument, load_config, open_store
from noshowd.cli.tell import tell

if TYPE_CHECKING:
    from noshowd.store.meetings import StoredMeeting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_argument(parser)
    parser.add_argument("day", nargs="?", help="a day as 2026-03-02 (default: today)")
    parser.add_argument("--reveal", action="store_true", help="show names and verdicts of colleagues; this is logged")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """1 when there is no meeting on that day."""
    from noshowd.cli.reveal import may_reveal, note_reveal
    from noshowd.runtime.clock import SystemClock
    from noshowd.store import meetings

    config, folder = load_config(args)
    if args.reveal:
        may_reveal(config)
    zone = ZoneInfo(config.us.zone)
    now = SystemClock().now()
    start = datetime.combine(_day(args.day, now.astimezone(zone).date()), time(), tzinfo=zone)
    with open_store(config, folder) as database:
        if args.reveal:
            note_reveal(database, "meetings", now)
        found = database.read_sync(lambda conn: meetings.between(conn, start, start + timedelta(days=1)))
    rows = [_row(one, zone, reveal=args.reveal) for one in found]
    if args.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        if not rows:
            print(f"no meeting on {start:%Y-%m-%d}")
        for row in rows:
            tell(f"{row['start']}-{row['end']}  {row['phase']:<11}  {row['short_key']}  {row['what']}")
    return ExitCode.OK if rows else ExitCode.FINDING


def _day(given: str | None, today: date) -> date:
    if given is None:
        return today
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise CommandError(f"{given!r} is no day; write it as {today.isoformat()}") from None


def _row(stored: StoredMeeting, zone: ZoneInfo, *, reveal: bool) -> dict[str, Any]:
    from noshowd.store.short_keys import short_key

    meeting, verdict = stored.meeting, stored.verdict
    row: dict[str, Any] = {
        "key": meeting.key,
        "short_key": short_key(meeting.key),
        "start": f"{meeting.start.astimezone(zone):%H:%M}",
        "end": f"{meeting.end.astimezone(zone):%H:%M}",
        "kind": meeting.place.kind.value,
        "phase": stored.phase or "upcoming",
        "skip": meeting.skip.value if meeting.skip else None,
    }
    what = f"{row['kind']}, not watched ({row['skip']})" if row["skip"] else row["kind"]
    if reveal:
        row["title"] = meeting.title
        row["outcome"] = verdict.outcome.value if verdict else None
        what = f"{meeting.title} ({what}): {row['outcome'] or 'not judged yet'}"
    row["what"] = what
    return row
