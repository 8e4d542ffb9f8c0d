"""`noshowd doctor` on the address by which Google tells of changes: over TLS, from outside, and at Google."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from adapters.google.conftest import ANNA
from adapters.google.test_watch import PATH, Door
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.watch_check import check_watch, without_address
from noshowd.adapters.google.watcher import GoogleWatcher
from noshowd.demo.vendors.google.faults import UNAVAILABLE, Fault
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import CredentialsLost

KEY = b"the key of a test"
WATCH = "calendar.events.watch"


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A certificate of 127.0.0.1 that this system believes."""
    authority, file, chain = trustme.CA(), tmp_path / "ca.pem", tmp_path / "chain.pem"
    authority.cert_pem.write_to_path(str(file))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(chain))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return str(chain)


@pytest.fixture
def watcher(client: GoogleClient, trusted: str) -> Iterator[GoogleWatcher]:
    """Behind its real app, with the address that it has from outside."""
    behind = GoogleWatcher(client, address="", path=PATH, key=KEY)
    door = Door()
    with LoopbackServer(door.app(behind), certificate=trusted) as server:
        yield GoogleWatcher(client, address=f"{server.url}{PATH}", path=PATH, key=KEY)
    assert not any(signal.changed for signal in door.heard), "a trial has no calendar read"


async def tried(watcher: GoogleWatcher, wall) -> list[Finding]:
    return await check_watch(watcher, ANNA, patience=5, now=wall.now())


async def test_an_address_that_google_can_use_is_good_and_leaves_no_channel(google: SimulatedGoogle, watcher, wall):
    assert [one.grade for one in await tried(watcher, wall)] == [Grade.GOOD, Grade.GOOD]
    assert google.channels.alive(wall.now()) == []


async def test_an_address_at_which_nobody_is_costs_speed_and_says_so(client, watcher, wall):
    away = GoogleWatcher(client, address="https://127.0.0.1:1/google/work", path=PATH, key=KEY)
    reached, _ = await tried(away, wall)
    assert reached.grade is Grade.GAP
    assert "cannot be reached" in reached.says
    assert "every few minutes" in reached.says


async def test_a_certificate_that_nobody_believes_is_told(watcher, wall, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    reached, _ = await tried(watcher, wall)
    assert reached.grade is Grade.GAP
    assert "CERTIFICATE_VERIFY_FAILED" in reached.says


@pytest.mark.parametrize(("path", "key", "status"), [("/elsewhere", KEY, "404"), (PATH, b"another key", "403")])
async def test_somebody_else_at_the_address_is_told(client, watcher, wall, path: str, key: bytes, status: str):
    other = GoogleWatcher(client, address=watcher.address.replace(PATH, path), path=PATH, key=key)
    reached, _ = await tried(other, wall)
    assert reached.grade is Grade.GAP
    assert f"answers with {status}" in reached.says


async def test_an_address_that_google_does_not_take_names_the_domain_and_not_the_sign_in(google, watcher, wall):
    google.fail(Fault(code=401, reason="push.webhookUrlUnauthorized"), on=WATCH, times=3)
    _, opened = await tried(watcher, wall)
    assert opened.grade is Grade.GAP
    assert "verify its domain" in opened.do


async def test_trouble_at_google_is_no_verdict_on_the_address(google, watcher, wall):
    google.fail(UNAVAILABLE, on=WATCH)
    reached, opened = await tried(watcher, wall)
    assert (reached.grade, opened.grade) == (Grade.GOOD, Grade.UNREACHED)


async def test_a_refused_sign_in_stays_one(google, watcher, wall):
    google.fail(Fault(code=401, reason="authError"), on=WATCH, times=3)
    with pytest.raises(CredentialsLost):
        await watcher.watch(ANNA, channel="c1", until=wall.now())
    assert google.channels.alive(wall.now()) == []


@pytest.mark.parametrize(
    ("url", "grade", "words"),
    [(None, Grade.GOOD, "no public_url"), ("http://termine.example", Grade.GAP, "https addresses only")],
)
def test_without_an_address_over_https_there_is_nothing_to_try(url: str | None, grade: Grade, words: str):
    found = without_address(url)
    assert found.grade is grade
    assert words in found.says
