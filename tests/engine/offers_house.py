"""A firm whose guest does not come and is offered new times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.house import ANNA, House
from noshowd.domain.entry import Attendee, CalendarEntry, EntryRef, Response
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.offer import Chosen, OfferState
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.engine.answers.choices import Verb
from noshowd.engine.offers.desk import OfferDesk
from noshowd.ports.answers import Answer
from noshowd.ports.offers import Shown
from noshowd.store import offers
from noshowd.store.database import Database
from noshowd.store.offers import StoredOffer
from noshowd.story.format import ACCOUNT
from noshowd.story.scripted_writer import ScriptedWriter

OFFER, APPROVAL = FollowUpKind.RESCHEDULE_OFFER, FollowUpKind.APPROVAL
NOTICE, TASK = FollowUpKind.NOTICE, FollowUpKind.RECALL_TASK
HOUR = timedelta(hours=1)
#: An absence is confirmed after ten minutes of half an hour.
SOON: dict[str, Any] = {
    "name": "soon",
    "when_they_are_missing": [
        {"after": "confirmed", "send": "recall_task"},
        {"after": "10 min", "send": "reschedule_offer"},
    ],
}


class OfferHouse(House):
    """The meeting at ten, with our person in the room and nobody else."""

    def __init__(self, database: Database, *, writes: bool = True, page: bool = True, **story: Any) -> None:
        super().__init__(database, **({"policy": [SOON]} | story))
        self.writer = ScriptedWriter(self.stage.calendar, self.clock)
        self.parts = replace(
            self.parts,
            writers={ACCOUNT: self.writer} if writes else {},
            offer_page=(lambda key, _: f"https://us.example/o/{key}") if page else self.parts.offer_page,
        )

    @property
    def desk(self) -> OfferDesk:
        return OfferDesk(self.parts)

    async def offer(self) -> StoredOffer:
        """Let the guest be missed and the offer be approved; what they have now."""
        await self.until(-1)
        self.happen(join=ANNA)
        await self.until(11)
        await self.press(Verb.APPROVE, APPROVAL)
        await self.until(12)
        assert self.states(OFFER) == [State.SENT]
        return self.stored()

    async def offer_to_first(self) -> StoredOffer:
        """As `offer`, where several guests are missed: everything asked is approved."""
        await self.until(-1)
        self.happen(join=ANNA)
        await self.until(11)
        asked = [row for row in self.rows(APPROVAL) if row.state is State.SENT]
        for row in asked:
            if row.followup.key.step.startswith(OFFER):
                await self.tapped(f"{Verb.APPROVE}.{row.key}")
        await self.until(12)
        places = [n for n, row in enumerate(self.rows(OFFER)) if row.followup.key.person == "gus@them.example"]
        return self.stored(places[0])

    async def tapped(self, value: str, *, again: bool = False) -> str:
        """One of ours presses the button with this value."""
        answer = Answer(answer_id=f"{value}{again}", channel="chat", by=ANNA, value=value, at=self.clock.now())
        return await AnswerDesk(self.parts).put(answer)

    def stored(self, place: int = 0) -> StoredOffer:
        row = self.rows(OFFER)[place]
        found = self.run(lambda conn: offers.get(conn, row.key))
        assert found is not None
        return found

    async def shown(self) -> Shown:
        found = await self.desk.find(self.rows(OFFER)[0].key)
        assert found is not None
        return found

    def chosen(self, start: datetime, **more: Any) -> Chosen:
        return Chosen(start=start, at=self.clock.now(), **more)

    def occupy(self, start: datetime, address: str = ANNA, minutes: int = 30) -> None:
        """Something else comes into a calendar of ours."""
        ref = EntryRef(account=ACCOUNT, calendar=address, entry_id=f"busy-{start.isoformat()}")
        end = start + timedelta(minutes=minutes)
        self.stage.calendar.entries[ref] = CalendarEntry(
            ref=ref, start=start, end=end, attendees=(Attendee(address=address),)
        )

    def respond(self, response: Response) -> None:
        """The guest answers the invitation in the calendar."""
        self._change(lambda one: {"attendees": tuple(_with_response(a, response) for a in one.attendees)})

    def move(self, start: datetime) -> None:
        """One of ours moves the event by hand."""
        self._change(lambda one: {"start": start, "end": start + (one.end - one.start)})

    def _change(self, what: Callable[[CalendarEntry], dict[str, Any]]) -> None:
        for one in self.stage.calendar.entries.values():
            if one.uid == self.entry().uid:
                self.stage.calendar.entries[one.ref] = replace(one, updated=self.clock.now(), **what(one))

    def entry(self) -> CalendarEntry:
        [found] = [one for one in self.stage.calendar.entries.values() if one.ref.entry_id == "m"]
        return found

    async def replied(self, words: str, *, by: str = "gus@them.example") -> str:
        """The guest answers the mail of the offer."""
        answer = Answer(
            answer_id=f"<{words}@them.example>",
            channel="mail",
            by=by,
            value=words,
            text=words,
            at=self.clock.now(),
            about=self.rows(OFFER)[0].key,
        )
        return await AnswerDesk(self.parts).put(answer)


def _with_response(person: Attendee, response: Response) -> Attendee:
    return replace(person, response=response) if person.address == "gus@them.example" else person


def state_of(house: OfferHouse) -> OfferState:
    return house.stored().state


def news(house: OfferHouse) -> list[str]:
    """The first words of the notices that one of ours got about the offer."""
    told = [row.followup.key.step for row in house.rows(NOTICE) if row.state is State.SENT]
    return [step.partition(":")[0] for step in told]
