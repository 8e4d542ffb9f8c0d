"""Every telephone table of the configuration becomes the source that it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from noshowd.config.model import Config
from noshowd.config.secrets import SecretMissing
from noshowd.demo.vendors.sipgate.pushes import public_key
from noshowd.ports.check import Grade
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.catalogue import build
from noshowd.runtime.clock import SystemClock

LINES = ["+49 89 23714480"]


def built(folder: Path, *presences: dict[str, Any]) -> Adapters:
    (folder / "secret").write_text("s3cret", encoding="utf-8")
    web = {"public_url": "https://ours.example"}
    config = Config.model_validate({"us": {"domains": ["ours.example"]}, "presence": presences, "web": web})
    return build(Bench(config, folder=folder, state=folder, clock=SystemClock(), signing_key=b"k" * 32))


async def test_call_records_over_sql_and_as_files(tmp_path: Path) -> None:
    secret = {"file": "secret"}
    sql = {"kind": "cdr", "database": "postgresql://u@h/d", "password": secret, "lines": LINES, "times": "epoch"}
    files = {"kind": "cdr_files", "files": [str(tmp_path / "*.csv")], "lines": LINES, "columns": {"peer": ""}}
    assert set(built(tmp_path, sql, files).presences) == {"cdr", "cdr_files"}


async def test_asterisk_listens_as_long_as_the_daemon_runs(tmp_path: Path) -> None:
    table = {"kind": "asterisk", "username": "noshowd", "secret": {"file": "secret"}, "lines": LINES}
    made = built(tmp_path, table)
    assert {f"source:{name}" for name in made.presences} == set(made.streams) == {"source:asterisk"}


async def test_the_list_of_a_box_is_a_source_beside_its_monitor(tmp_path: Path) -> None:
    monitor = {"kind": "fritzbox", "lines": LINES}
    listed = {"kind": "fritzbox_list", "username": "noshowd", "password": {"file": "secret"}, "lines": LINES}
    made = built(tmp_path, monitor, listed)
    assert set(made.presences) == {"fritzbox", "fritzbox_list"}
    assert set(made.streams) == {"source:fritzbox"}


async def test_services_that_are_asked_and_services_that_call_us(tmp_path: Path) -> None:
    secret = {"file": "secret"}
    made = built(
        tmp_path,
        {"kind": "asterisk_cdr", "database": "mysql://u@h/asteriskcdrdb", "password": secret, "lines": LINES},
        {
            "kind": "threecx",
            "url": "https://pbx.example:5001",
            "client_id": "noshowd",
            "secret": secret,
            "lines": LINES,
            "extensions": {"100": LINES[0]},
        },
        {"kind": "placetel", "secret": secret, "lines": LINES},
        {"kind": "twilio", "account_sid": "AC1", "key_sid": "SK1", "key": secret, "lines": LINES},
        {"kind": "twilio_callback", "token": secret, "lines": LINES},
    )
    assert set(made.presences) == {"asterisk_cdr", "threecx", "placetel", "twilio", "twilio_live"}
    assert {hook.path for hook in made.webhooks} == {"/webhooks/placetel", "/webhooks/twilio"}
    assert made.checks.keys() == {f"presence {name}" for name in made.presences}
    (posts, line) = await made.checks["presence placetel"]()
    assert (posts.grade, "https://ours.example/webhooks/placetel" in posts.says) == (Grade.GAP, True)
    assert line.grade is Grade.GOOD


async def test_the_webhook_is_source_and_door(tmp_path: Path) -> None:
    key = tmp_path / "sipgate.pem"
    table = {"kind": "sipgate_webhook", "public_key": str(key), "lines": LINES}
    with pytest.raises(SecretMissing, match="holds no public key"):
        built(tmp_path, table)
    key.write_text(public_key(), encoding="ascii")
    made = built(tmp_path, table)
    assert [hook.path for hook in made.webhooks] == ["/webhooks/sipgate"]
    assert made.presences["sipgate_live"].traits.presence_only
