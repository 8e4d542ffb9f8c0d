"""Tries Slack for real: the token, and whom of our people it finds. Nobody is written to."""

from __future__ import annotations

from collections.abc import Sequence

from noshowd.adapters.slack.client import Connection, call
from noshowd.adapters.slack.directory import Directory
from noshowd.ports.channel import Recipient
from noshowd.ports.check import Finding, Grade, tried
from noshowd.ports.clock import Clock

_NAME_THEM = 'Give the [[person]] slack = "handle" or the id of the user.'


async def check(
    token: str, connection: Connection, clock: Clock, people: Sequence[Recipient], *, elsewhere: bool
) -> list[Finding]:
    """The token first; the people only where it is good. `elsewhere`: there are other channels.

    Whoever is not in Slack and has another channel may well mean it so: a gap, unless a Slack name is given.
    """
    client = connection.client(token)
    signed_in = await tried("bot token", call(client.auth_test()), do="Install the Slack app again; renew the token.")
    if signed_in.grade is not Grade.GOOD:
        return [signed_in]
    directory = Directory(client, clock)
    found = [signed_in]
    for one in people:
        what = f"{one.address or one.slack} in Slack"
        without = "They are told by other channels." if elsewhere else "Nothing reaches them."
        missing = Grade.GAP if elsewhere and one.slack is None else Grade.BAD
        found.append(await tried(what, directory.user(one), without=without, do=_NAME_THEM, missing=missing))
    return found
