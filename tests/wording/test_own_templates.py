"""Users override single templates; a broken one is told by the check and never keeps a message from being sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from noshowd.domain.followup import FollowUpKind
from noshowd.wording import Wording
from noshowd.wording.check import complaints
from noshowd.wording.render import TemplateError
from noshowd.wording.samples import FULL

NUDGE = replace(FULL, kind=FollowUpKind.NUDGE)


def _own(tmp_path: Path, text: str, name: str = "nudge.txt", folder: str = "de_formal") -> Wording:
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / name).write_text(text, encoding="utf-8")
    return Wording(tmp_path)


def test_a_language_without_words_is_english():
    assert Wording().render(NUDGE, "fr") == Wording().render(NUDGE, "en")


def test_one_template_is_replaced_and_the_rest_stays(tmp_path):
    wording = _own(
        tmp_path, 'Subject: Termin\nPreview: Termin\n\nBitte kommen: {{ clock }}\n{% include "_meeting.txt" %}\n'
    )

    assert wording.render(NUDGE, "de_formal").text.startswith("Bitte kommen: 10:00 Uhr\nTermin: am Montag")
    assert wording.render(NUDGE, "en") == Wording().render(NUDGE, "en")


def test_single_words_are_replaced(tmp_path):
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "words.toml").write_text('[label]\nlate = "Gleich da"\n', encoding="utf-8")

    assert Wording(tmp_path).label("late", "de_formal") == "Gleich da"
    assert Wording(tmp_path).label("moved", "de_formal") == "Verschoben"


def test_a_new_language_is_one_folder(tmp_path):
    (tmp_path / "fr").mkdir()
    for path in (Path(__file__).parents[2] / "daemon/noshowd/wording/templates/en").iterdir():
        (tmp_path / "fr" / path.name).write_text(path.read_text(encoding="utf-8").replace("en_GB", "fr_FR"))

    assert "lundi" in Wording(tmp_path).render(NUDGE, "fr").text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Subject: x\n\n{{ nobody_knows }}", "nobody_knows"),
        ("Subject: x\n\n{% if %}", "nudge.txt"),
        ("Betreff: x\n\ntext", "Betreff"),
        ("Preview: x\n\ntext", "Subject"),
        ("Subject: x\n\n{{ ''.__class__.__mro__ }}", "__class__"),
        ("Subject: x\n\n{{ clock * 10 ** 9 }}", "nudge.txt"),
        ('Subject: x\n\n{% include "/etc/passwd" %}', "passwd"),
        ('Subject: x\n\n{% include "../en/nudge.txt" %}', "nudge.txt"),
    ],
)
def test_a_broken_template_is_told_and_passed_over(tmp_path, text, says):
    wording = _own(tmp_path, text)

    with pytest.raises(TemplateError, match=says):
        wording.render_strictly(NUDGE, "de_formal")
    assert wording.render(NUDGE, "de_formal") == Wording().render(NUDGE, "de_formal")
    assert any(says in complaint.message for complaint in complaints(tmp_path))


def test_a_template_that_is_not_text(tmp_path):
    (tmp_path / "de_formal").mkdir()
    (tmp_path / "de_formal" / "nudge.txt").write_bytes(b"\xff\xfe")

    assert Wording(tmp_path).render(NUDGE, "de_formal") == Wording().render(NUDGE, "de_formal")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("courtesy_message.txt", "Subject: x\n\n{{ greeting }}\n\nSie waren leider nicht da.", "accusing"),
        ("courtesy_message.txt", "Subject: x\n\n{{ greeting }}\n\nIch stand im Stau.", "excusing"),
        ("courtesy_message.txt", "Subject: {{ title }}\n\n{{ title }}", "names the matter"),
        ("recall_task.txt", "Subject: x\nPreview: x\n\n„Sie waren leider nicht da.“", "accusing"),
        ("recall_task.txt", "Subject: x\nPreview: x\n\n1. Fragen, warum Sie nicht da waren.", "accusing"),
        ("nudge.txt", "Subject: Wo ist {{ guests }}\nPreview: x\n\nx", "shared screen"),
        ("nudge.txt", "Subject: x\n\nx", "no preview"),
        ("nudge.txt", "Subject: x\nPreview: x\n\n", "empty"),
    ],
)
def test_an_unkind_or_indiscreet_template_is_told(tmp_path, name, text, says):
    _own(tmp_path, text, name)

    assert any(says in complaint.message for complaint in complaints(tmp_path))
