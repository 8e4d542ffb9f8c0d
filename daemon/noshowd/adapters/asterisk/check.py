"""Tries a manager interface for real: whether it is one, and lets us in."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from noshowd.adapters.asterisk.settings import AsteriskSettings
from noshowd.adapters.asterisk.wire import BANNER, LARGEST, Collector, UnreadableMessageError, login
from noshowd.ports.check import Finding, Grade

#: A system in the same network answers at once, seconds.
_PATIENCE = 5
_UNSAID = "it does not say which lines it has; a user without the read class call is let in and hears nothing"


async def check(settings: AsteriskSettings) -> list[Finding]:
    what = f"manager interface {settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await _sign_in(settings)
    except (OSError, TimeoutError) as error:
        do = "Check host, port and bindaddr in manager.conf, and that a firewall lets us through."
        return [Finding(grade=Grade.UNREACHED, what=what, says=type(error).__name__, do=do)]
    except UnreadableMessageError:
        do = "Name the port of the manager interface (5038), not that of SIP or HTTP."
        return [Finding(grade=Grade.BAD, what=what, says="something else answers there", do=do)]
    if answer != "Success":
        do = "Make the user in manager.conf with its secret, permit our address and give read = call."
        return [Finding(grade=Grade.BAD, what=what, says="the sign-in is refused", do=do)]
    return [Finding(grade=Grade.GOOD, what=what, says=_UNSAID)]


async def _sign_in(settings: AsteriskSettings) -> str:
    """The word with which a sign-in is answered. Raises `UnreadableMessageError` where nobody speaks AMI."""
    reader, writer = await asyncio.open_connection(settings.host, settings.port, limit=LARGEST)
    try:
        if not (await reader.readline()).startswith(BANNER.encode()):
            raise UnreadableMessageError("banner")
        writer.write(login(settings.username, settings.secret))
        collector = Collector()
        while line := await reader.readline():
            message = collector.take(line.decode("utf-8", errors="replace"))
            if message is not None and "response" in message:
                return message["response"]
        raise UnreadableMessageError("login")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
