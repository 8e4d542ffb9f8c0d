"""The command `noshowd classify`: a line in, a line out; bad lines; the score."""

from __future__ import annotations

import io
import json

import pytest

from noshowd.cli.main import main
from noshowd.reading.classify import classify_lines
from noshowd.reading.score import Score

GOOD = {"id": "a", "provider": "text", "event": {"location": "https://zoom.us/j/81234567890?pwd=x"}}
KEYS = ["id", "kind", "platform", "url", "meeting_id", "passcode", "phone", "caller", "skip", "why"]


def test_an_answer_has_these_keys():
    (answer,) = classify_lines([json.dumps(GOOD)])

    assert list(answer) == KEYS
    assert answer["why"] == "location: link of zoom"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ('{"event": {}}', "unknown provider None"),
        ('{"provider": "outlook", "event": {}}', "use one of google, graph, ics, text"),
        ('{"provider": ["google"], "event": {}}', "unknown provider"),
        ('{"provider": "google", "event": "x"}', "the key event"),
        ('{"provider": "google", "event": {}, "region": 49}', "country code"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=range(8),
)
def test_a_bad_line_is_named_and_the_rest_go_on(line, told):
    first, bad, last = classify_lines([json.dumps(GOOD), line, "", json.dumps(GOOD)])

    assert bad["line"] == 2
    assert told in bad["error"]
    assert first == last


@pytest.mark.parametrize(
    "sample",
    [
        {"provider": "google", "event": {"start": 5, "attendees": "x", "conferenceData": [1], "source": None}},
        {"provider": "google", "event": {"attendees": [{"additionalGuests": "x"}], "start": {"dateTime": "morgen"}}},
        {"provider": "graph", "event": {"body": "x", "location": [], "attendees": [None], "onlineMeeting": "x"}},
        {"provider": "ics", "event": {"ics": "BEGIN:VEVENT\r\nDTSTART;TZID=Mars:2026\r\n:::\r\nSUMMARY"}},
        {"provider": "ics", "event": {}},
        {"provider": "text", "event": {"summary": 5, "location": None}},
    ],
    ids=range(6),
)
def test_fields_of_any_type_are_no_error(sample):
    (answer,) = classify_lines([json.dumps(sample)])

    assert answer["kind"] == "none"


def test_a_task_is_no_event():
    ics = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:Telefonat\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    (answer,) = classify_lines([json.dumps({"provider": "ics", "event": {"ics": ics}})])

    assert (answer["kind"], answer["why"]) == ("none", "no event in it")


def test_an_unknown_region_only_leaves_national_numbers_unread():
    sample = {"provider": "text", "region": "XX", "event": {"summary": "Telefonat", "location": "0221 1234567"}}
    (answer,) = classify_lines([json.dumps(sample)])

    assert (answer["kind"], answer["phone"]) == ("phone", None)


def test_command_reads_a_file_or_standard_input(tmp_path, capsys, monkeypatch):
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(GOOD) + "\n", encoding="utf-8")

    assert main(["classify", str(file)]) == 0
    from_file = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(GOOD) + "\n{\n"))
    assert main(["classify"]) == 1
    assert capsys.readouterr().out.startswith(from_file)


def test_a_missing_file_is_told_without_traceback(capsys):
    assert main(["classify", "gibt-es-nicht.jsonl"]) == 2
    assert "gibt-es-nicht.jsonl" in capsys.readouterr().err


def test_score_prints_a_table_and_the_misses(tmp_path, capsys):
    right = {**GOOD, "expect": {"kind": "video", "platform": "zoom"}, "tags": ["kurz"]}
    wrong = {**GOOD, "id": "b", "expect": {"kind": "none", "platform": None, "url": None}}
    arguable = {**GOOD, "id": "c", "expect": {"kind": "none"}, "tags": ["contested"]}
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(map(json.dumps, (right, wrong, arguable))), encoding="utf-8")

    assert main(["classify", "--score", str(file)]) == 1
    table = capsys.readouterr().out
    assert "wrong links: 1" in table
    assert "b: kind: 'video' instead of 'none'" in table


def test_score_counts_the_other_right_answers():
    score = Score()
    expect = {"kind": "video", "url": "a", "accept": ["b"], "meeting_id": None, "alt_meeting_ids": ["x"]}
    score.add({"expect": expect}, {"kind": "video", "url": "b", "meeting_id": "x", "passcode": "any"})

    assert (score.plain.right, score.plain.total, score.wrong_urls) == (1, 1, 0)
