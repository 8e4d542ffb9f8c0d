"""All problems at once, each with its line, what was found, what is allowed and what to do; never a secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from noshowd.adapters.google.scopes import Scope
from noshowd.config.checks import BUILT_IN_LANGUAGES
from noshowd.config.load import inspect, load
from noshowd.config.model import Config, Mode
from noshowd.config.problems import Problem
from noshowd.runtime.builders.google import scopes
from noshowd.wording.languages import languages


def _one(report, key):
    [problem] = [p for p in (*report.problems, *report.warnings) if p.key == key]
    return problem


def test_a_small_configuration_is_enough(read, minimal):
    report = read(minimal)

    assert report.problems == ()
    assert report.warnings == ()
    assert report.config.mode is Mode.SHADOW
    assert report.config.person[0].slack == "anna"


def test_load_gives_the_configuration_or_the_problems(tmp_path, monkeypatch, minimal):
    for name in ("GOOGLE_KEY", "SLACK_BOT", "SLACK_APP"):
        monkeypatch.setenv(name, "x")
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(minimal)
    bad.write_text('mode = "loud"\n')

    assert isinstance(load(good), Config)
    problems = load(bad)
    assert isinstance(problems, list)
    assert [p.key for p in problems] == ["mode"]


def test_every_problem_is_told_at_once(read, minimal):
    report = read(
        'mode = "shaddow"\n'
        + minimal.replace("slack =", "slak =").replace('"Europe/Berlin"', '"Europe/Berln"')
        + '[[policy]]\nname = "a"\nmatch = { medium = ["fax"] }\njudging = { shortest_talk = "20" }\n'
    )

    found = {p.key: p for p in report.problems}
    assert set(found) == {
        "mode",
        "us.zone",
        "person[1].slak",
        "policy[1].match.medium[1]",
        "policy[1].judging.shortest_talk",
    }
    assert (found["mode"].line, found["mode"].found, found["mode"].nearest) == (1, '"shaddow"', '"shadow"')
    assert (found["us.zone"].line, found["us.zone"].nearest) == (4, "Europe/Berlin")
    assert (found["person[1].slak"].line, found["person[1].slak"].nearest) == (8, "slack")
    assert "min" in found["policy[1].judging.shortest_talk"].allowed
    assert all(p.do or p.allowed for p in report.problems)
    assert report.config is None


def test_what_clashes_is_told_together_with_what_cannot_be_read(read, minimal):
    report = read(
        minimal
        + '[[person]]\naddress = "no address"\n'
        + '[[person]]\naddress = "ben@beispiel-beratung.de"\naliases = ["anna@beispiel-beratung.de"]\n'
        + '[[policy]]\nname = "a"\n[[policy]]\nname = "a"\n'
    )

    assert {p.key for p in report.problems} == {"person[2].address", "person[3].aliases", "policy[2].name"}
    assert _one(report, "person[3].aliases").line == minimal.count("\n") + 5


def test_nobody_stands_on_both_sides(read, minimal):
    report = read(minimal.replace("[us]", '[us]\ntheirs = ["anna@beispiel-beratung.de"]'))

    assert "both sides" in _one(report, "person[1].address").message


@pytest.mark.parametrize(
    ("line", "allowed"),
    [('language = "Deutsch"', '"de"'), ('region = "Deutschland"', '"DE"'), ('holidays = "Bayern"', '"DE-BY"')],
)
def test_what_is_allowed_is_said_in_words(read, minimal, line, allowed):
    [problem] = read(minimal.replace("[us]", f"[us]\n{line}")).problems

    assert allowed in problem.allowed
    assert "^" not in problem.allowed


def test_a_list_of_tables_has_a_line_even_where_nobody_knows_it(read, minimal):
    problem = _one(read(minimal + '[[polcy]]\nname = "a"\n'), "polcy")

    assert (problem.line, problem.nearest) == (minimal.count("\n") + 1, "policy")


def test_two_brackets_too_many_are_understood(read):
    assert "[us]" in _one(read('[[us]]\nzone = "Europe/Berlin"\n'), "us").do


def test_a_missing_secret_is_told_together_with_other_mistakes(read, minimal):
    report = read(minimal.replace("GOOGLE_KEY", "NOT_SET") + 'typo = "x"\n')

    assert {p.key for p in report.problems} == {"account[1].key", "channel[1].typo"}
    assert "NOT_SET" in _one(report, "account[1].key").message


def test_a_key_in_the_wrong_table_is_sent_home(read, minimal):
    report = read(minimal.replace("[us]", '[us]\nstand_in = "ben@beispiel-beratung.de"'))

    assert "[person]" in _one(report, "us.stand_in").do


def test_one_bracket_too_few_is_understood(read):
    problem = _one(read('[person]\naddress = "a@b.de"\n'), "person")

    assert "[[person]]" in problem.do


@pytest.mark.parametrize(
    "line",
    [
        'key = "hunter2hunter2"',
        'key = { value = "hunter2hunter2" }',
        'key = { env = "hunter2 hunter2" }',
        'key = { credential = "a", file = "hunter2hunter2" }',
        'key = ["hunter2hunter2"]',
        'kee = "hunter2hunter2"\nkey = { env = "OTHER" }',
        'proxy = "http://anna:hunter2hunter2@proxy:1"\nkey = { env = "OTHER" }',
    ],
)
def test_what_may_be_a_secret_is_never_shown(read, minimal, line):
    report = read(minimal.replace('key = { env = "GOOGLE_KEY" }', line))

    assert report.problems
    assert "hunter2" not in "".join(map(str, report.problems)) + repr(report)


def test_a_password_in_the_address_of_the_database_is_refused_and_hidden(read, minimal):
    report = read(minimal + '[store]\nurl = "postgresql://noshowd:hunter2@db/noshowd"\n')

    assert "hunter2" not in str(_one(report, "store.url"))
    assert "store.password" in _one(report, "store.url").do


def test_broken_toml_names_line_and_column(read, minimal):
    [problem] = read(minimal + "kind = \n").problems

    assert (problem.line, problem.column) == (minimal.count("\n") + 1, 8)
    assert "TOML" in problem.message


def test_files_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "latin.toml").write_bytes('a = "ü"\nb = "ä"'.encode("latin-1"))
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    (tmp_path / "number.toml").write_text("a = " + "9" * 10_000)

    os.mkfifo(tmp_path / "pipe.toml")

    for name in ("absent.toml", ".", "latin.toml", "large.toml", "deep.toml", "number.toml", "pipe.toml"):
        report = inspect(tmp_path / name, environ={})
        assert report.config is None
        assert [isinstance(p, Problem) and bool(p.do) for p in report.problems] == [True], name


def test_names_that_lead_nowhere(read, minimal):
    report = read(
        minimal.replace('slack = "anna"', 'slack = "anna"\nstand_in = "bne@beispiel-beratung.de"')
        + '[[presence]]\nkind = "teams"\n[[presence]]\nkind = "teams"\n'
        + '[[person]]\naddress = "ben@beispiel-beratung.de"\naliases = ["anna@beispiel-beratung.de"]\n'
    )

    found = {p.key: p for p in report.problems}
    assert found["person[1].stand_in"].nearest == "ben@beispiel-beratung.de"
    assert found["presence[2].account"].allowed == "none is configured"
    assert found["presence[3].name"].found == '"teams"'
    assert "person[2].aliases" in found


def test_a_language_without_texts(read, minimal, tmp_path):
    text = minimal.replace("[us]", '[us]\nlanguage = "fr"')
    assert _one(read(text), "us.language").allowed == "de, en"

    (tmp_path / "texts" / "fr").mkdir(parents=True)
    assert read(text + '[wording]\ntemplates = "texts"\n').config.us.language == "fr"


def test_the_languages_that_come_with_noshowd_are_known():
    assert {name.partition("_")[0] for name in languages()} == set(BUILT_IN_LANGUAGES)


def test_nothing_to_watch_and_nobody_to_tell(read):
    assert {p.key for p in read("").problems} == {"account", "channel"}


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ('{ after = "5 min", send = "nudge" }', "when_they_are_missing"),
        ('{ after = "5 min", send = "recall_task", approval = "ask" }', "approval only with"),
        ('{ after = "5 min", send = "courtesy_message", every = "1 min" }', "every only with nudge"),
    ],
)
def test_steps_that_could_never_be_taken(read, minimal, step, says):
    [problem] = read(minimal + f'[[policy]]\nname = "a"\nwhen_they_are_missing = [{step}]\n').problems

    assert says in problem.allowed


@pytest.mark.parametrize("pattern", ["(a+)+", "(", "x{1,2}*", "a" * 201])
def test_patterns_that_are_broken_or_could_run_for_ever(read, minimal, pattern):
    [problem] = read(minimal + f"[[policy]]\nname = 'a'\nmatch = {{ title = '{pattern}' }}\n").problems

    assert problem.key == "policy[1].match.title"


def test_a_question_that_nobody_can_answer_is_a_warning(read, minimal):
    mail = '[[channel]]\nkind = "smtp"\nhost = "localhost"\nsender = "termine@beispiel-beratung.de"\n'
    slack = minimal.replace('app = { env = "SLACK_APP" }\n', "")

    assert "buttons lead nowhere" in _one(read(slack), "channel[1]").message
    assert "not answered" in _one(read(minimal + mail), "channel[2]").message
    assert not read(minimal + mail + '[web]\npublic_url = "https://termine.beispiel-beratung.de"\n').warnings
    imap = '[channel.replies]\nhost = "localhost"\nusername = "u"\npassword = { env = "OTHER" }\n'
    assert not read(minimal + mail + imap).warnings


def test_looking_less_often_than_absences_are_confirmed_is_a_warning(read, minimal):
    assert not read(minimal + '[run]\npoll_near = "5 min"\n').warnings
    [problem] = read(minimal + '[run]\npoll_near = "6 min"\n').warnings
    assert (problem.key, "5 min" in problem.do) == ("run.poll_near", True)
    hasty = '[[policy]]\nname = "kurz"\njudging = { confirm_at_least = "1 min" }\n'
    [problem] = read(minimal + hasty).warnings
    assert (problem.key, "1 min" in problem.do) == ("run.poll_near", True)


def test_live_without_anybody_to_approve_is_a_warning(read, minimal):
    report = read('mode = "live"\n' + minimal.replace('app = { env = "SLACK_APP" }\n', ""))

    assert any("approval" in p.message for p in report.warnings)
    assert any("no channel reaches guests" in p.message for p in report.warnings)


def test_drafts_need_a_mailbox_and_the_right_to_make_them(read, minimal):
    step = 'when_they_are_missing = [{ after = "20 min", send = "reschedule_offer", approval = "draft" }]\n'
    drafts = f'[[policy]]\nname = "drafts"\n{step}'
    [problem] = read(minimal + drafts).warnings
    assert (problem.key, "SMTP" in problem.message) == ("policy[1]", True)

    gmail = '[[channel]]\nkind = "gmail"\n[web]\npublic_url = "https://termine.beispiel-beratung.de"\n'
    report = read(minimal + gmail + drafts)
    assert not report.warnings
    assert Scope.DRAFT_MAIL in scopes(report.config, "google")
    assert Scope.DRAFT_MAIL not in scopes(read(minimal + gmail).config, "google")


def test_a_file_that_is_named_must_be_there(read, minimal, tmp_path):
    text = minimal + '[network]\nca_file = "own.pem"\n'
    assert _one(read(text), "network.ca_file").found == str(tmp_path / "own.pem")

    (tmp_path / "own.pem").touch()
    assert read(text).config.network.ca_file == tmp_path / "own.pem"


def test_a_vendor_that_is_to_call_us_needs_an_address_of_ours(read, minimal, tmp_path):
    (tmp_path / "key.pem").write_text("key", encoding="ascii")
    table = '[[presence]]\nkind = "sipgate_webhook"\nlines = ["+4989123456"]\n'
    table += f'public_key = "{tmp_path}/key.pem"\nname = '
    report = read(f'{minimal}\n{table}"a"\n{table}"b"\n')

    found = [p.key.partition(".")[2] for p in report.problems if p.key.startswith("presence")]
    assert sorted(found) == ["kind", "kind", "path"]


def test_call_records_say_where_and_which_way(read, minimal):
    table = '[[presence]]\nkind = "cdr"\nlines = ["+4989123456"]\n'
    for line, key in (
        ('database = "oracle://h/d"', "database"),
        ('database = "mysql://u:pass@h/d"', "database"),
        ('database = "sqlite:////x/cdr.db"\ncolumns = { direction = "way" }', ""),
    ):
        [problem] = [p for p in read(minimal + table + line).problems if p.key.startswith("presence")]
        assert problem.key.endswith(key)
        assert "pass" not in str(problem.found)
