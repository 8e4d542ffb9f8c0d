"""`noshowd templates check` and `noshowd templates preview`: the texts of messages, one's own included."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import DEFAULT, add_config_argument, load_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    check = actions.add_parser("check", help="try every template and tell what a guest should not read")
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    preview = actions.add_parser("preview", help="show every text as a page")
    preview.add_argument("-o", "--output", type=Path, help="file for the page (default: standard output)")
    for action in (check, preview):
        add_config_argument(action)
        action.add_argument("--folder", type=Path, help="own templates (default: as configured)")


def run(args: argparse.Namespace) -> int:
    own = _own_templates(args)
    return _check(own, as_json=args.json) if args.action == "check" else _preview(own, args.output)


def _own_templates(args: argparse.Namespace) -> Path | None:
    """The folder of own templates; none where nothing is installed."""
    folder: Path | None = args.folder
    if folder is None and (args.config != DEFAULT or DEFAULT.exists()):
        folder = load_config(args)[0].wording.templates
    if folder is not None and not folder.is_dir():
        raise CommandError(f"{folder} is not a folder: name one with sub-folders such as de_formal or en")
    return folder


def _check(own: Path | None, *, as_json: bool) -> int:
    from noshowd.wording.check import complaints

    found = list(complaints(own))
    if as_json:
        print(json.dumps([dataclasses.asdict(complaint) for complaint in found], indent=2, ensure_ascii=False))
    else:
        for complaint in found:
            print(f"{complaint.language}, {complaint.sample}: {complaint.message}")
        print(f"{len(found) or 'nothing'} found")
    return ExitCode.FINDING if found else ExitCode.OK


def _preview(own: Path | None, output: Path | None) -> int:
    from noshowd.wording.preview import page

    text = page(own)
    if output is None:
        print(text)
        return ExitCode.OK
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{output}: {error.strerror or error}") from None
    return ExitCode.OK
