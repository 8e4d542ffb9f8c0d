"""Every template in every language: complete, kind, discreet, and the same as when somebody last read it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from noshowd.domain.followup import TO_GUESTS, Cause, FollowUpKind
from noshowd.wording import Wording, WordingContext, folder_for
from noshowd.wording.check import Sample, complaints, samples
from noshowd.wording.languages import BUILT_IN, languages
from noshowd.wording.samples import FULL, contexts
from wording.golden import FOLDER, written

WORDING = Wording()
ALL = [one for language in languages() for one in samples(WORDING, language) if isinstance(one, Sample)]


def test_three_languages():
    assert languages() == ("de_formal", "de_informal", "en")


def test_every_template_renders_on_every_sample():
    assert len(ALL) == 3 * sum(1 for _ in contexts())
    assert {one.context.kind for one in ALL} == set(FollowUpKind)


def test_nothing_accuses_excuses_or_gives_away():
    assert list(complaints(None)) == []


@pytest.mark.parametrize("language", languages())
def test_texts_are_those_somebody_has_read(language):
    stored = (FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    assert stored == written(language), "read the difference, then run tests/wording/golden.py"


def test_german_addresses_people_one_way_only():
    formal, informal = (
        re.compile(r"\b(?:Sie|Ihnen|Ihre?[nrms]?)\b"),
        re.compile(r"\b(?:[Dd](?:u|ich|ir|eine?[nrms]?))\b"),
    )
    for one in ALL:
        if "hostile" in one.name or one.context.kind is FollowUpKind.APPROVAL:
            continue
        wrong = {"de_formal": informal, "de_informal": formal}.get(one.language)
        assert wrong is None or not wrong.search(one.text.text), (one.language, one.name)


def test_what_addresses_nobody_lies_in_the_shared_folder():
    for path in (BUILT_IN / "de").glob("*.txt"):
        assert not re.search(r"\b(?:Sie|Ihnen|Ihre?|[Dd]u|[Dd]ich|[Dd]ir)\b", path.read_text(encoding="utf-8")), (
            path.name
        )


def test_nobody_is_said_to_have_been_absent_to_a_guest():
    for one in ALL:
        if one.context.kind in TO_GUESTS:
            for name in ("Bernd Vogt", "2 Personen", "2 people", "Beratung zur Nachfolge", "403"):
                assert name not in one.text.text + one.text.subject, (one.language, one.name)


def test_no_text_counts_attempts_or_asks_for_the_reason():
    for one in ALL:
        if one.context.kind in TO_GUESTS:
            assert not re.search(r"(?i)\bmal\b|times we|warum|wieso|why|grund|reason", one.text.text), one.name


def test_html_says_what_the_text_says():
    for one in ALL:
        html = one.text.html
        shown = re.sub(r"<[^>]+>", "", html.replace("<br>", "\n").replace("</p><p>", "\n\n"))
        for sign, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;"), ("&", "&amp;")):
            shown = shown.replace(entity, sign)
        assert shown == one.text.text, (one.language, one.name)


def test_what_strangers_wrote_stays_harmless():
    for one in (one for one in ALL if one.name.endswith("hostile")):
        text = one.text
        assert "\n" not in text.subject + text.preview
        assert len(text.subject) <= 150
        assert len(text.text) < 10_000
        everything = text.subject + text.preview + text.text
        assert "\u202e" not in everything
        assert "\r" not in everything
        assert "http://evil" not in everything
        assert "javascript:" not in everything
        assert "<script" not in text.html
        assert "<!channel>" not in text.html


def test_who_is_greeted_how():
    def first_line(language: str, **known: object) -> str:
        context = replace(FULL, kind=FollowUpKind.COURTESY_MESSAGE, **known)  # type: ignore[arg-type]  # fields of the class
        return WORDING.render(context, language).text.split("\n")[0]

    assert first_line("de_formal") == "Guten Tag Andrea Meier,"
    assert first_line("de_informal") == "Hallo Andrea Meier,"
    assert first_line("en") == "Hello Andrea Meier,"
    assert first_line("de_formal", greeting="Sehr geehrte Frau Dr. Meier,") == "Sehr geehrte Frau Dr. Meier,"
    for doubtful in (None, "", "meier@example.com", "iPhone 12", "<b>x</b>", "A" * 80, "+49 171 1234567"):
        assert first_line("de_formal", reader_name=doubtful) == "Guten Tag,"


def test_an_offer_with_times_without_times_and_with_a_page():
    def offer(**known: object) -> str:
        context = replace(FULL, kind=FollowUpKind.RESCHEDULE_OFFER, cause=Cause.THEY_ARE_MISSING, **known)  # type: ignore[arg-type]  # fields of the class
        return WORDING.render(context, "de_formal").text

    assert "https://termine" in offer()
    sentence = (
        "Passt es Ihnen am Dienstag, 24. November um 10:00 oder 15:30 Uhr oder am Donnerstag, "
        "26. November um 10:00 Uhr (Zeit in Berlin)?"
    )
    assert sentence in offer(page=None)
    assert "Eine kurze Antwort genügt, auch mit einer anderen Zeit." in offer(page=None)
    assert "Wann passt es Ihnen?" in offer(free_times=(), page=None)
    assert all("wir uns leider nicht gefunden" in text for text in (offer(), offer(free_times=())))


def test_what_a_person_wrote_is_sent_exactly_so():
    context = replace(FULL, kind=FollowUpKind.COURTESY_MESSAGE, own_text="Bin gleich da.\n\nAnna")

    assert WORDING.render(context, "de_formal").text == "Bin gleich da.\n\nAnna"


def test_a_trial_says_so_to_our_side():
    assert "Probelauf" in WORDING.render(replace(FULL, kind=FollowUpKind.NUDGE, shadow=True), "de_formal").text


@pytest.mark.parametrize(
    ("language", "salutation", "folder"),
    [
        ("de", None, "de_formal"),
        ("de", "informal", "de_informal"),
        ("en", "informal", "en"),
        ("fr", None, "en"),
    ],
)
def test_which_folder_speaks(language, salutation, folder):
    assert folder_for(language, salutation) == folder


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        WordingContext(kind=FollowUpKind.NUDGE, start=FULL.start.replace(tzinfo=None), end=FULL.end, now=FULL.now)
