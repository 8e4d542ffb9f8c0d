"""`noshowd init`: whatever is answered, a configuration that `check-config` accepts, or what to mend."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest

from noshowd.cli.main import main

COMMON = ["--yes", "--address", "anna@beispiel.de", "--zone", "Europe/Berlin", "--line", "+49 89 23714480"]
CALENDARS = {
    "google": [],
    "microsoft": ["--tenant", "beispiel.de", "--client-id", "1111"],
    "exchange": ["--endpoint", "https://mail.beispiel.de/EWS/Exchange.asmx", "--username", "noshowd"],
}
TELEPHONES = {"none": [], "fritzbox": [], "sipgate": ["--token-id", "token-1"]}
CHANNELS = {"slack": ["--slack-name", "anna"], "smtp": ["--smtp-host", "mail.beispiel.de"]}


class Terminal(io.StringIO):
    """Standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("calendar", "telephone", "channel"), list(itertools.product(CALENDARS, TELEPHONES, CHANNELS)))
def test_what_it_writes_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], calendar: str, telephone: str, channel: str
) -> None:
    file = tmp_path / "noshowd.toml"
    given = [
        *("--calendar", calendar, *CALENDARS[calendar]),
        *("--telephone", telephone, *TELEPHONES[telephone]),
        *("--channel", channel, *CHANNELS[channel]),
    ]
    assert main(["init", "-c", str(file), *COMMON, *given]) == 0
    assert main(["check-config", str(file)]) == 0
    assert "no problems" in capsys.readouterr().out


@pytest.mark.parametrize("calendar", ["google", "microsoft"])
def test_one_account_is_enough_for_calendar_and_mail(tmp_path: Path, calendar: str) -> None:
    file = tmp_path / "noshowd.toml"
    assert main(["init", "-c", str(file), *COMMON, "--calendar", calendar, *CALENDARS[calendar]]) == 0
    assert main(["check-config", str(file)]) == 0


def test_questions_are_asked_in_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = [
        "anna.beispiel@gmail.com",
        "Anna Beispiel",
        "Europe/Berlin",
        "de",
        "DE-BY",
        "outlook",
        "google",
        "",
        "",
        "",
    ]

    monkeypatch.setattr("sys.stdin", Terminal("\n".join(typed) + "\n"))
    file = tmp_path / "noshowd.toml"
    assert main(["init", "-c", str(file)]) == 0
    assert "Please give one of: google" in capsys.readouterr().out
    assert 'addresses = ["anna.beispiel@gmail.com"]' in file.read_text(encoding="utf-8"), "strangers share that domain"
    assert main(["check-config", str(file)]) == 0


def test_what_cannot_be_used_is_asked_for_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each wrong answer is followed by its own question, in words that say what is allowed."""
    wrong_and_right = {
        "address": ["anna", "anna@", "anna@bei spiel.de", "anna@beispiel.de"],
        "name": [""],
        "zone": ["Europe/Berln", "MEZ+1", "Europe/Berlin"],
        "language": ["de"],
        "holidays": ["XX", "DE-Bayern", "DE-BY"],
        "calendar": ["exchange"],
        "endpoint": ["mail.beispiel.de", "https://mail.beispiel.de/EWS/Exchange.asmx"],
        "username": ["", "noshowd"],
        "meetings": ["none"],
        "telephone": ["fritzbox"],
        "line": ["12", "089 23714480", "+49 89 23714480"],
        "channel": ["smtp"],
        "smtp-host": ["mail.beispiel.de"],
        "smtp-username": [""],
    }
    typed = [answer for answers in wrong_and_right.values() for answer in answers]
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(typed) + "\n"))
    asked: list[str] = []

    def types(question: str) -> str:
        asked.append(question)
        return typed[len(asked) - 1]

    monkeypatch.setattr("builtins.input", types)
    file = tmp_path / "noshowd.toml"
    assert main(["init", "-c", str(file)]) == 0
    assert [len(list(same)) for _, same in itertools.groupby(asked)] == [len(one) for one in wrong_and_right.values()]
    said = capsys.readouterr().out
    for wanted in ("one e-mail address such as", "a time zone such as", "a country such as", "a telephone number"):
        assert wanted in said
    assert main(["check-config", str(file)]) == 0


def test_whoever_goes_away_while_asked_has_written_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("anna@beispiel.de\n"))
    assert main(["init", "-c", str(tmp_path / "noshowd.toml")]) == 130
    assert list(tmp_path.iterdir()) == []


def test_an_option_that_cannot_be_used_is_told_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert main(["init", "-c", str(tmp_path / "noshowd.toml"), "--address", "anna"]) == 2
    assert "--address: " in capsys.readouterr().err


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "noshowd.toml"
    file.write_text("mine")
    assert main(["init", "-c", str(file), *COMMON, "--calendar", "google"]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["--zone", "Europe/Berln"], "--zone: "),
        (["--holidays", "XX"], "--holidays: "),
        (["--address", "anna"], "--address: "),
        (["--calendar", "microsoft"], "--tenant is missing"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], complaint: str
) -> None:
    file = tmp_path / "noshowd.toml"
    assert main(["init", "-c", str(file), *COMMON, "--calendar", "google", *given]) == 2
    assert complaint in capsys.readouterr().err
    assert not file.exists()
