"""Replies to an offer of times, kind and careless ones, and those that only a person may read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noshowd.reading.times import times_meant

#: Monday 23 November 9:00, Tuesday 24 14:30, Thursday 26 9:00 in Berlin.
TIMES = (
    datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    datetime(2026, 11, 24, 13, 30, tzinfo=UTC),
    datetime(2026, 11, 26, 8, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Montag 9 Uhr", 0),
        ("Monday 9", 0),
        ("montag um 9:00 uhr passt mir gut, danke!", 0),
        ("Mo 9", 0),
        ("Hallo Frau Berger,\n\nder Montag passt.\n\nViele Grüße\nGus", 0),
        ("23.11. passt", 0),
        ("am 23. November bitte", 0),
        ("November 23rd at 9 am works for me", 0),
        ("Dienstag 14:30", 1),
        ("Dienstag um 14.30 Uhr", 1),
        ("Di halb drei", 1),
        ("Tuesday half past two", 1),
        ("Tue 2.30 pm is fine", 1),
        ("Dienstag", 1),
        ("24.11. 14:30", 1),
        ("24.11 14.30", 1),
        ("Tuesday the 24th of November", 1),
        ("14h30", 1),
        ("Do. 26.11.", 2),
        ("Thursday at nine o'clock", 2),
        ("der dritte Termin passt", 2),
        ("The second one, please", 1),
        ("Donnerstag, 26. November 2026, 9:00 Uhr", 2),
        ("lieber Dienstag", 1),
        ("Dienstagnachmittag um halb drei", 1),
        ("Montag früh", 0),
        ("nächsten Montag um 9", 0),
        ("Danke für die 3 Vorschläge.\nMontag 9 Uhr passt.", 0),
        ("Hallo Anna,\nkein Problem! Montag 9 Uhr passt.", 0),
        ("Montag 9 Uhr\n\nMit freundlichen Grüßen\nKim\nWenn Sie nicht der Adressat sind, löschen Sie dies bitte.", 0),
        ("Monday 9 am\n\nBest regards,\nKim\nIf you are not the intended recipient, delete this.", 0),
    ],
)
def test_one_time_is_meant(text: str, place: int) -> None:
    assert times_meant(text, TIMES, "Europe/Berlin") == (TIMES[place],)


def test_two_remain_where_the_words_fit_two() -> None:
    assert times_meant("9 Uhr", TIMES, "Europe/Berlin") == (TIMES[0], TIMES[2])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ja, gern",
        "passt",
        "Montag passt mir leider nicht",
        "Montag oder Dienstag",
        "Dienstag lieber 15 Uhr?",
        "Monday doesn't work",
        "I cannot do Monday",
        "nach 9 Uhr am Montag",
        "Mittwoch 9 Uhr",
        "Montag 10 Uhr",
        "Monday 9 pm",
        "Montag 9 oder 10",
        "Montag Nachmittag",
        "Dienstag morgens",
        "lieber Montag als Dienstag",
        "Montag in einer Woche um 9",
        "Montag 9 Uhr\n\nViele Grüße\nKim\nPS: doch nicht Montag",
        "Montag 9 Uhr, meine Nummer ist 0171 2345678",
        "25.11. um 9",
        "Rufen Sie mich einfach an: 089 123456",
        "Könnten wir das um 2 Wochen verschieben",
        "Montag 99 Uhr",
        "9" * 5000,
    ],
)
def test_nothing_is_meant_where_anything_else_could_be(text: str) -> None:
    assert times_meant(text, TIMES, "Europe/Berlin") == ()


def test_the_zone_of_the_guest_counts() -> None:
    assert times_meant("Monday 3 am", TIMES, "America/New_York") == (TIMES[0],)
    assert times_meant("Monday 9 am", TIMES, "America/New_York") == ()
