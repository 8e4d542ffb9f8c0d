"""A configuration that works, to be varied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from noshowd.config.load import Report, inspect

MINIMAL = """\
[us]
domains = ["beispiel-beratung.de"]
zone = "Europe/Berlin"

[[person]]
address = "anna@beispiel-beratung.de"
slack = "anna"

[[account]]
kind = "google"
calendars = ["anna@beispiel-beratung.de"]
key = { env = "GOOGLE_KEY" }

[[presence]]
kind = "google_meet"

[[channel]]
kind = "slack"
bot = { env = "SLACK_BOT" }
app = { env = "SLACK_APP" }
"""
ENVIRON = {"GOOGLE_KEY": "{}", "SLACK_BOT": "xoxb-1", "SLACK_APP": "xapp-1", "OTHER": "other"}

Inspect = Callable[[str], Report]


@pytest.fixture
def read(tmp_path: Path) -> Inspect:
    """Writes a text as configuration and reads it."""

    def inspect_text(text: str) -> Report:
        path = tmp_path / "noshowd.toml"
        path.write_text(text, encoding="utf-8")
        return inspect(path, environ=ENVIRON)

    return inspect_text


@pytest.fixture
def minimal() -> str:
    return MINIMAL
