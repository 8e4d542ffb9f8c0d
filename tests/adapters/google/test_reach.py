"""How Google is reached: own authorities, a proxy, and nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pytest
import trustme

from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.free_busy import GoogleFreeBusy
from noshowd.adapters.google.settings import Endpoints, GoogleAccount
from noshowd.adapters.google.tasks import GoogleTasks
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.spans import Span
from noshowd.ports.channel import Carries, Parcel, Recipient
from noshowd.ports.errors import Temporary

ANNA = "anna@beispiel-beratung.de"
DAY = Span(start=datetime(2026, 3, 24, tzinfo=UTC), end=datetime(2026, 3, 25, tzinfo=UTC))


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, str]:
    made = trustme.CA()
    file = tmp_path / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return made, str(file)


@pytest.fixture
def behind_tls(wall, authority, tmp_path: Path) -> Iterator[SimulatedGoogle]:
    chain = tmp_path / "chain.pem"
    authority[0].issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(chain))
    with SimulatedGoogle(wall.now, certificate=str(chain)) as simulated:
        simulated.add_person(ANNA, "Anna Muster")
        yield simulated


def account_at(google: SimulatedGoogle, **changed) -> GoogleAccount:
    plain = GoogleAccount(
        name="work",
        key=google.access.service_account(),
        mailbox=ANNA,
        domains=frozenset({"beispiel-beratung.de"}),
        endpoints=Endpoints.at(google.url),
        timeout=5,
    )
    return replace(plain, **changed)


async def ask(account: GoogleAccount) -> bool:
    client = GoogleClient(account)
    try:
        (anna,) = await GoogleFreeBusy(client).busy((ANNA,), DAY)
    finally:
        client.close()
    return anna.known


async def test_ones_own_authority_is_trusted_for_tokens_and_answers_alike(behind_tls, authority):
    assert await ask(account_at(behind_tls, ca_file=authority[1]))


async def test_an_authority_nobody_named_is_not_trusted(behind_tls):
    with pytest.raises(Temporary):
        await ask(account_at(behind_tls))
    assert behind_tls.token_requests == 0


async def test_everything_goes_through_the_proxy_where_one_is_named(google: SimulatedGoogle):
    with Tunnel() as proxy:
        assert await ask(account_at(google, proxy=proxy.url))
    host, _, port = google.url.removeprefix("http://").partition(":")
    assert set(proxy.asked) == {f"CONNECT {host}:{port} HTTP/1.1"}


async def test_a_proxy_that_is_not_there_is_temporary(google: SimulatedGoogle):
    with Tunnel() as proxy:
        pass
    with pytest.raises(Temporary) as caught:
        await ask(account_at(google, proxy=proxy.url))
    assert not caught.value.uncertain


async def test_a_send_that_never_got_a_connection_has_surely_not_left(google: SimulatedGoogle, wall):
    """Google answers; between it and us the connections are cut once we are signed in."""
    client = GoogleClient(account_at(google))
    tasks = GoogleTasks(client, wall)
    parcel = Parcel(key="k", carries=Carries.TASKS, recipient=Recipient(address=ANNA), subject="x", text="x")
    await tasks.verify(parcel)
    google.unplug()
    with pytest.raises(Temporary, match="unreachable") as caught:
        await tasks.send(parcel)
    assert not caught.value.uncertain
    client.close()


class Tunnel:
    """An HTTP proxy that knows CONNECT."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join(5)
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.split(b"\r\n")[0].decode())
            host, _, port = head.split()[1].decode().partition(":")
            server = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
