"""`noshowd auth google`: signing in as one person, with and without a browser on this machine."""

from __future__ import annotations

import io
import json
import socket
import stat
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from adapters.google.conftest import ANNA, Wall
from noshowd.adapters.google.scopes import Scope
from noshowd.cli.main import main
from noshowd.demo.vendors.google.google import SimulatedGoogle

CONFIG = """
[us]
domains = ["beispiel-beratung.de"]

[[person]]
address = "anna@beispiel-beratung.de"

[[account]]
kind = "google"
calendars = ["anna@beispiel-beratung.de"]
key = {key}
ca_file = "ca.pem"

[[presence]]
kind = "google_meet"
lookup = "off"

[[channel]]
kind = "gmail"
"""
FILE = '{ file = "sign-in.json" }'


@pytest.fixture
def google(wall: Wall, tmp_path: Path) -> Iterator[SimulatedGoogle]:
    """Over TLS: the sign-in of an app takes nothing else."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    chain = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(str(chain))
    with SimulatedGoogle(wall.now, certificate=str(chain)) as simulated:
        simulated.add_person(ANNA, "Anna Muster")
        yield simulated


@pytest.fixture
def place(google: SimulatedGoogle, tmp_path: Path) -> Path:
    (tmp_path / "client.json").write_text(google.access.consents.client_file(google.access.token_uri))
    (tmp_path / "noshowd.toml").write_text(CONFIG.replace("{key}", FILE))
    return tmp_path


def auth(place: Path, *more: str) -> int:
    given = ["auth", "google", "-c", str(place / "noshowd.toml"), "--client", str(place / "client.json")]
    return main([*given, *more])


class Person:
    """Reads the address from the screen, agrees in a browser elsewhere, and types the address it ended on."""

    def __init__(self, google: SimulatedGoogle, capsys: pytest.CaptureFixture[str], untick: frozenset[str]) -> None:
        self._google, self._capsys, self._untick = google, capsys, untick
        self.asked = ""

    def readline(self, _size: int = -1) -> str:
        shown = self._capsys.readouterr().out
        self.asked = next(line for line in shown.splitlines() if line.startswith("https://accounts.google.com"))
        return self._google.access.consents.agree(self.asked, ANNA, untick=self._untick) + "\n"


def test_pasting_the_address_signs_in(
    google: SimulatedGoogle, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    person = Person(google, capsys, frozenset())
    monkeypatch.setattr("sys.stdin", person)
    assert auth(place, "--paste") == 0
    kept = place / "sign-in.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    key = json.loads(kept.read_text())
    # the narrowest scopes of what is switched on, and no more
    assert set(key["scopes"]) == {Scope.READ_EVENTS, Scope.FREE_BUSY, Scope.MEET, Scope.SEND_MAIL}
    assert key["refresh_token"]
    told = capsys.readouterr().out
    assert "7 days" in told
    assert key["refresh_token"] not in told
    assert "access_type=offline" in person.asked


def test_what_was_unticked_is_named_with_what_it_costs(
    google: SimulatedGoogle, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", Person(google, capsys, frozenset({Scope.MEET})))
    assert auth(place, "--paste") == 1
    told = capsys.readouterr().out
    assert f"Not granted: {Scope.MEET}" in told
    assert "Who was in a Meet room is unknown" in told
    assert Scope.MEET not in json.loads((place / "sign-in.json").read_text())["scopes"]


def test_the_browser_comes_back_on_loopback(google: SimulatedGoogle, place: Path, monkeypatch: pytest.MonkeyPatch):
    with browser(google, monkeypatch), socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        assert auth(place, "--port", str(port)) == 0
    assert json.loads((place / "sign-in.json").read_text())["type"] == "authorized_user"


@contextmanager
def browser(google: SimulatedGoogle, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A browser on this machine whose user agrees to everything."""
    threads: list[threading.Thread] = []

    class Browser:
        def open(self, address: str, **_: object) -> bool:
            ended = google.access.consents.agree(address, ANNA)
            threads.append(threading.Thread(target=lambda: urllib.request.urlopen(ended, timeout=5).close()))
            threads[-1].start()
            return True

    monkeypatch.setattr("webbrowser.get", lambda *_: Browser())
    yield
    for thread in threads:
        thread.join(5)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("http://127.0.0.1:8765/?state=other&code=4/x", "Nothing was changed"),
        ("http://127.0.0.1:8765/?error=access_denied&state=x", "Nothing was changed"),
        ("no address", "Nothing was changed"),
    ],
)
def test_a_wrong_answer_changes_nothing(
    place: Path, pasted: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    (place / "sign-in.json").write_text("what was there")
    monkeypatch.setattr("sys.stdin", io.StringIO(pasted + "\n"))
    assert auth(place, "--paste") == 3
    assert said in capsys.readouterr().err
    assert (place / "sign-in.json").read_text() == "what was there"


def test_a_key_that_is_no_file_is_refused_with_what_to_write(place: Path, capsys: pytest.CaptureFixture[str]):
    (place / "noshowd.toml").write_text(CONFIG.replace("{key}", '{ credential = "google-key" }'))
    assert auth(place) == 2
    assert 'key = { file = "/var/lib/noshowd/google-sign-in.json" }' in capsys.readouterr().err


def test_the_key_of_a_service_account_is_never_overwritten(
    google: SimulatedGoogle, place: Path, capsys: pytest.CaptureFixture[str]
):
    (place / "sign-in.json").write_text(google.access.service_account())
    assert auth(place) == 2
    assert "needs no sign-in" in capsys.readouterr().err


def test_a_client_file_of_another_type_is_refused(place: Path, capsys: pytest.CaptureFixture[str]):
    (place / "client.json").write_text("{}")
    assert auth(place, "--paste") == 3
    assert "Desktop app" in capsys.readouterr().err
