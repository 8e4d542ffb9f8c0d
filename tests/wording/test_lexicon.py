"""Words for every member of every enum that people are told of, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noshowd.domain.evidence import Said
from noshowd.engine.answers.choices import Verb
from noshowd.engine.judging.breaker import BREAKER
from noshowd.runtime.reply_words import REPLY_WORDS
from noshowd.store import health
from noshowd.wording.languages import languages
from noshowd.wording.lexicon import TOTAL, Lexicon


@pytest.mark.parametrize("language", languages())
def test_every_word_is_there(language):
    lexicon = Lexicon(language)

    for table, kind in TOTAL.items():
        for member in kind:
            assert lexicon._words[table][member.value].strip(), (language, table, member)
            assert lexicon.say(member)
        assert set(lexicon._words[table]) == {member.value for member in kind}, (language, table)


@pytest.mark.parametrize("language", languages())
def test_every_sort_of_part_is_called_something(language):
    sorts = {one.removesuffix(":") for one in (*health._SORTS, health.DATABASE, BREAKER)} - {"trial", "clock"}
    lexicon = Lexicon(language)

    assert set(lexicon._words["part"]) == sorts | {"default"}
    for sort in sorts:
        told = lexicon.trouble(f"trial:{sort}:x{{name}}", "{since}")
        assert f"{sort}:" not in told
        assert told.count("{") <= 2, "what a name holds is not filled in"


@pytest.mark.parametrize("language", languages())
def test_every_tap_has_a_label_and_a_word_of_its_own(language):
    lexicon = Lexicon(language)
    taps = [tap.value for kind in (Said, Verb) for tap in kind]

    assert all(0 < len(lexicon.label(tap)) <= 30 for tap in taps)
    assert set(lexicon.reply_words().values()) == set(taps)
    assert len(lexicon.reply_words()) == len(taps)


@pytest.mark.parametrize("language", languages())
def test_the_words_shown_for_replies_are_those_understood(language):
    for word, tap in Lexicon(language).reply_words().items():
        understood = REPLY_WORDS.get(word.lower())
        plain = {Verb.APPROVE: Verb.YES, Verb.REFUSE: Verb.NO}.get(tap, tap)  # type: ignore[call-overload]  # a value
        assert understood in (tap, plain), word


@pytest.mark.parametrize(
    ("language", "moment", "zone"),
    [
        ("de_formal", "am Sonntag, 25. Oktober um 2:30 Uhr", "(Zeit in Berlin)"),
        ("en", "on Sunday, 25 October at 2:30", "(Berlin time)"),
    ],
)
def test_times_are_those_of_the_reader(language, moment, zone):
    at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # the doubled hour

    assert Lexicon(language).moment(at, "Europe/Berlin") == moment
    assert Lexicon(language).zone_note("Europe/Berlin") == zone
    assert "UTC" in Lexicon(language).zone_note("UTC")
