"""`noshowd templates`: what is wrong with one's own texts, and all of them as a page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from noshowd.cli.main import main


@pytest.fixture
def unkind(tmp_path: Path) -> Path:
    (tmp_path / "de_formal").mkdir()
    (tmp_path / "de_formal" / "courtesy_message.txt").write_text("Subject: x\n\nSie waren nicht da.\n")
    return tmp_path


def test_the_built_in_texts_are_fine(tmp_path, capsys):
    assert main(["templates", "check", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "nothing found\n"


def test_an_unkind_text_is_named(unkind, capsys):
    assert main(["templates", "check", "--folder", str(unkind)]) == 1
    assert "de_formal, courtesy_message" in capsys.readouterr().out


def test_for_a_script(unkind, capsys):
    main(["templates", "check", "--json", "--folder", str(unkind)])
    found = json.loads(capsys.readouterr().out)
    assert {"language", "sample", "message"} == set(found[0])


GUIDED = """
[us]
domains = ["us.example"]

[[person]]
address = "anna@us.example"

[[account]]
kind      = "google"
calendars = ["anna@us.example"]
key       = { env = "KEY" }

[[channel]]
kind = "slack"
bot  = { env = "BOT" }
app  = { env = "APP" }

[[policy]]
name = "calls"

[policy.guide]
opening   = "Guten Tag, hier ist {host}. Leider waren Sie um {time} nicht da."
purpose   = "Ich möchte unser Gespräch gern nachholen."
steps     = ["Gleich sprechen.", "Einen neuen Termin vereinbaren."]
no_time   = "Kein Problem. Wann passt es besser?"
voicemail = "Guten Tag, hier ist {host}. Ich melde mich später noch einmal."
closing   = "Dann machen wir es so. Vielen Dank!"
"""


def test_an_unkind_word_in_the_guide_of_a_policy_is_named(tmp_path, capsys, monkeypatch):
    for name in ("KEY", "BOT", "APP"):
        monkeypatch.setenv(name, "a-secret")
    config = tmp_path / "config.toml"
    config.write_text(GUIDED, encoding="utf-8")
    assert main(["templates", "check", "--config", str(config)]) == 1
    assert "policy calls, guide, opening: accusing: Leider waren Sie" in capsys.readouterr().out
    config.write_text(GUIDED.replace("Leider waren Sie um {time} nicht da.", "Passt es gerade?"), encoding="utf-8")
    assert main(["templates", "check", "--config", str(config)]) == 0


def test_a_folder_that_is_not_there(tmp_path, capsys):
    assert main(["templates", "check", "--folder", str(tmp_path / "absent")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_the_page_shows_every_language_and_closes_its_elements(tmp_path):
    target = tmp_path / "page.html"
    assert main(["templates", "preview", "--folder", str(tmp_path), "-o", str(target)]) == 0

    opened: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "br"):
                opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    page = target.read_text(encoding="utf-8")
    Balance().feed(page)
    assert opened == []
    for heading in ("de_formal", "de_informal", "en"):
        assert f'<h2 id="{heading}">' in page


def test_a_page_that_cannot_be_written(tmp_path, capsys):
    assert main(["templates", "preview", "--folder", str(tmp_path), "-o", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
