"""Tries a FRITZ!Box for real: its call monitor, and its call list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from noshowd.adapters.fritzbox.list_client import CallListClient
from noshowd.adapters.fritzbox.list_wire import UnreadableEntryError, to_call
from noshowd.adapters.fritzbox.settings import CallListSettings, FritzboxSettings
from noshowd.ports.check import Finding, Grade
from noshowd.ports.errors import Temporary, VendorError

#: A box in the same network answers at once, seconds.
_PATIENCE = 5
_LINES_DO = "Ring somebody over it once, or take it out of lines if it is no number of this box."
_LIST_DO = {
    "login_refused": "Check user and password; after wrong ones the box lets nobody in for a while.",
    "call_list_not_allowed": "Give the user the right for voice messages, fax and call list (System, FRITZ!Box users).",
    "applications_not_allowed": "Allow access for applications (Home network, Network, Network settings).",
    "call_list_switched_off": "Switch the call list on at the box (Telephony, Calls).",
}


async def check(settings: FritzboxSettings) -> list[Finding]:
    """Whether the call monitor can be listened to. Which lines ring at the box it tells only as they do."""
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
    unsaid = "it does not say which lines ring at it, and tells nothing of calls made with an app of the provider"
    return [Finding(grade=Grade.GOOD, what=what, says=unsaid)]


async def check_list(settings: CallListSettings, normalise: Callable[[str], str | None]) -> list[Finding]:
    """Whether the list can be read, and of which of our lines there are calls in it."""
    client = CallListClient(settings)
    what = f"call list {settings.host}:{settings.port}"
    try:
        entries = await asyncio.to_thread(client.read)
    except Temporary as error:
        do = "Check host and port, and that noshowd runs in the same network."
        return [Finding(grade=Grade.UNREACHED, what=what, says=error.reason, do=do)]
    except VendorError as error:
        do = _LIST_DO.get(error.reason, "")
        return [Finding(grade=Grade.BAD, what=what, says=f"{error.reason}. Its calls are unknown.", do=do)]
    finally:
        client.close()
    shown: set[str | None] = set()
    for entry in entries:
        with suppress(UnreadableEntryError):
            shown.add(to_call(entry, settings, normalise).our_line)
    found = [Finding(grade=Grade.GOOD, what=what, says=f"{len(entries)} calls")]
    for line in sorted(settings.lines):
        if line in shown:
            found.append(Finding(grade=Grade.GOOD, what=f"line {line}", says="calls of it are in the list"))
        else:
            says = "No call of it is in the list: nothing is proved of it yet."
            found.append(Finding(grade=Grade.GAP, what=f"line {line}", says=says, do=_LINES_DO))
    return found
