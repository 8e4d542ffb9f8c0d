"""`noshowd templates check` and `noshowd templates preview`: the texts of messages, one's own included."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from noshowd.cli.exit_codes import CommandError, ExitCode
from noshowd.cli.setup import DEFAULT, add_config_argument, load_config
from noshowd.config.model import Config
from noshowd.config.translate import guides
from noshowd.domain.policy import Guide


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
    config = load_config(args)[0] if args.config != DEFAULT or (args.folder is None and DEFAULT.exists()) else None
    own = _own_templates(args.folder, config)
    if args.action == "preview":
        return _preview(own, args.output)
    return _check(own, guides(config) if config is not None else {}, as_json=args.json)


def _own_templates(folder: Path | None, config: Config | None) -> Path | None:
    """The folder of own templates; none where nothing is installed."""
    if folder is None and config is not None:
        folder = config.wording.templates
    if folder is not None and not folder.is_dir():
        raise CommandError(f"{folder} is not a folder: name one with sub-folders such as de_formal or en")
    return folder


def _check(own: Path | None, guides: Mapping[str, Guide], *, as_json: bool) -> int:
    from noshowd.wording.check import complaints, guide_complaints

    found = [*complaints(own), *guide_complaints(guides)]
    if as_json:
        print(json.dumps([dataclasses.asdict(complaint) for complaint in found], indent=2, ensure_ascii=False))
    else:
        for complaint in found:
            where = ", ".join(filter(None, (complaint.language, complaint.sample)))
            print(f"{where}: {complaint.message}")
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
