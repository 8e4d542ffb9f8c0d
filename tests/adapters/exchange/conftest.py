from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.exchange.house import House, Socket, make_house
from noshowd.demo.vendors.serving import LoopbackServer


@pytest.fixture(scope="session")
def exchange_socket() -> Iterator[tuple[LoopbackServer, Socket]]:
    at = Socket()
    with LoopbackServer(at) as server:
        yield server, at


@pytest.fixture
def house(exchange_socket: tuple[LoopbackServer, Socket]) -> Iterator[House]:
    made = make_house(*exchange_socket)
    yield made
    made.close()
