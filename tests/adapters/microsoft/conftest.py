from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.microsoft.tenant import Socket, Tenant, make_tenant, socket


@pytest.fixture(scope="session")
def microsoft_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Socket]:
    with socket(tmp_path_factory.mktemp("certificates")) as found:
        yield found


@pytest.fixture
async def tenant(microsoft_socket: Socket) -> AsyncIterator[Tenant]:
    made = make_tenant(microsoft_socket)
    yield made
    await made.close()
