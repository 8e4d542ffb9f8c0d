"""Carries out what the script says: people join and leave, telephones ring, an administrator errs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from noshowd.demo.diaries import Diaries
from noshowd.demo.process import DaemonProcess
from noshowd.demo.script import (
    Act,
    Joins,
    KilledWhileSending,
    Leaves,
    Rings,
    TokenRestored,
    TokenWithdrawn,
    Unseen,
    Where,
)
from noshowd.demo.town import Town
from noshowd.demo.vendors.google.meetings import Visitor
from noshowd.demo.vendors.microsoft.rooms import Participant
from noshowd.demo.vendors.sipgate.exchange import Call, Way

_RINGING = timedelta(seconds=15)
_RINGS_IN_VAIN = timedelta(seconds=40)


class Happenings:
    """The acts of the day, each done once when its time has come. `tell` gets a line for whoever watches."""

    def __init__(
        self,
        acts: tuple[Act, ...],
        town: Town,
        diaries: Diaries,
        daemon: DaemonProcess,
        tell: Callable[[datetime, str], None],
    ) -> None:
        self._town = town
        self._diaries = diaries
        self._daemon = daemon
        self._tell = tell
        #: The mail server's thread adds to it as well.
        self._lock = Lock()
        self._later: list[tuple[datetime, Callable[[], None]]] = [
            (diaries.time(act.at), self._doing(act)) for act in acts
        ]

    def carry_on(self, now: datetime) -> None:
        """Do everything that is due."""
        with self._lock:
            due = sorted((one for one in self._later if one[0] <= now), key=lambda one: one[0])
            self._later = [one for one in self._later if one[0] > now]
        for _, do in due:
            do()

    def _plan(self, at: datetime, do: Callable[[], None]) -> None:
        with self._lock:
            self._later.append((at, do))

    def _doing(self, act: Act) -> Callable[[], None]:
        match act:
            case Joins():
                return lambda: self._join(act)
            case Leaves():
                return lambda: self._leave(act)
            case Rings():
                return lambda: self._ring(act)
            case Unseen():
                return lambda: self._tell(self._diaries.time(act.at), act.says)
            case TokenWithdrawn():
                return lambda: self._withdraw(act)
            case TokenRestored():
                return lambda: self._restore(act)
            case KilledWhileSending():
                return lambda: self._arm(act)

    def _join(self, act: Joins) -> None:
        room, at = self._diaries.rooms[act.to.title], self._diaries.time(act.at)
        if act.to.where is Where.MEET:
            self._town.google.enter(room, Visitor(name=act.who.name, address=act.who.address))
        else:
            self._town.microsoft.teams.join(room, Participant(name=act.who.name, address=act.who.address))
        self._tell(at, f"{act.who.name} joins “{act.to.title}” ({act.to.where})")

    def _leave(self, act: Leaves) -> None:
        room, at = self._diaries.rooms[act.of.title], self._diaries.time(act.at)
        if act.of.where is Where.MEET:
            self._town.google.leave(room, act.who.address)
        else:
            self._town.microsoft.teams.leave(room, Participant(name=act.who.name, address=act.who.address))
        self._tell(at, f"{act.who.name} leaves “{act.of.title}”")

    def _ring(self, act: Rings) -> None:
        at, exchange = self._diaries.time(act.at), self._town.telephone
        host, guest = act.about.host, act.about.guest
        call = exchange.ring(Way.OUT, host.phone or "", guest.phone)
        if act.talks is None:
            self._plan(at + _RINGS_IN_VAIN, lambda: exchange.hang_up(call))
            self._tell(at, f"{host.first} rings {guest.name} from the office line; nobody answers")
            return
        ends = at + timedelta(minutes=act.talks)
        self._plan(at + _RINGING, lambda: exchange.answer(call))
        self._plan(ends, lambda: self._hang_up(call, ends, f"{host.first} and {guest.name} hang up"))
        self._tell(at, f"{host.first} rings {guest.name} from the office line; they talk")

    def _hang_up(self, call: Call, at: datetime, says: str) -> None:
        self._town.telephone.hang_up(call)
        self._tell(at, says)

    def _withdraw(self, act: TokenWithdrawn) -> None:
        self._town.google.withdraw_token(act.who.address)
        self._tell(
            self._diaries.time(act.at), f"an administrator withdraws noshowd's access to {act.who.first}'s Google"
        )

    def _restore(self, act: TokenRestored) -> None:
        self._town.google.restore_token(act.who.address)
        self._tell(self._diaries.time(act.at), f"the access to {act.who.first}'s Google is given back")

    def _arm(self, act: KilledWhileSending) -> None:
        """The mail server takes the mail; before it can say so, noshowd is gone."""

        def strike() -> None:
            self._daemon.kill()
            now = self._town.now()
            self._tell(now, f"noshowd is killed (SIGKILL) while its mail to {act.to.name} leaves")
            self._plan(now + timedelta(minutes=2), self._bring_back)

        self._town.mail.post.levers.struck = (act.to.address, strike)

    def _bring_back(self) -> None:
        self._daemon.start()
        self._tell(self._town.now(), "systemd starts noshowd again")
