"""`noshowd simulate STORY.toml`: tells stories on a fake clock and holds their expectations."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.tell import tell

if TYPE_CHECKING:
    from noshowd.story.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("story", nargs="+", type=Path, help="story files (TOML)")
    parser.add_argument("--json", action="store_true", help="everything that happened, as JSON")


def run(args: argparse.Namespace) -> int:
    """0 when every expectation of every story held, 1 when one did not. Raises `CommandError` for a broken story."""
    import structlog

    from noshowd.story.loading import BrokenStoryError, load_story
    from noshowd.story.runner import story_database, tell_story
    from noshowd.story.stage import StoryError

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        stories = [load_story(path) for path in args.story]
        with story_database() as database:
            reports = [asyncio.run(tell_story(story, database)) for story in stories]
    except (BrokenStoryError, StoryError) as error:
        raise CommandError(str(error)) from None
    if args.json:
        whole = [report.as_json() for report in reports]
        print(json.dumps(whole[0] if len(whole) == 1 else whole, indent=2, ensure_ascii=False))
    else:
        for report in reports:
            _tell(report)
    return ExitCode.FINDING if any(report.problems for report in reports) else ExitCode.OK


def _tell(report: Report) -> None:
    tell(report.story)
    for meeting in report.meetings:
        tell(f"  {meeting['start'][11:16]} {meeting['title']}: {meeting['outcome'] or meeting['skip']}")
        for step in meeting["history"]:
            reasons = ", ".join(step["reasons"])
            tell(f"    {step['at'][11:19]} {step['outcome']}{f' ({reasons})' if reasons else ''}")
    for one in report.followups:
        reason = f" ({one['reason']})" if one["reason"] else ""
        tell(f"  {one['planned'][11:19]} {one['kind']} to {one['to']}: {one['state']}{reason}")
    for problem in report.problems:
        tell(f"  NOT AS EXPECTED {problem}")
