"""Users override single templates; a broken one is told by the check and never keeps a message from being sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from noshowd.domain.followup import FollowUpKind
from noshowd.wording import Wording
from noshowd.wording.check import complaints
from noshowd.wording.own import folder_complaints
from noshowd.wording.render import TemplateError
from noshowd.wording.samples import FULL
from noshowd.wording.tone import Tone, check_tone

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

    assert wording.render(NUDGE, "de_formal").text.startswith("Bitte kommen: 10:00 Uhr\nTermin: „Beratung")
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
        ("Subject: x\n\n{{ guesst }}", "perhaps guests is meant"),
        ("Subject: x\nand y\n\ntext", "and y"),
        ("Subject: x\n\n" + "text " * 20_000, "at most 50,000"),
        ("Subject: x\n\n{% for a in range(9) %}{% endfor %}", "range"),
        ("Subject: x\n\n{% set s = 'x' ~ clock %}" + "{% for c in s %}" * 9 + "{% endfor %}" * 9, "rounds"),
        ("Subject: x\n\n{{ '%999999999d' % 1 }}", "% is not allowed"),
        ("Subject: x\n\n{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "recursion"),
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
    assert [complaint.message for complaint in complaints(tmp_path)] == [
        f"{tmp_path / 'de_formal' / 'nudge.txt'} is not UTF-8 text: save it in that encoding"
    ]


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


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("en/nugde.txt", "Subject: x\n\nx", "perhaps nudge is meant"),
        ("en/nudge.phon.txt", "Subject: x\n\nx", "perhaps nudge.phone is meant"),
        ("en/nudge.md", "x", "ends in .txt"),
        ("nudge.txt", "Subject: x\n\nx", "outside a folder"),
        ("de_forml/nudge.txt", "Subject: x\n\nx", "perhaps de_formal is meant"),
        ("fr/nudge.txt", "Subject: x\n\nx", "copy en/words.toml"),
        ("fr/words.toml", '[language]\ncode = "fr"\nlocale = "fr_FR"\n', "words are said in English"),
        ("fr/words.toml", '[language]\ncode = "fr"\nlocale = "nowhere"\n', "nowhere"),
        ("de/words.toml", "[label]\nlate = \n", "Invalid value"),
        ("de/words.toml", "label = 1\n", "outside a table"),
        ("de/words.toml", '[lable]\nlate = "x"\n', "perhaps label is meant"),
        ("de/words.toml", '[label]\nlaet = "x"\n', "perhaps late is meant"),
        ("de/words.toml", "[label]\nlate = 5\n", "quotation marks"),
        ("de/words.toml", '[phrase]\nzone = "in {palce}"\n', "{place}"),
        ("de/phrases.toml", "[accusing]\nx = ['(']\n", "phrases.toml"),
    ],
)
def test_what_nothing_uses_or_nobody_can_read_is_told_once(tmp_path, path, text, says):
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")

    found = [message for _, _, message in folder_complaints(tmp_path)]

    assert sum(says in message for message in found) == 1, found
    for language in ("de_formal", "en", "fr"):
        assert Wording(tmp_path).render(NUDGE, language).text


def test_a_template_with_several_faults_is_told_all_of_them(tmp_path):
    text = "Subject: Termin\n\nLeider waren Sie nicht da. Ich stand im Stau. {{ gast }}\n"
    _own(tmp_path, text, "courtesy_message.txt")
    told = [one.message for one in complaints(tmp_path)]
    assert [any(word in message for message in told) for word in ("gast", "accusing", "excusing")] == [True] * 3


def test_phrases_of_a_new_language_are_looked_for(tmp_path):
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "phrases.toml").write_text("[accusing]\nmissed = ['absent* … hier']\n", encoding="utf-8")

    assert [finding.tone for finding in check_tone("Vous étiez absente hier.", tmp_path)] == [Tone.ACCUSING]
    assert not check_tone("Vous étiez absente hier.")
