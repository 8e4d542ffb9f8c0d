"""Doctor on Slack: the token, and whom of our people it finds."""

from __future__ import annotations

import pytest

from contract.channel_clock import SteppingClock
from noshowd.adapters.slack.check import check
from noshowd.adapters.slack.client import Connection
from noshowd.demo.vendors.slack.server import SlackServer
from noshowd.ports.channel import Recipient
from noshowd.ports.check import Grade

ANNA = Recipient(address="anna@example.com")


async def grades(*people: Recipient, elsewhere: bool, token: str = "xoxb-simulated-bot") -> list[Grade]:
    clock = SteppingClock()
    with SlackServer(clock.now) as server:
        server.workspace.add_user("anna", "anna@example.com")
        connection = Connection(base_url=server.url)
        return [one.grade for one in await check(token, connection, clock, people, elsewhere=elsewhere)]


@pytest.mark.parametrize(
    ("slack", "elsewhere", "grade"),
    [(None, True, Grade.GAP), (None, False, Grade.BAD), ("misspelt", True, Grade.BAD)],
)
async def test_who_is_not_in_slack_is_no_failure_where_mail_reaches_them(
    slack: str | None, elsewhere: bool, grade: Grade
) -> None:
    clara = Recipient(address="clara@example.com", slack=slack)
    assert await grades(ANNA, clara, elsewhere=elsewhere) == [Grade.GOOD, Grade.GOOD, grade]


async def test_nobody_is_looked_for_with_a_token_that_is_not_accepted() -> None:
    assert await grades(ANNA, elsewhere=True, token="xoxb-revoked") == [Grade.BAD]
