"""A Teams meeting whose call is told through an Event Hub: the subscription as Graph wants it, and nothing posted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from adapters.microsoft.live_world import Doorstep, LiveWorld
from adapters.microsoft.tenant import Tenant
from noshowd.adapters.microsoft.live import LiveRoster

NOTIFY = "EventHub:https://firm.vault.azure.net/secrets/graph-events?tenantId=firm.example"


class HubWorld(LiveWorld):
    """What Microsoft lays down comes to whoever is `told.hub`."""

    #: Where a test keeps what is laid down.
    shelf: Any

    def __init__(self, tenant: Tenant, door: Doorstep, folder: Path, seals: Path) -> None:
        shutil.copy(seals, folder)
        super().__init__(tenant, door, folder)

    def started(self, folder: Path | None = None, *, notify: str | None = None) -> LiveRoster:
        return super().started(folder, notify=notify or NOTIFY)
