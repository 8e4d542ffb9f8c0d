"""What is new in the story, in words: what noshowd did, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from noshowd.demo.cast import Actor
from noshowd.demo.reasons import why
from noshowd.demo.view import Line
from noshowd.demo.watch import Story, Told
from noshowd.domain.followup import FollowUpKind, State, Withheld
from noshowd.domain.verdict import Outcome, Reason
from noshowd.engine.offers.news import is_news
from noshowd.store.outbox import Happened
from noshowd.wording import Lexicon

_DID = {
    State.SENT: "{by} to {to}: {what}{about}",
    State.WITHDRAWN: "withdrawn: {what} to {to}{about}",
    State.WITHHELD: "kept back: {what} to {to}{about}",
    State.RETRACTED: "settled: {what} to {to}{about}",
    State.EXPIRED: "lapsed: {what} to {to}{about}",
    State.UNCERTAIN: "in doubt: {what} to {to}{about}",
    State.FAILED: "not delivered: {what} to {to}{about}",
}
_REASON = {
    State.RETRACTED: "There is nothing left to answer.",
    State.EXPIRED: "Nobody decided in time; it is never sent late.",
    State.UNCERTAIN: "It was killed while sending. Nothing is simply sent again.",
}
_CHANNELS = {"slack": "Slack", "smtp": "E-mail", "google_tasks": "Google Tasks", "to_do": "Microsoft To Do"}
_TAKEN = "The time was still free. The calendar's own invitation is the one notice that the guest gets."
_TOOK_PLACE = frozenset({Reason.SEEN_TOGETHER, Reason.TALKED, Reason.PRESUMED, Reason.SAID_HELD})
_PROVED = "Our side was there, and the room's own record shows nobody else."


class Teller:
    """Tells each thing once. Knows everybody by name: all of them are made up."""

    def __init__(self, people: tuple[Actor, ...]) -> None:
        self._names = {one.address: one.name for one in people}
        self._lexicon = Lexicon("en")
        self._told: set[tuple[str, ...]] = set()

    def news(self, story: Story) -> list[Line]:
        """What has happened since the last story."""
        return [*self._verdicts(story), *self._followups(story), *self._booked(story)]

    def when(self, chosen: datetime, zone: str) -> str:
        """A time that was taken, as people say it."""
        return self._lexicon.brief(chosen, zone)

    def name(self, person: str) -> str:
        return self._names.get(person, person)

    def by(self, told: Told) -> str:
        """The channel, as people call it."""
        return _CHANNELS.get(told.row.channel or "", "")

    def because(self, outcome: Outcome, reasons: tuple[str, ...]) -> str:
        """Why it came to this; of what took place only what was seen or said."""
        known = {Reason(reason) for reason in reasons}
        told = known & _TOOK_PLACE if outcome is Outcome.HELD else known
        proved = _PROVED if outcome is Outcome.THEY_ARE_MISSING and Reason.SAID_ABSENT not in known else ""
        return " ".join(filter(None, [proved, *(self._lexicon.say(reason) for reason in sorted(told))]))

    def outcome(self, outcome: Outcome) -> str:
        return self._lexicon.say(outcome)

    def what(self, told: Told) -> str:
        if told.title and told.row.followup.kind is FollowUpKind.NOTICE and is_news(told.row):
            return "word about the offer"
        return self._lexicon.say(told.row.followup.kind)

    def why(self, told: Told, step: Happened) -> str:
        """Why a follow-up took this step."""
        if step.reason is not None and step.reason in Withheld._value2member_map_:
            return self._lexicon.say(Withheld(step.reason))
        followup = told.row.followup
        return _REASON.get(step.state) or why(followup, self.name(followup.key.person))

    def _verdicts(self, story: Story) -> Iterator[Line]:
        for title, transitions in story.transitions.items():
            before = Outcome.WAITING
            for number, one in enumerate(transitions):
                changed, before = one.outcome is not before, one.outcome
                if changed and one.outcome is not Outcome.WAITING and self._is_new("verdict", title, str(number)):
                    did = f"“{title}”: {self.outcome(one.outcome)}"
                    if one.outcome is Outcome.UNKNOWN:
                        did = f"“{title}”: nothing can be proved, so nothing is claimed"
                    yield Line(at=one.noticed_at, did=did, why=self.because(one.outcome, one.reasons))

    def _followups(self, story: Story) -> Iterator[Line]:
        for told in story.followups:
            for number, step in enumerate(told.way):
                if step.state in _DID and self._is_new("step", told.row.key, str(number)):
                    yield Line(at=step.at, did=self._did(told, step), why=self.why(told, step))

    def _booked(self, story: Story) -> Iterator[Line]:
        for title, stored in story.booked.items():
            offer = stored.offer
            if offer.chosen is not None and self._is_new("booked", offer.key):
                when = self.when(offer.chosen.start, offer.zone)
                yield Line(at=stored.changed_at, did=f"“{title}” now stands in the calendar: {when}", why=_TAKEN)

    def _did(self, told: Told, step: Happened) -> str:
        about = f" about “{told.title}”" if told.title else ""
        to = self.name(told.row.followup.key.person)
        return _DID[step.state].format(what=self.what(told), about=about, to=to, by=self.by(told))

    def _is_new(self, *what: str) -> bool:
        known = what in self._told
        self._told.add(what)
        return not known
