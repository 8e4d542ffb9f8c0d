"""A Teams meeting whose call is told to us while it runs: a real web server, real encryption, real tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from adapters.microsoft.teams_world import TeamsWorld
from adapters.microsoft.tenant import Tenant
from noshowd.adapters.microsoft.live import LiveRoster
from noshowd.adapters.microsoft.sealing import Seals
from noshowd.demo.vendors.microsoft.faults import Fault
from noshowd.demo.vendors.microsoft.subscriptions import Subscribed
from noshowd.domain.evidence import Observation
from noshowd.ports.presence import Stir
from noshowd.web.webhooks import Webhooks

PATH = "/webhooks/teams"
SECRET = "the-secret-of-this-installation"


@dataclass
class Doorstep:
    """Our web server, the same for the whole run; who answers behind it changes with each test."""

    url: str = ""
    application: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


async def _nothing(_: Observation) -> None:
    """What a webhook brings comes with the next look."""


class LiveWorld(TeamsWorld):
    """Anna's meeting with the guest, told live. The suites begin at the start: the subscription was made before."""

    def __init__(self, tenant: Tenant, door: Doorstep, folder: Path) -> None:
        super().__init__(tenant)
        self.folder = folder
        #: Looks that were asked for.
        self.stirs: list[Stir] = []
        self.door = door
        self.told = tenant.sim.subscriptions
        self.live = self.started()
        self.use(self.live)

    #: A second worker, where a test has one.
    other: LiveRoster

    def started(self, folder: Path | None = None, *, notify: str | None = None) -> LiveRoster:
        """The daemon as it comes up, with what it keeps in its folder and nothing else; the door is its own."""
        live = LiveRoster(
            self.tenant.graph(),
            Seals((folder or self.folder) / "seals.json"),
            name="teams_live",
            path=PATH,
            notify=notify or f"{self.door.url}{PATH}",
            secret=SECRET,
        )
        self.receives(live)
        return live

    def receives(self, live: LiveRoster) -> None:
        """From now on what Microsoft posts reaches this worker."""
        hooks = Webhooks(hooks=[live], receive=_nothing, hurry=self._stirred, clock=self.tenant.clock)
        self.door.application = Starlette(routes=hooks.routes())

    async def _stirred(self, stir: Stir) -> None:
        self.stirs.append(stir)

    @property
    def subscribed(self) -> Subscribed:
        (found,) = self.told.living.values()
        return found

    async def wait_in_lobby(self, who: str) -> bool:
        self.teams.knock(self.room.join_url, self._participant(who))
        return True

    async def record_not_made_yet(self) -> bool:
        """The beginning of the call was not told."""
        self.told.way.lost = 1
        return True

    async def outage(self) -> None:
        self.tenant.sim.faults.standing = Fault(status=503)
