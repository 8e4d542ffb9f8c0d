"""The smallest configuration that can run: one account and one channel at which nobody listens."""

from __future__ import annotations

from pathlib import Path

_CONFIG = """
mode = "{mode}"
store.url = "sqlite:///{folder}/noshowd.db"
[[person]]
address = "anna@example.org"
[[account]]
kind = "exchange"
endpoint = "https://127.0.0.1:9/EWS/Exchange.asmx"
username = "noshowd"
password = {{ env = "NOSHOWD_TEST_PASSWORD" }}
mailboxes = ["{mailbox}"]
[[channel]]
kind = "smtp"
host = "127.0.0.1"
port = 9
security = "none"
sender = "noshowd@example.org"
"""


def written(folder: Path, *, mode: str = "shadow", mailbox: str = "anna@example.org", more: str = "") -> Path:
    """The configuration as a file in `folder`, beside its database. It wants NOSHOWD_TEST_PASSWORD to be set."""
    file = folder / "noshowd.toml"
    file.write_text(_CONFIG.format(folder=folder, mode=mode, mailbox=mailbox) + more)
    return file
