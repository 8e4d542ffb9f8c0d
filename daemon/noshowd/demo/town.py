"""The simulated vendors together, as servers on loopback that all tell the same time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from noshowd.demo.cast import ANNA, BEN, CLARA, OURS
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.mail.server import MailServer
from noshowd.demo.vendors.microsoft import MicrosoftSimulation
from noshowd.demo.vendors.microsoft.certificates import certificates
from noshowd.demo.vendors.microsoft.entra import Application
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.demo.vendors.sipgate.exchange import Exchange, Way
from noshowd.demo.vendors.sipgate.rest import Api
from noshowd.demo.vendors.slack.server import SlackServer

TENANT = "5f1c2a30-0000-4000-8000-00000000d3a0"
APPLICATION = "5f1c2a30-0000-4000-8000-00000000a991"
SECRET = "made-up-for-the-demo"
#: Application rights, as an administrator would have consented to.
_ROLES = frozenset(
    "Calendars.Read OnlineMeetings.Read.All OnlineMeetingArtifact.Read.All Chat.Read.All User.ReadBasic.All"
    " Tasks.ReadWrite.All Schedule.Read.All".split()
)


class Town:
    """Google, Microsoft 365, Slack, a mail house and sipgate while the `with` block runs."""

    def __init__(self, now: Callable[[], datetime], folder: Path) -> None:
        self.now = now
        self.google = SimulatedGoogle(now)
        self.microsoft = MicrosoftSimulation(tenant=TENANT, now=now)
        self.slack = SlackServer(now)
        self.mail = MailServer(now)
        self.telephone = Exchange(now, frozenset({CLARA.phone or ""}))
        self.sipgate = Api(exchange=self.telephone)
        self._sipgate_server = LoopbackServer(self.sipgate.app())
        files = certificates(folder)
        self.ca_file = files.ca_file
        self._microsoft_server = LoopbackServer(
            self.microsoft.app, certificate=str(files.certificate), private_key=str(files.private_key)
        )
        self._running = ExitStack()

    @property
    def sipgate_url(self) -> str:
        return f"{self._sipgate_server.url}/v2"

    @property
    def microsoft_url(self) -> str:
        return self._microsoft_server.url

    def __enter__(self) -> Self:
        for server in (self.google, self._microsoft_server, self.slack, self.mail, self._sipgate_server):
            self._running.enter_context(server)
        self._populate()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def _populate(self) -> None:
        for person in (ANNA, CLARA):
            self.google.add_person(person.address, person.name)
        self.microsoft.people.add(BEN.address, BEN.name)
        self.microsoft.entra.register(Application(APPLICATION, set(_ROLES), secret=SECRET))
        for person in OURS:
            if person.slack is not None:
                self.slack.workspace.add_user(person.slack, person.address)
        self._one_call_last_week()

    def _one_call_last_week(self) -> None:
        """A line counts as seen by sipgate once a call of it stood in the history."""
        call = self.telephone.ring(Way.OUT, CLARA.phone or "", "+4930901829999")
        call.began -= timedelta(days=7)
        call.answered = call.began + timedelta(seconds=10)
        self.telephone.hang_up(call)
        call.ended = call.began + timedelta(minutes=3)
