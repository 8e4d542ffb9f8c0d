"""`noshowd auth microsoft`: one person signs in by device code, and the daemon goes on with what that left."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from adapters.microsoft.tenant import ANNA, BEN, CLIENT, NOBODY, TENANT, Tenant
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.channel import PlainMail
from noshowd.cli.main import main
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import Gone
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.errors import CredentialsLost, Permanent

CONFIG = """
[us]
domains = ["firm.example"]

[store]
url = "sqlite:///{folder}/noshowd.db"

[[person]]
address = "anna@firm.example"

[[account]]
kind = "microsoft"
tenant = "{tenant}"
client_id = "{client}"
{sign_in}
mailboxes = ["anna@firm.example"]
rights = {rights}
authority = "{url}"
graph_url = "{url}/v1.0"
instance_discovery = false
ca_file = "{ca_file}"

[[channel]]
kind = "microsoft_mail"
"""
NOTHING = EntryRef(account="microsoft", calendar=ANNA, entry_id="none")


class Place:
    """A configuration, and the command run on it."""

    def __init__(self, folder: Path, tenant: Tenant) -> None:
        self.folder = folder
        self.tenant = tenant
        self.kept = folder / "microsoft-sign-in.json"
        self.write()

    def write(self, *, sign_in: str = 'sign_in = "person"', rights: str = "[]", url: str = "") -> None:
        about = {"tenant": TENANT, "client": CLIENT, "sign_in": sign_in, "rights": rights, "folder": self.folder}
        reach = {"url": url or self.tenant.settings.authority, "ca_file": self.tenant.settings.ca_file}
        (self.folder / "noshowd.toml").write_text(CONFIG.format(**about, **reach))

    def auth(self, *more: str) -> int:
        return main(["auth", "microsoft", "-c", str(self.folder / "noshowd.toml"), *more])

    def graph_settings(self) -> dict[str, object]:
        return {"secret": None, "person": ANNA, "token_cache": self.kept, "account": "microsoft", "mailboxes": (ANNA,)}


@pytest.fixture
def place(tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    tenant.sim.entra.devices.waiting = ANNA
    return Place(tmp_path, tenant)


async def test_a_code_signs_in_and_the_daemon_goes_on(
    place: Place, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.auth() == 0
    told = capsys.readouterr().out
    assert "enter the code H7K2" in told
    assert str(place.kept) in told
    assert stat.S_IMODE(place.kept.stat().st_mode) == 0o600
    graph = tenant.graph(**place.graph_settings())
    assert isinstance(await GraphCalendar(graph).read(NOTHING), Gone)
    mail = PlainMail(graph, tenant.clock, name="mail", mailbox=ANNA)
    to = Recipient(address="guest@customer.example")
    await mail.send(Parcel(key="1", carries=Carries.TO_GUESTS, recipient=to, subject="Hello", text="Hello"))
    assert len(tenant.sim.mail.sent) == 1
    assert tenant.sim.calls[-1].path == "/me/sendMail"


async def test_an_ended_token_is_renewed_by_the_refresh_token(place: Place, tenant: Tenant) -> None:
    place.auth()
    calendar = GraphCalendar(tenant.graph(**place.graph_settings()))
    await calendar.read(NOTHING)
    before = place.kept.read_text()
    tenant.sim.entra.end_tokens(CLIENT)
    assert isinstance(await calendar.read(NOTHING), Gone)
    assert place.kept.read_text() != before
    assert stat.S_IMODE(place.kept.stat().st_mode) == 0o600


async def test_a_changed_password_needs_a_new_sign_in_and_says_how(place: Place, tenant: Tenant) -> None:
    place.auth()
    calendar = GraphCalendar(tenant.graph(**place.graph_settings()))
    await calendar.read(NOTHING)
    tenant.sim.entra.end_tokens(CLIENT)
    tenant.sim.entra.devices.forget()
    with pytest.raises(CredentialsLost):
        await calendar.read(NOTHING)
    place.auth()  # and without a restart
    assert isinstance(await calendar.read(NOTHING), Gone)


async def test_before_the_first_sign_in_the_daemon_says_what_to_type(place: Place, tenant: Tenant) -> None:
    with pytest.raises(CredentialsLost, match="noshowd auth microsoft --account microsoft"):
        await GraphCalendar(tenant.graph(**place.graph_settings())).read(NOTHING)


async def test_a_mailbox_of_somebody_else_needs_to_be_shared(place: Place, tenant: Tenant) -> None:
    place.auth()
    ref = EntryRef(account="microsoft", calendar=BEN, entry_id="none")
    with pytest.raises(Permanent, match="403"):
        await GraphCalendar(tenant.graph(**place.graph_settings())).read(ref)


@pytest.mark.parametrize(
    ("rights", "scopes"),
    [
        ("[]", {"Calendars.Read", "Mail.Send", "User.Read"}),
        ('["tasks", "move_events"]', {"Calendars.ReadWrite", "Mail.Send", "Tasks.ReadWrite", "User.Read"}),
    ],
)
def test_only_what_is_switched_on_is_asked_for(place: Place, tenant: Tenant, rights: str, scopes: set[str]) -> None:
    place.write(rights=rights)
    assert place.auth() == 0
    (holder,) = tenant.sim.entra.holders()
    assert holder.scopes == scopes


def test_what_was_not_given_is_named_with_what_it_costs(
    place: Place, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    place.write(rights='["tasks"]')
    tenant.sim.entra.devices.unticked = frozenset({"Tasks.ReadWrite"})
    assert place.auth() == 1
    assert "Not granted: Tasks.ReadWrite\n  Recall tasks come as a message" in capsys.readouterr().out


def test_somebody_else_is_not_taken_for_the_person(
    place: Place, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant.sim.entra.devices.waiting = BEN
    assert place.auth() == 3
    assert f"{BEN} signed in, and the configuration names {ANNA}" in capsys.readouterr().err
    assert not place.kept.exists()


@pytest.mark.parametrize(
    ("number", "advice"),
    [(53003, "conditional access"), (530036, "blocks the device code flow"), (65001, "administrator to consent")],
)
def test_a_policy_of_the_tenant_is_named(
    place: Place, tenant: Tenant, number: int, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant.sim.entra.devices.refused_with = number
    assert place.auth() == 3
    told = capsys.readouterr().err
    assert advice in told
    assert "Nothing was changed" in told


def test_a_registration_without_public_flows_is_named(
    place: Place, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant.application.public = False
    assert place.auth() == 3
    assert "allow public client flows" in capsys.readouterr().err


def test_a_code_that_nobody_types_runs_out(place: Place, tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    tenant.sim.entra.devices.waiting = None
    assert place.auth() == 3
    assert "nobody signed in within the time" in capsys.readouterr().err


def test_no_network_is_no_traceback(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(url=NOBODY)
    assert place.auth() == 3
    assert "was not reached" in capsys.readouterr().err


def test_an_application_needs_no_person(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.write(sign_in='secret = { env = "NOWHERE" }')
    assert place.auth() == 2
    assert 'sign_in = "person"' in capsys.readouterr().err


def test_an_account_that_is_not_there_is_named(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.auth("--account", "other") == 2
    assert "there is: microsoft" in capsys.readouterr().err
