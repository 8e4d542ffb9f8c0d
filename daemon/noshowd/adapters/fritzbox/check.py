"""Tries a FRITZ!Box for real: whether its call monitor can be listened to."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from noshowd.adapters.fritzbox.settings import FritzboxSettings
from noshowd.ports.check import Finding, Grade

#: A box in the same network answers at once, seconds.
_PATIENCE = 5


async def check(settings: FritzboxSettings) -> list[Finding]:
    what = f"call monitor {settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(settings.host, settings.port)
    except ConnectionRefusedError:
        do = "Dial #96*5* once on a telephone at this box to switch its call monitor on."
        return [Finding(grade=Grade.BAD, what=what, says="the box refuses the connection", do=do)]
    except (OSError, TimeoutError) as error:
        do = "Check host and port, and that noshowd runs in the same network."
        return [Finding(grade=Grade.UNREACHED, what=what, says=type(error).__name__, do=do)]
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return [Finding(grade=Grade.GOOD, what=what)]
