"""From the configuration to adapters: each opt-in switches on what it names, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.microsoft.teams_world import meeting_at
from adapters.microsoft.tenant import ANNA
from contract.presence_suite import START
from noshowd.adapters.microsoft.channel import DraftedMail, PlainMail
from noshowd.adapters.microsoft.rights import Right
from noshowd.config.accounts import MicrosoftAccount
from noshowd.config.load import inspect
from noshowd.config.model import Config
from noshowd.domain.evidence import SourceTraits
from noshowd.domain.policy import Policy
from noshowd.domain.timing import first_source_look
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.catalogue import build
from noshowd.runtime.clock import SystemClock


def account(**more: object) -> dict[str, object]:
    about = {"kind": "microsoft", "tenant": "firm.example", "client_id": "app", "mailboxes": [ANNA]}
    return about | {"secret": {"env": "NOSHOWD_TEST_SECRET"}} | more


def made(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: object) -> Adapters:
    monkeypatch.setenv("NOSHOWD_TEST_SECRET", "s")
    config = Config.model_validate(
        {
            "us": {"domains": ["firm.example"]},
            "account": [account(**more)],
            "presence": [{"kind": "teams"}],
            "channel": [{"kind": "microsoft_mail"}],
            "web": {"public_url": "https://noshowd.firm.example"},
        }
    )
    return build(Bench(config, folder=folder, state=folder, clock=SystemClock(), signing_key=b"key"))


def test_the_smallest_step_reads_calendars_and_sends_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(tmp_path, monkeypatch)
    assert set(found.calendars) == set(found.free_busy) == {"microsoft"}
    assert not found.presences
    assert not found.writers
    assert not found.webhooks
    assert [type(one) for one in found.channels] == [PlainMail]


def test_each_opt_in_switches_on_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(tmp_path, monkeypatch, rights=[right.value for right in Right])
    assert set(found.presences) == {"teams_reports", "teams_live", "teams_chat"}
    assert [hook.path for hook in found.webhooks] == ["/webhooks/teams"]
    assert set(found.writers) == {"microsoft"}
    assert [type(one) for one in found.channels] == [DraftedMail]


def test_the_secret_of_notifications_is_the_same_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (made(tmp_path, monkeypatch, rights=["live_roster"]).webhooks[0] for _ in range(2))
    assert vars(first)["_secret"] == vars(second)["_secret"]


def test_whoever_has_to_be_told_to_listen_is_asked_before_the_start() -> None:
    meeting = meeting_at("https://teams.microsoft.com/l/meetup-join/x")
    now = START - timedelta(hours=5)
    early = timedelta(minutes=15)
    listens = SourceTraits(name="live", keeps_history=True, prepares=timedelta(hours=1))
    looks = SourceTraits(name="history", keeps_history=True)
    assert first_source_look(meeting, looks, Policy(), now) == START
    assert first_source_look(meeting, listens, Policy(), now) == START - early


@pytest.mark.parametrize(
    ("cloud", "authority", "graph"),
    [
        ("us_gov", "https://login.microsoftonline.us", "https://graph.microsoft.us/v1.0"),
        ("us_dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us/v1.0"),
        ("china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0"),
    ],
)
def test_a_national_cloud_has_its_own_addresses(cloud: str, authority: str, graph: str) -> None:
    found = MicrosoftAccount.model_validate(account(cloud=cloud))
    assert (found.authority, found.graph_url) == (authority, graph)
    own = MicrosoftAccount.model_validate(account(cloud=cloud, graph_url="https://graph.firm.example/v1.0"))
    assert own.graph_url == "https://graph.firm.example/v1.0"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"cloud": "china", "rights": ["tasks", "move_events"]}, "cloud china has no tasks"),
        ({"cloud": "us_gov", "rights": ["live_roster"]}, "cloud us_gov has no live_roster"),
        ({"sign_in": "person", "secret": None, "rights": ["live_roster"]}, "to an application only"),
        ({"sign_in": "person"}, "no secret and no certificate"),
        ({"secret": None}, "secret or certificate"),
        ({"rights": ["everything"]}, "attendance_reports"),
    ],
)
def test_what_cannot_be_had_is_said_at_once(more: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MicrosoftAccount.model_validate(account(**more))


TOML = """
[us]
domains = ["firm.example"]

[[account]]
kind = "microsoft"
tenant = "firm.example"
client_id = "app"
secret = { env = "SECRET" }
mailboxes = ["anna@firm.example"]
rights = RIGHTS

[[account]]
kind = "exchange"
endpoint = "https://mail.firm.example/EWS/Exchange.asmx"
username = "noshowd"
password = { env = "SECRET" }
mailboxes = ["ANNA@firm.example", "ben@firm.example"]

[[presence]]
kind = "teams"

[[tasks]]
kind = "microsoft_todo"
account = "microsoft"

[[channel]]
kind = "exchange_mail"
"""


@pytest.mark.parametrize(
    ("rights", "found"),
    [
        ("[]", {"presence[1].kind", "tasks[1].kind", "account[2].mailboxes"}),
        ('["attendance_reports", "tasks"]', {"account[2].mailboxes"}),
        ('["live_roster", "tasks"]', {"presence[1].kind", "account[2].mailboxes"}),
    ],
)
def test_what_cannot_work_together_is_told_all_at_once(tmp_path: Path, rights: str, found: set[str]) -> None:
    """No right by the way, no notifications without a way in, and no mailbox in two accounts."""
    file = tmp_path / "noshowd.toml"
    file.write_text(TOML.replace("RIGHTS", rights), encoding="utf-8")
    problems = inspect(file, environ={"SECRET": "s"}).problems
    assert {problem.key for problem in problems} == found
