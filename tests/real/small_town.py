"""Google and Slack of a firm of one, simulated on the loopback of the machine on which this runs.

    python small_town.py SECRETS CONFIGURATION

writes the secrets into that folder and its addresses into the configuration, says "open", and serves until it is ended.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.runtime.clock import SystemClock

#: Who stands in every example of the documentation.
ANNA = "anna@beispiel-beratung.de"


@contextmanager
def small_town(secrets: Path) -> Iterator[dict[str, list[str]]]:
    """The town while the block runs; what is to be added to the configuration after the line with each secret."""
    now = SystemClock().now
    with SimulatedGoogle(now) as google, SlackServer(now) as slack:
        google.add_person(ANNA, "Anna Beispiel")
        slack.workspace.add_user("anna", ANNA)
        kept = {
            "google-key": google.access.service_account(),
            "slack-bot": slack.workspace.bot_token,
            "slack-app": slack.workspace.app_token,
        }
        for name, secret in kept.items():
            (secrets / name).write_text(secret)
            (secrets / name).chmod(0o600)
        keys = [f'{key}_url = "{google.url}"' for key in ("meet", "tasks", "gmail", "directory")]
        calendar = f'calendar_url = "{google.url}/calendar/v3"'
        yield {"google-key": [*keys, calendar], "slack-app": [f'url = "{slack.url.rstrip("/")}"']}


def led_to(text: str, town: dict[str, list[str]]) -> str:
    """A configuration that `noshowd init` wrote, with the addresses of this town in it."""
    lines = []
    for line in text.splitlines():
        lines.append(line)
        lines += next((more for secret, more in town.items() if f'"{secret}"' in line), [])
    return "\n".join([*lines, ""])


def main(secrets: Path, configuration: Path) -> None:
    with small_town(secrets) as town:
        configuration.write_text(led_to(configuration.read_text(), town))
        print("open", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
