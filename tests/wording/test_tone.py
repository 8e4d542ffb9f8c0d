"""The phrase check: hits on accusing and excusing sentences, no false alarm on kind ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from noshowd.wording.tone import Tone, check_tone

FOLDER = Path(__file__).parent / "tone"


def _sentences(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["accusing", "excusing", "fresh_accusing", "fresh_excusing"])
def test_nearly_every_unkind_sentence_is_found(name):
    sentences = _sentences(name)
    missed = [sentence for sentence in sentences if not check_tone(sentence)]

    assert len(missed) <= len(sentences) // 50, missed


@pytest.mark.parametrize(("name", "tone"), [("accusing", Tone.ACCUSING), ("excusing", Tone.EXCUSING)])
def test_and_called_what_it_is(name, tone):
    sentences = _sentences(name)
    right = [sentence for sentence in sentences if tone in {finding.tone for finding in check_tone(sentence)}]

    assert len(right) >= len(sentences) * 19 // 20


@pytest.mark.parametrize("name", ["kind", "fresh_kind"])
def test_no_kind_sentence_is_blamed(name):
    assert [sentence for sentence in _sentences(name) if check_tone(sentence)] == []


def test_a_sentence_in_the_middle_of_a_text_is_named():
    text = "Guten Tag,\n\nich freue mich auf Sie. Leider waren Sie gestern nicht da. Hier ist der Link."
    [finding] = check_tone(text)

    assert finding.sentence == "Leider waren Sie gestern nicht da."
    assert finding.tone is Tone.ACCUSING


@pytest.mark.parametrize("text", ["", "...", "?!\n\n", "a" * 50_000, "Sie " * 10_000, "nicht, " * 10_000])
def test_any_text_is_judged_quickly(text):
    check_tone(text)
