"""Sign-in with the real msal against the simulated Entra."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import trustme

from adapters.microsoft.tenant import ANNA, CLIENT, NOBODY, SECRET, Tenant
from noshowd.adapters.microsoft.auth import refused
from noshowd.adapters.microsoft.calendar import GraphCalendar
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.adapters.microsoft.token_cache import load_cache
from noshowd.domain.entry import EntryRef
from noshowd.ports.calendar import Gone
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

RSA = trustme.KeyType.RSA
NOTHING = EntryRef(account="office", calendar=ANNA, entry_id="none")


async def test_a_secret_signs_in_and_the_token_is_used_again(tenant: Tenant) -> None:
    sign_in = tenant.sign_in()
    first = await sign_in.token()
    assert await sign_in.token() == first
    assert await sign_in.token(fresh=True) != first


async def test_a_certificate_signs_in(tenant: Tenant) -> None:
    issued = trustme.CA().issue_cert("noshowd.example", key_type=RSA)
    certificate = issued.cert_chain_pems[0].bytes().decode()
    tenant.application.certificate = certificate
    pem = issued.private_key_pem.bytes().decode() + certificate
    assert isinstance(await GraphCalendar(tenant.graph(secret=None, certificate=pem)).read(NOTHING), Gone)


async def test_somebody_elses_certificate_does_not(tenant: Tenant) -> None:
    ours, other = (trustme.CA().issue_cert("noshowd.example", key_type=RSA) for _ in range(2))
    tenant.application.certificate = ours.cert_chain_pems[0].bytes().decode()
    pem = other.private_key_pem.bytes().decode() + other.cert_chain_pems[0].bytes().decode()
    with pytest.raises(CredentialsLost, match="AADSTS700027"):
        await GraphCalendar(tenant.graph(secret=None, certificate=pem)).read(NOTHING)


async def test_a_key_entra_cannot_use_is_permanent(tenant: Tenant) -> None:
    issued = trustme.CA().issue_cert("noshowd.example", key_type=trustme.KeyType.ECDSA)
    pem = (issued.private_key_pem.bytes() + issued.cert_chain_pems[0].bytes()).decode()
    with pytest.raises(Permanent, match="RSA key"):
        await GraphCalendar(tenant.graph(secret=None, certificate=pem)).read(NOTHING)


async def test_the_file_is_trusted_whatever_the_environment_says(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """REQUESTS_CA_BUNDLE would overrule it in msal's own client."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(variable, str(other))
    assert isinstance(await GraphCalendar(tenant.graph()).read(NOTHING), Gone)


async def test_without_the_file_the_server_is_not_trusted(tenant: Tenant) -> None:
    with pytest.raises(Temporary, match="sign-in not reached"):
        await GraphCalendar(tenant.graph(ca_file=None)).read(NOTHING)


async def test_a_file_that_is_not_there_is_named(tenant: Tenant, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=r"gone\.pem cannot be read"):
        await GraphCalendar(tenant.graph(ca_file=tmp_path / "gone.pem")).read(NOTHING)


async def test_starting_without_network_raises_nothing_and_later_works(tenant: Tenant) -> None:
    offline = tenant.sign_in(authority=NOBODY)
    with pytest.raises(Temporary):
        await offline.token()
    assert await tenant.sign_in().token()


async def test_a_withdrawn_secret_is_lost_and_a_new_one_found_at_once(tenant: Tenant) -> None:
    """Msal remembers a failure for a minute; a person who mended it should not wait."""
    calendar = GraphCalendar(tenant.graph())
    assert isinstance(await calendar.read(NOTHING), Gone)
    tenant.sim.withdraw_secret(CLIENT)
    for _ in range(2):
        with pytest.raises(CredentialsLost, match="invalid_client AADSTS7000222"):
            await calendar.read(NOTHING)
    tenant.sim.give_secret(CLIENT, SECRET)
    assert isinstance(await calendar.read(NOTHING), Gone)


async def test_an_ended_token_is_renewed_without_a_word(tenant: Tenant) -> None:
    calendar = GraphCalendar(tenant.graph())
    await calendar.read(NOTHING)
    tenant.sim.entra.end_tokens(CLIENT)
    assert isinstance(await calendar.read(NOTHING), Gone)


async def test_a_token_that_is_never_accepted_is_lost(tenant: Tenant) -> None:
    from noshowd.demo.vendors.microsoft.faults import Fault

    tenant.sim.faults.standing = Fault(status=401, code="InvalidAuthenticationToken")
    with pytest.raises(CredentialsLost, match="no longer accepts"):
        await GraphCalendar(tenant.graph()).read(NOTHING)


@pytest.mark.parametrize("authority", ["http://127.0.0.1:9", "not an address"])
async def test_an_authority_msal_refuses_is_permanent(tenant: Tenant, authority: str) -> None:
    with pytest.raises(Permanent, match="check tenant, authority"):
        await tenant.sign_in(authority=authority).token()


async def test_neither_secret_nor_certificate_is_permanent(tenant: Tenant) -> None:
    with pytest.raises(Permanent, match="neither a certificate nor a secret"):
        await tenant.sign_in(secret=None).token()


async def test_a_wrong_scope_is_permanent(tenant: Tenant) -> None:
    with pytest.raises(Permanent, match="invalid_scope"):
        await tenant.sign_in(graph_url="https://graph.example/v1.0").token()


async def test_tokens_are_kept_in_a_file_only_the_owner_reads(tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    first = await tenant.sign_in(token_cache=file).token()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await tenant.sign_in(token_cache=file).token() == first


def test_a_torn_token_file_is_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text('{"AccessToken": {', encoding="utf-8")
    assert not load_cache(file).has_state_changed


def test_refusals_keep_the_number_and_nothing_else() -> None:
    error = refused({"error": "temporarily_unavailable", "error_description": "AADSTS90033: of anna@firm.example"})
    assert isinstance(error, Temporary)
    assert error.reason == "sign-in refused: temporarily_unavailable AADSTS90033"


def test_a_secret_is_not_shown() -> None:
    shown = repr(MicrosoftSettings(account="a", tenant="t", client_id="c", mailboxes=(ANNA,), secret=SECRET))
    assert SECRET not in shown
