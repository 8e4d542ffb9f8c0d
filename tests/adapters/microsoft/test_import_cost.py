"""Whoever has no account at Microsoft pays for none: neither msal nor exchangelib nor azure-eventhub is loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from noshowd.config.secrets import SecretMissing
from noshowd.runtime.bench import needs

PROGRAM = """
import json, sys
from pathlib import Path
from noshowd.config.model import Config
from noshowd.runtime import daemon
from noshowd.runtime.bench import Bench
from noshowd.runtime.catalogue import build
from noshowd.runtime.clock import SystemClock

folder = Path(sys.argv[1])
config = Config.model_validate(json.loads(sys.argv[2]))
build(Bench(config, folder=folder, state=folder, clock=SystemClock(), signing_key=b"key"))
print(json.dumps(sorted({"msal", "exchangelib", "requests_ntlm", "azure.eventhub"} & set(sys.modules))))
"""
GOOGLE = {"kind": "google", "calendars": ["anna@us.example"], "key": {"env": "NOSHOWD_TEST_SECRET"}}
SMTP = {"kind": "smtp", "host": "127.0.0.1", "sender": "noshowd@us.example"}
MICROSOFT = {
    "kind": "microsoft",
    "tenant": "us.example",
    "client_id": "app",
    "secret": {"env": "NOSHOWD_TEST_SECRET"},
    "mailboxes": ["anna@us.example"],
}
EXCHANGE = {
    "kind": "exchange",
    "endpoint": "https://mail.us.example/EWS/Exchange.asmx",
    "username": "noshowd",
    "password": {"env": "NOSHOWD_TEST_SECRET"},
    "mailboxes": ["anna@us.example"],
}
LIVE = MICROSOFT | {"rights": ["live_roster"]}
HUB = {
    "kind": "teams",
    "event_hub": {"env": "NOSHOWD_TEST_SECRET"},
    "event_hub_vault": "https://us.vault.azure.net/secrets/graph",
}


@pytest.mark.parametrize(
    ("account", "presence", "loaded"),
    [
        (GOOGLE, [], []),
        (MICROSOFT, [], ["msal"]),
        (LIVE, [{"kind": "teams"}], ["msal"]),
        (LIVE, [HUB], ["azure.eventhub", "msal"]),
        (EXCHANGE, [], ["exchangelib", "requests_ntlm"]),
    ],
    ids=["google", "microsoft", "live by webhook", "live by hub", "exchange"],
)
def test_a_vendor_library_is_loaded_for_its_own_account_only(
    account: dict[str, object],
    presence: list[object],
    loaded: list[str],
    tmp_path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = '{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}'
    monkeypatch.setenv("NOSHOWD_TEST_SECRET", key)
    config = {"us": {"domains": ["us.example"]}, "account": [account], "presence": presence, "channel": [SMTP]}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), json.dumps(config)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == loaded


@pytest.mark.parametrize(("library", "extra"), [("exchangelib", "exchange"), ("no_such_package.eventhub", "eventhub")])
def test_a_library_that_is_not_there_is_named_with_its_extra(
    library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "exchangelib", None)
    with pytest.raises(SecretMissing, match=f"{library} is not installed") as caught:
        needs(library, extra=extra)
    assert caught.value.do == f"Install noshowd[{extra}]."
