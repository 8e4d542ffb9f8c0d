"""Telephone numbers: how sources write them, and when two are one line."""

from __future__ import annotations

import pytest

from noshowd.domain.evidence import MatchStrength
from noshowd.reading.digits import find_numbers
from noshowd.reading.numbers import NumberFormat, Numbering, e164, line_match, masked_match, normalise


@pytest.mark.parametrize(
    "written",
    ["0221 1234567", "+49 (0)221 1234567", "0049 221 1234567", "(0221) 123 45 67", "0221/1234567", "+492211234567"],
)
def test_german_notations(written):
    assert e164(written, "DE") == "+492211234567"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("030 23125-0 Durchwahl 14", "+49302312514"),
        ("030 23125 DW 14", "+49302312514"),
        ("030 23125-0, App. 14", "+49302312514"),
    ],
)
def test_german_extensions_continue_the_number(written, expected):
    assert e164(written, "DE") == expected


def test_extension_elsewhere_is_not_part_of_the_number():
    assert e164("+1 202-555-0143 ext. 5", None, valid=False) == "+12025550143"


@pytest.mark.parametrize(
    ("written", "numbering", "expected"),
    [
        ("492111234567", Numbering(format=NumberFormat.E164_NOPLUS), "+492111234567"),
        ("+492111234567", Numbering(), "+492111234567"),
        ("0211 1234567", Numbering(format=NumberFormat.NATIONAL, region="DE"), "+492111234567"),
        ("1234567", Numbering(format=NumberFormat.NATIONAL, region="DE", area="0211"), "+492111234567"),
        ("00442079460123", Numbering(format=NumberFormat.NATIONAL, region="DE"), "+442079460123"),
        ("anonymous", Numbering(), None),
        ("**620", Numbering(format=NumberFormat.NATIONAL, region="DE"), None),
        ("11833", Numbering(format=NumberFormat.NATIONAL, region="DE"), None),
        ("", Numbering(), None),
    ],
)
def test_each_source_has_its_way_to_write(written, numbering, expected):
    assert normalise(written, numbering) == expected


@pytest.mark.parametrize(
    ("first", "second", "strength"),
    [
        ("+492211234567", "+492211234567", MatchStrength.STRONG),
        ("+4922112345670", "+49221123456767", MatchStrength.MEDIUM),
        ("+492211234560", "+492211234567", MatchStrength.MEDIUM),
        ("+49221123456", "+4922112345614", MatchStrength.MEDIUM),
        ("+492211234512", "+492211234567", MatchStrength.WEAK),
        ("+431711234567", "+491711234567", MatchStrength.WEAK),
        ("+491711234560", "+491711234567", MatchStrength.NONE),
        ("+492211234567", "+493098765432", MatchStrength.NONE),
        ("+12025550140", "+12025550143", MatchStrength.NONE),
    ],
)
def test_line_match(first, second, strength):
    assert line_match(first, second) is strength
    assert line_match(second, first) is strength


@pytest.mark.parametrize(
    ("shown", "strength"),
    [
        ("+49 171 ***4567", MatchStrength.WEAK),
        ("+49171*****67", MatchStrength.WEAK),
        ("+49 172 ***4567", MatchStrength.NONE),
        ("***67", MatchStrength.NONE),
    ],
)
def test_masked_numbers(shown, strength):
    assert masked_match(shown, "+491711234567") is strength


@pytest.mark.parametrize(
    "text",
    [
        "Access Code: 168-682-109",
        "Kontonummer 0532013000",
        "Vertrag 08154711",
        "Rechnungsnr. 0221/2026-117",
        "Kd-Nr. 030 4711 0815",
        "08.09.2026 1400",
        "Az. 0711 12/26",
        "Meeting-ID: 917 756 5845",
        "PIN: 123 456 789#",
        "IBAN DE89370400440532013000",
        "192.168.100.200",
        "https://example.com/0221123456",
        "sip:0221123456@firma.de",
        "Fax: 0221 123456",
        "Telefonkonferenz-ID: 312 456 789#",
    ],
)
@pytest.mark.parametrize("region", ["DE", "US", "AT", "CH", None])
def test_digits_that_nobody_dials(text, region):
    assert find_numbers(text, region) == []
    assert find_numbers(text, region, national=True) == []


def test_one_tap_strings_hold_the_number_only():
    assert [n.e164 for n in find_numbers("+16465588656,,89123456789# US", None)] == ["+16465588656"]


def test_national_numbers_need_a_word_for_dialling():
    assert find_numbers("0221 1234567", "DE") == []
    assert [n.e164 for n in find_numbers("Tel.: 0221 1234567", "DE")] == ["+492211234567"]
    assert find_numbers("Tel.: 0221 1234567", None) == []
