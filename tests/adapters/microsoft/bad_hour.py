"""A meeting of the host and a guest who come and go as chance has it, seen through a bad connection.

Everything may get lost, the coming of the guest included: a notification that Microsoft loses without a trace cannot be
told from an absence. Our own side may then be told wrongly, and it is told that a word may be missing; no guest is.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from adapters.microsoft.live_world import LiveWorld
from adapters.microsoft.tenant import ANNA
from contract.presence_suite import END, MINUTE, OPENING, START
from noshowd.adapters.microsoft.live import LiveRoster
from noshowd.adapters.microsoft.presence import AttendanceReports
from noshowd.demo.vendors.microsoft.faults import Fault
from noshowd.domain.entry import Response
from noshowd.domain.evidence import Coverage, Evidence, Sighting
from noshowd.domain.followup import Approval, FollowUp
from noshowd.domain.gate import Circumstances, gate
from noshowd.domain.judge import judge
from noshowd.domain.plan import plan
from noshowd.domain.policy import Policy
from noshowd.domain.verdict import Outcome, Reason, Verdict
from noshowd.engine.presence.matching import match
from noshowd.ports.errors import Temporary
from noshowd.ports.presence import PresenceSource
from noshowd.reading.sides import Us

_FORGED = "a validation token is not Microsoft's, or not for us"
_US = Us(addresses=frozenset({ANNA}), domains=frozenset({"firm.example"}))
#: A firm that lets everything go by itself.
_POLICY = replace(
    Policy(shadow=False),
    ladders={
        cause: tuple(replace(rung, approval=Approval.AUTO) for rung in rungs)
        for cause, rungs in Policy().ladders.items()
    },
)


class Hour:
    """The truth, and what noshowd makes of it."""

    def __init__(self, world: LiveWorld, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        everybody = tuple(replace(one, response=Response.ACCEPTED) for one in world.meeting.people)
        self.meeting = replace(world.meeting, people=everybody)
        self.reports = AttendanceReports(world.tenant.graph())
        self.inside: set[str] = set()
        #: Minutes of the slot at which somebody was in the room.
        self.there: dict[str, list[datetime]] = {"host": [], "guest": []}
        #: A word about one of the two has been lost.
        self.lost = False
        self.sightings: dict[tuple[str, str], Sighting] = {}
        self.coverages: list[Coverage] = []
        #: Forged notifications that are still to be refused.
        self.forged = 0
        self.told: list[Outcome] = []
        #: Follow-ups to the guest that went without a person's yes.
        self.written: list[FollowUp] = []

    async def live(self) -> None:
        """The hour, and the report after it."""
        for minute in range(45):
            await self.world.pass_to(START + (minute - 5) * MINUTE)
            for who, chance in (("host", 0.3), ("guest", 0.1)):
                if self.chance.random() < chance:
                    await self.come(who, coming=who not in self.inside)
            self._trouble()
            await self.see(self.world.source)
        await self.end()

    async def come(self, who: str, *, coming: bool = True) -> None:
        """Somebody comes or goes."""
        waiting = self.world.told.way.lost
        await (self.world.join if coming else self.world.leave)(who)
        self.lost |= self.world.told.way.lost < waiting
        (self.inside.add if coming else self.inside.discard)(who)

    async def see(self, source: PresenceSource) -> None:
        """Look, judge, and act on it."""
        if START <= self.world.now < END:
            for who in self.inside:
                self.there[who].append(self.world.now)
        await self._look(source)
        self._judge()

    async def end(self) -> None:
        """Everybody leaves, and the report is read when it is complete."""
        for who in sorted(self.inside):
            await self.world.leave(who)
        for minute in (30, 75):
            await self.world.pass_to(END + minute * MINUTE)
            await self.see(self.reports)

    def _trouble(self) -> None:
        told, draw = self.world.told, self.chance.random()
        if draw < 0.12:
            told.way.lost = 1
        elif draw < 0.2:
            told.way.doubled = 2
        elif draw < 0.25:
            told.end_all()
        elif draw < 0.3:
            told.lifecycle(self.chance.choice(["reauthorizationRequired", "missed", "subscriptionRemoved"]))
        elif draw < 0.35:
            self.world.use(self.world.started())
            self.forged = 0
        elif draw < 0.45:
            self.world.tenant.sim.faults.order(Fault(path="/subscriptions", status=self.chance.choice([429, 503, 504])))
        elif draw < 0.5:
            self._forge()

    def _forge(self) -> None:
        """Somebody says that everybody has gone."""
        for one in list(self.world.told.living.values()):
            went = [{"id": f"participant-1-{number}", "removedState": {"reason": "left"}} for number in range(5)]
            content = {
                "eventType": "rosterUpdated",
                "eventDateTime": self.world.now.isoformat(),
                "participants@delta": went,
            }
            forged = {"validationTokens": [self.world.told.sender.vouch("another app", self.world.now)]}
            self.world.told.post(one, [self.world.told.item(one, content)], **forged)
            self.forged += 1

    async def _look(self, source: PresenceSource) -> None:
        live = self.world.source
        assert isinstance(live, LiveRoster)
        before = live.refused[_FORGED]
        try:
            seen = await source.look(self.meeting, since=OPENING, now=self.world.now)
        except Temporary:
            return
        if source is live:
            assert live.refused[_FORGED] - before == self.forged
            self.forged = 0
        self.sightings |= {(one.source, one.stay): one for one in seen.sightings}
        self.coverages += seen.coverages

    def _judge(self) -> None:
        meeting, now = self.meeting, self.world.now
        sources = {one.traits.name: one.traits for one in (self.world.source, self.reports)}
        evidence = Evidence(sightings=tuple(self.sightings.values()), coverages=tuple(self.coverages))
        verdict = judge(meeting, evidence, match(meeting, evidence, _US), _POLICY, now, sources=sources)
        self._accuses_nobody_surely(verdict)
        for followup in plan(meeting, verdict, _POLICY, (), Circumstances(), now).add:
            by_itself = replace(followup, approval=Approval.AUTO)
            if followup.to_guest and gate(by_itself, meeting, verdict, Circumstances(), now, daily_limit=9).go:
                self._is_true(verdict)
                self.written.append(followup)
        self.told.append(verdict.outcome)

    def _proof_against(self, verdict: Verdict) -> list[datetime] | None:
        """Minutes of the slot that make this verdict wrong; None where it accuses nobody."""
        host, guest = self.there["host"], self.there["guest"]
        return {
            Outcome.THEY_ARE_MISSING: guest,
            Outcome.WE_ARE_MISSING: host,
            Outcome.MISSED_EACH_OTHER: [one for one in host if one in guest],
        }.get(verdict.outcome)

    def _is_true(self, verdict: Verdict) -> None:
        # before it is confirmed, a message says no more than that the guest is not there now
        against = self._proof_against(verdict)
        wrong = self.there["guest"] if against is None else against
        # somebody who came after the instant up to which this is claimed was late, and nobody says more
        wrong = [one for one in wrong if one < min(END, verdict.as_of or self.world.now)]
        assert not wrong, f"{verdict.outcome} at {self.world.now} in spite of {wrong[0]}"

    def _accuses_nobody_surely(self, verdict: Verdict) -> None:
        """A wrong word to our own side comes of nothing but a loss without a trace, and says that it may."""
        unsure = Reason.MAY_BE_LOST in verdict.reasons
        if self._proof_against(verdict) is not None and not (unsure and self.lost):
            self._is_true(verdict)
