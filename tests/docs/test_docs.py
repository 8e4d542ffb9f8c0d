"""The documentation builds without a warning, and every configuration in it is accepted."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from docs.blocks import blocks
from meta.source_tree import ROOT
from noshowd.cli.commands import COMMANDS, load
from noshowd.config.load import inspect
from noshowd.config.model import Config
from noshowd.runtime.builders.google import scopes
from noshowd.runtime.metrics import meaning

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
#: Tables that a page about one vendor leaves out.
_REST = {
    "person": '[[person]]\naddress = "anna@beispiel-beratung.de"\n',
    "account": '[[account]]\nkind = "google"\ncalendars = ["anna@beispiel-beratung.de"]\nkey.env = "X"\n',
    "channel": '[[channel]]\nkind = "smtp"\nhost = "mail.example.com"\nsender = "anna@beispiel-beratung.de"\n',
    "web": '[web]\npublic_url = "https://termine.beispiel-beratung.de"\n',
}


def _blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for one in blocks(page):
            if one.language in languages and "docs/stories.md" not in str(page):
                yield str(page.relative_to(ROOT)), one.text


def _commands() -> Iterator[tuple[str, str]]:
    """Every line that calls noshowd, with what is continued on the next one."""
    for page, text in _blocks("", "sh", "bash", "console"):
        for line in text.replace("\\\n", " ").splitlines():
            found = re.search(r"(?:^|&& |; |^\s*)(?:/\S*/)?noshowd ((?!demo\b).+)$", line.partition("   #")[0])
            if found and "usage" not in line and "systemctl" not in line[: found.start() + 1]:
                yield page, found[1].partition(" &&")[0].partition(" >")[0]


@pytest.mark.parametrize(("page", "text"), list(_blocks("toml")))
def test_every_configuration_is_accepted(page: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "own-ca.pem").write_text("x")
    given = tomllib.loads(text)
    if isinstance(given.get("policy"), dict):  # a part of the policy that stands above it on the page
        text = f'[[policy]]\nname = "calls"\n{text}'
    if not given.keys() <= Config.model_fields.keys():
        pytest.fail(f"{page}: no table of a configuration: {sorted(given)}")
    whole = text + "\n".join(rest for name, rest in _REST.items() if name not in given)
    (tmp_path / "noshowd.toml").write_text(whole)
    problems = [
        one for one in inspect(tmp_path / "noshowd.toml", secrets=False).problems if "is not there" not in str(one)
    ]
    assert [str(one) for one in problems] == [], page


def test_the_scopes_for_google_are_those_of_the_configuration_above_them(tmp_path: Path) -> None:
    """They are pasted into the Admin console as they stand: one too few, and something never works."""
    page = DOCS / "vendors/google.md"
    written = next(one.text for one in blocks(page) if one.language == "toml")
    [listed] = [one.text for one in blocks(page) if one.language == "text"]
    (tmp_path / "noshowd.toml").write_text(written + _REST["person"])
    config = inspect(tmp_path / "noshowd.toml", secrets=False).config
    assert config is not None
    assert sorted(listed.strip().split(",")) == sorted(scopes(config, "google"))


@pytest.mark.parametrize(("page", "words"), sorted(set(_commands())))
def test_every_command_is_understood(page: str, words: str) -> None:
    name, *rest = shlex.split(words)
    assert name in COMMANDS or name.startswith("-"), f"{page}: noshowd {words}"
    if name in COMMANDS and "COMMAND" not in words:
        parser = argparse.ArgumentParser(exit_on_error=False)
        load(COMMANDS[name]).add_arguments(parser)
        parser.parse_args(rest)


def test_there_is_enough_to_be_tried() -> None:
    assert len(list(_blocks("toml"))) >= 8
    assert len(set(_commands())) >= 15


def test_the_reference_is_made_from_the_code() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "reference", "--check"], check=False, env={"PATH": ""})
    assert done.returncode == 0, "run tools/reference and commit docs/reference"


def test_dashboard_and_alerts_ask_for_metrics_that_exist() -> None:
    known = {name.partition("{")[0] for name in meaning()}
    dashboard = json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = yaml.safe_load((DOCS / "alerts.yml").read_text(encoding="utf-8"))
    asked += [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    assert {name for expr in asked for name in re.findall(r"noshowd_\w+", expr)} <= known
    assert {panel["id"] for panel in dashboard["panels"]} == set(range(1, len(dashboard["panels"]) + 1))


@pytest.mark.parametrize(
    ("german", "english"), [("datenschutz", "data-protection"), ("betriebsvereinbarung", "works-council")]
)
def test_both_languages_say_the_same(german: str, english: str) -> None:
    """As far as that can be counted: headings, rows of tables, numbered articles, keys of the configuration."""

    def shape(text: str) -> tuple[int, int, int, set[str]]:
        lines = text.splitlines()
        rows = sum(line.startswith("|") for line in lines)
        articles = sum(line.startswith("**") for line in lines)
        keys = set(re.findall(r"`(?:privacy\.)?(\w+)(?: = [^`]*)?`", text))
        return sum(line.startswith("#") for line in lines), rows, articles, keys

    assert shape((DOCS / "de" / f"{german}.md").read_text()) == shape((DOCS / f"{english}.md").read_text())


def test_it_builds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(DOCS), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "noshowd" in (tmp_path / "index.html").read_text(encoding="utf-8")
