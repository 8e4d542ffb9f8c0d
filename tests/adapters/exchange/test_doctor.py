"""What `noshowd doctor` tells of an Exchange server, and what the configuration refuses beforehand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from adapters.exchange.house import ANNA, BEN, NOBODY, NOW, House
from noshowd.adapters.exchange.check import check
from noshowd.config.accounts import ExchangeAccount
from noshowd.demo.vendors.exchange.simulation import Trouble
from noshowd.ports.check import Grade


async def test_everything_that_is_read_is_tried(house: House) -> None:
    found = await check(house.server(), now=NOW)
    assert {one.grade for one in found} == {Grade.GOOD}
    assert [one.what for one in found] == [
        f"calendar of {ANNA}",
        f"tasks of {ANNA}",
        f"calendar of {BEN}",
        f"tasks of {BEN}",
        "free and busy",
    ]


async def test_a_missing_right_is_told_with_its_cmdlets(house: House) -> None:
    house.sim.standing = Trouble(code="ErrorImpersonateUserDenied")
    told = (await check(house.server(), now=NOW))[0]
    assert told.grade is Grade.BAD
    assert "New-ManagementRoleAssignment -Name noshowd -Role ApplicationImpersonation" in told.do
    assert "-CustomRecipientWriteScope noshowd" in told.do
    assert f"-Members {ANNA}, {BEN}" in told.do


async def test_a_wrong_password_is_told(house: House) -> None:
    told = (await check(house.server(password="other"), now=NOW))[0]
    assert told.grade is Grade.BAD
    assert "its password" in told.do


async def test_nobody_there_is_asked_once(house: House) -> None:
    (told,) = await check(house.server(endpoint=NOBODY), now=NOW)
    assert told.grade is Grade.UNREACHED


async def test_nothing_is_written_while_trying(house: House) -> None:
    await check(house.server(), now=NOW)
    assert not house.sim.store.items


@pytest.mark.parametrize("host", ["outlook.office365.com", "eas.outlook.com", "outlook.office365.us"])
def test_exchange_online_is_refused_with_the_way_to_go(host: str) -> None:
    with pytest.raises(ValidationError, match="Exchange Online") as caught:
        ExchangeAccount.model_validate(
            {
                "kind": "exchange",
                "endpoint": f"https://{host}/EWS/Exchange.asmx",
                "username": "x",
                "password": {"env": "X"},
                "mailboxes": [ANNA],
            }
        )
    assert 'kind = "microsoft"' in str(caught.value.errors()[0]["ctx"]["do"])
