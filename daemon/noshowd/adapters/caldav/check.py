"""Tries each task list for real. Nothing is written."""

from __future__ import annotations

from noshowd.adapters.caldav.settings import CaldavSettings
from noshowd.adapters.caldav.tasks import CaldavTasks
from noshowd.ports.check import Finding, tried


async def check(tasks: CaldavTasks, settings: CaldavSettings) -> list[Finding]:
    """Whether each list is there, and the sign-in good."""
    do = "Check the address of the list, username and password."
    return [
        await tried(f"task list of {person}", tasks.look(address), without="Tasks come as a message.", do=do)
        for person, address in settings.lists.items()
    ]
