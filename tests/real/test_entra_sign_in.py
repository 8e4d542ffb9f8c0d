"""The token flow of msal against `emulate`, an Entra that is not ours, behind TLS as msal wants it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from noshowd.adapters.microsoft.auth import SignIn
from noshowd.adapters.microsoft.settings import MicrosoftSettings
from noshowd.adapters.microsoft.vouching import Voucher
from noshowd.demo.vendors.microsoft.certificates import Certificates, certificates
from noshowd.ports.errors import CredentialsLost
from noshowd.runtime.clock import SystemClock
from real.emulation import emulation, free_port

pytestmark = pytest.mark.real
SEED = """
microsoft:
  users:
    - email: anna@firm.example
      name: Anna Meier
  oauth_clients:
    - client_id: noshowd-test
      client_secret: s3cret
      name: noshowd
      redirect_uris:
        - http://localhost:3000/
"""


@pytest.fixture
def files(tmp_path: Path) -> Certificates:
    return certificates(tmp_path)


@pytest.fixture
def entra(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Port of the running emulation, and the port at which it believes to be reached."""
    front = free_port()
    well_known = "/firm/v2.0/.well-known/openid-configuration"
    base = f"https://127.0.0.1:{front}"
    with emulation(tmp_path, "microsoft", SEED, "--base-url", base, path=well_known) as port:
        yield port, front


@pytest_asyncio.fixture
async def settings(entra: tuple[int, int], files: Certificates) -> AsyncIterator[MicrosoftSettings]:
    """TLS in front of it, with an authority of its own."""
    port, front = entra
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.private_key)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))

    async with await asyncio.start_server(forward, "127.0.0.1", front, ssl=context):
        url = f"https://127.0.0.1:{front}"
        yield MicrosoftSettings(
            account="office",
            tenant="firm",
            client_id="noshowd-test",
            secret="s3cret",
            mailboxes=("anna@firm.example",),
            authority=url,
            graph_url=f"{url}/v1.0",
            instance_discovery=False,
            ca_file=files.ca_file,
        )


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        writer.close()
        await writer.wait_closed()


async def test_an_application_signs_in_keeps_its_token_and_gets_a_fresh_one(settings: MicrosoftSettings) -> None:
    sign_in = SignIn(settings)
    try:
        first = await sign_in.token()
        assert await sign_in.token() == first
        assert await sign_in.token(fresh=True)
    finally:
        sign_in.close()


async def test_a_wrong_secret_is_lost(settings: MicrosoftSettings) -> None:
    from dataclasses import replace

    sign_in = SignIn(replace(settings, secret="other"))
    try:
        with pytest.raises(CredentialsLost):
            await sign_in.token()
    finally:
        sign_in.close()


async def test_published_keys_are_read(settings: MicrosoftSettings) -> None:
    """The tenant and the keys against which notifications are checked; a foreign token is none of Microsoft's."""
    voucher, now = Voucher(settings), SystemClock().now()
    assert await voucher.tenant(now) == "firm"
    assert await voucher.refusal(["a.b.c"], now, now) == "a validation token is not Microsoft's, or not for us"
