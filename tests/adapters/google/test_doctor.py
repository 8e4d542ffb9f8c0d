"""`noshowd doctor` at a simulated Google: each missing right by its name, and what is unknown without it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.google.conftest import ANNA, BEN, account_of
from noshowd.adapters.google.check import check
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.scopes import Scope
from noshowd.adapters.google.settings import GoogleAccount
from noshowd.cli.main import main
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.ports.check import Finding, Grade

NOW = datetime(2026, 3, 23, 7, tzinfo=UTC)
ALL = frozenset(Scope)
CONFIG = """
[store]
url = "sqlite:///FOLDER/noshowd.db"

[us]
domains = ["beispiel-beratung.de"]

[[person]]
address = "anna@beispiel-beratung.de"
stand_in = "ben@beispiel-beratung.de"

[[person]]
address = "carla@beispiel-beratung.de"

[[person]]
address = "ben@beispiel-beratung.de"

[[account]]
kind = "google"
calendars = ["anna@beispiel-beratung.de", "ben@beispiel-beratung.de"]
key = { file = "key.json" }
calendar_url = "URL/calendar/v3"
meet_url = "URL"
directory_url = "URL"
gmail_url = "URL"

[[channel]]
kind = "gmail"

[[presence]]
kind = "google_meet"
"""


async def examine(account: GoogleAccount, now: datetime = NOW) -> dict[str, Finding]:
    client = GoogleClient(account)
    try:
        found = await check(client, calendars=(ANNA, BEN), wanted=ALL, now=now)
    finally:
        client.close()
    return {one.what: one for one in found}


async def test_everything_allowed_is_good(account: GoogleAccount):
    found = await examine(account)
    assert {one.grade for one in found.values()} == {Grade.GOOD}
    assert "not tried" in found["gmail.send"].says


async def test_a_scope_that_is_not_delegated_is_named_with_its_cost_and_its_remedy(google: SimulatedGoogle):
    key = google.access.service_account(allowed={Scope.READ_EVENTS, Scope.FREE_BUSY})
    found = await examine(replace(account_of(google), key=key))
    assert found[f"calendar {ANNA}"].grade is Grade.GOOD
    meet = found["meetings.space.readonly"]
    assert meet.grade is Grade.GAP
    assert "Who was in a Meet room is unknown" in meet.says
    assert Scope.MEET in meet.do
    assert json.loads(key)["client_id"] in meet.do


async def test_an_api_that_is_switched_off_is_told_as_such(google: SimulatedGoogle, account: GoogleAccount):
    google.access.disabled_apis.add("meet")
    found = await examine(account)
    assert "Switch on the API" in found["meetings.space.readonly"].do


async def test_a_calendar_that_is_not_there_and_one_that_cannot_be_tried(
    google: SimulatedGoogle, account: GoogleAccount
):
    google.withdraw_token(BEN)
    found = await examine(account)
    assert found[f"calendar {BEN}"].grade is Grade.BAD
    assert "nothing is watched" in found[f"calendar {BEN}"].says
    google.unplug()
    assert (await examine(account))[f"calendar {ANNA}"].grade is Grade.UNREACHED


@pytest.mark.parametrize(("age", "trap"), [(timedelta(days=7, hours=1), True), (timedelta(days=3), False)])
async def test_a_sign_in_that_died_after_a_week_is_known_for_what_it_is(
    google: SimulatedGoogle, account: GoogleAccount, age: timedelta, trap: bool
):
    key = json.loads(google.access.authorized_user(ANNA, set(Scope)))
    key |= {"scopes": sorted(Scope), "signed_in_at": (NOW - age).isoformat()}
    google.withdraw_token(ANNA)
    found = await examine(replace(account, key=json.dumps(key), domains=frozenset()))
    assert ("7 days" in found[f"calendar {ANNA}"].do) is trap


async def test_what_was_switched_on_after_the_sign_in_is_told(google: SimulatedGoogle, account: GoogleAccount):
    key = json.loads(google.access.authorized_user(ANNA, set(Scope)))
    key |= {"scopes": sorted(set(Scope) - {Scope.TASKS})}
    found = await examine(replace(account, key=json.dumps(key), domains=frozenset()))
    assert Scope.TASKS in found["sign-in of one person"].says


def test_the_command_tells_sources_people_and_clock(
    google: SimulatedGoogle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "noshowd.toml").write_text(CONFIG.replace("URL", google.url).replace("FOLDER", str(tmp_path)))
    (tmp_path / "key.json").write_text(google.access.service_account())
    assert main(["doctor", "-c", str(tmp_path / "noshowd.toml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    proves = next(one for one in found["presence google_meet"] if one["what"] == "what it proves")
    assert "it does not see people who wait to be let in" in proves["says"]
    assert "person anna@beispiel-beratung.de" not in found
    assert [one["what"] for one in found["person carla@beispiel-beratung.de"]] == ["no stand-in", "no calendar"]


def test_a_secret_that_is_missing_and_a_server_that_is_away_have_exit_codes(
    google: SimulatedGoogle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "noshowd.toml").write_text(CONFIG.replace("URL", google.url).replace("FOLDER", str(tmp_path)))
    assert main(["doctor", "-c", str(tmp_path / "noshowd.toml")]) == 1
    assert "key.json" in capsys.readouterr().out
    (tmp_path / "key.json").write_text(google.access.service_account())
    google.unplug()
    assert main(["doctor", "-c", str(tmp_path / "noshowd.toml")]) == 3
