"""What `noshowd doctor` finds: clocks, certificates, sources, and gaps of our own people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from noshowd.config.model import Config
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.evidence import Blind, SourceTraits
from noshowd.domain.installation import Mark
from noshowd.ports.check import Finding, Grade
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.clock import SystemClock
from noshowd.runtime.doctor import examine, gaps, installations, one_way_only, proves, unseen
from noshowd.runtime.reach import addresses
from noshowd.story.clock import FakeClock

ANNA, BEN = "anna@us.example", "ben@us.example"
LINE = "+49 89 23714480"


def config(**more: object) -> Config:
    people = [{"address": ANNA, "stand_in": BEN}, {"address": BEN, "stand_in": ANNA}]
    return Config.model_validate({"us": {"domains": ["us.example"]}, "person": people, **more})


def sipgate(url: str, **more: object) -> dict[str, object]:
    return {"kind": "sipgate", "token_id": "token-1", "token": {"env": "NOSHOWD_TEST_TOKEN"}, "url": url, **more}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Something that answers over TLS with the time of this machine; its authority lies in `ca.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "chain.pem"))
    monkeypatch.setenv("NOSHOWD_TEST_TOKEN", "secret-of-a-test")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with SimulatedGoogle(lambda: now, certificate=str(tmp_path / "chain.pem")) as simulated:
        yield simulated.url


async def server_finding(given: Config, folder: Path, clock: SystemClock | FakeClock) -> Finding:
    bench = Bench(given, folder=folder, state=folder, clock=clock, signing_key=b"key")
    try:
        found = await examine(bench)
    finally:
        await bench.close()
    return next(one for one in found["presence sipgate"] if one.what.startswith("server "))


async def test_a_clock_that_is_off_is_told_with_how_much(server: str, tmp_path: Path):
    given = config(presence=[sipgate(server, ca_file=str(tmp_path / "ca.pem"))])
    clock = FakeClock(SystemClock().now() - timedelta(minutes=5))
    found = await server_finding(given, tmp_path, clock)
    assert found.grade is Grade.BAD
    assert "behind" in found.says
    right = await server_finding(given, tmp_path, SystemClock())
    assert right.grade is Grade.GOOD


async def test_a_certificate_that_is_not_trusted_is_told_with_file_and_host(server: str, tmp_path: Path):
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    other = str(tmp_path / "other.pem")
    found = await server_finding(config(presence=[sipgate(server, ca_file=other)]), tmp_path, SystemClock())
    assert found.grade is Grade.BAD
    assert other in found.says
    assert "127.0.0.1:" in found.what


def test_only_servers_of_what_is_switched_on_are_asked():
    given = config(account=[{"kind": "google", "calendars": [ANNA], "key": {"env": "KEY"}}])
    assert addresses(given.account[0], given) == ["https://www.googleapis.com/calendar/v3"]


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        (SourceTraits(name="x", presence_only=True), "never that somebody was not"),
        (SourceTraits(name="x", ended_only=True), "nothing about the present"),
        (SourceTraits(name="x"), "between two looks"),
        (SourceTraits(name="x", keeps_history=True, blind=frozenset({Blind.DIAL_IN})), "dial in by telephone"),
    ],
    ids=["presence only", "ended only", "the moment", "blind"],
)
def test_a_source_is_told_with_what_it_cannot_prove(traits: SourceTraits, words: str):
    assert words in proves(traits).says


def test_gaps_of_a_person_are_named():
    slack = {"kind": "slack", "bot": {"env": "BOT"}}
    given = config(
        person=[{"address": ANNA, "lines": [LINE]}, {"address": BEN}],
        channel=[slack],
        presence=[sipgate("https://127.0.0.1", lines=["+49 89 99999999"])],
    )
    anna, ben = ([gap.what for gap in gaps(person, given)] for person in given.person)
    assert anna == ["no stand-in", "no Slack name", "lines that are not seen", "line +498923714480", "no calendar"]
    assert ben == ["no stand-in", "no Slack name", "no telephone lines", "no calendar"]


def test_a_channel_without_another_is_a_gap():
    slack = {"kind": "slack", "bot": {"env": "BOT"}}
    mail = {"kind": "smtp", "host": "mail.example.org", "sender": "noshowd@example.org"}
    assert [one.what for one in one_way_only(config(channel=[slack]))] == ["one channel only"]
    assert not [*one_way_only(config(channel=[slack, mail]))]


def test_without_any_source_every_appointment_is_a_question() -> None:
    assert [one.what for one in unseen(config())] == ["no source"]
    assert not [*unseen(config(presence=[{"kind": "google_meet"}]))]


def test_nothing_is_said_of_a_person_without_gaps():
    account = {"kind": "google", "calendars": [ANNA], "key": {"env": "KEY"}}
    assert list(gaps(config(account=[account]).person[0], config(account=[account]))) == []


def test_addresses_that_only_others_ask_are_not_tried():
    """Microsoft reads the vault, and a scope is a name."""
    teams = {
        "kind": "teams",
        "account": "microsoft",
        "event_hub": {"env": "HUB"},
        "event_hub_vault": "https://us.vault.azure.net/secrets/graph",
    }
    given = Config.model_validate({"us": {"domains": ["us.example"]}, "presence": [teams]})
    assert addresses(given.presence[0], given) == []


GOOGLE = {"kind": "google", "name": "work", "calendars": [ANNA], "key": {"env": "KEY"}}


class Marks:
    """A calendar in which these installations have left their marks."""

    account = "work"

    def __init__(self, *marks: Mark) -> None:
        self.left = marks

    async def marks(self, _calendar: str) -> tuple[Mark, ...]:
        return self.left

    async def leave(self, _calendar: str, _mark: Mark) -> None:
        raise AssertionError("doctor changes nothing")

    async def take_away(self, _calendar: str, _installation: str) -> None:
        raise AssertionError("doctor changes nothing")


@pytest.mark.parametrize(
    ("left", "grade", "words"),
    [
        (None, Grade.GAP, "would not be noticed"),
        ((), Grade.GOOD, "was not tried"),
        (("aaaa1111", "bbbb2222"), Grade.GAP, "aaaa1111 (last on 2026-03-02), bbbb2222"),
        (("aaaa1111",), Grade.GOOD, "so far by aaaa1111"),
    ],
    ids=["no right", "none yet", "several", "one"],
)
async def test_whether_another_installation_would_be_noticed_is_told(
    tmp_path: Path, left: tuple[str, ...] | None, grade: Grade, words: str
):
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    bench = Bench(config(account=[GOOGLE]), folder=tmp_path, state=tmp_path, clock=FakeClock(now), signing_key=b"key")
    made = Adapters(watched=[("work", ANNA)])
    if left is not None:
        made.marks["work"] = Marks(*(Mark(installation=one * 4, left=now) for one in left))
    [found] = await installations(bench, made, "work")
    assert found.grade is grade
    assert words in found.says
