"""What the demo promises to show, each checked on what really happened at the vendors and in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from noshowd.demo.cast import ANNA, BEN, CLARA, GUESTS, HERR_FUCHS, IDA, KIM, NORA, OLE, Actor
from noshowd.demo.day import BRAUN, CRAMER, EBERT, FUCHS, KICKOFF, PRICING, PROPOSAL, REVIEW, ROADMAP, WORKSHOP
from noshowd.demo.town import Town
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.watch import Story
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What there is to look at when the day is over."""

    story: Story
    town: Town
    journal: str
    #: When the first appointment of the day began.
    first: datetime

    def mails(self, to: Actor) -> list[Letter]:
        return [letter for letter in self.town.mail.post.sent if to.address in letter.to]

    def interruptions(self, of: Actor) -> list[Letter]:
        """What reached somebody between their calls; the welcome came before the first of them."""
        return [letter for letter in self.mails(of) if letter.at >= self.first]

    def sent(self, title: str, kind: FollowUpKind, by: str) -> bool:
        """Whether this kind left by this channel."""
        return any(one.left and one.row.channel == by for one in self.story.about(title, kind))

    def ended(self, title: str, kind: FollowUpKind, state: State) -> bool:
        return any(one.row.state is state for one in self.story.about(title, kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise, to whom it matters, and how it is checked."""

    to: str
    says: str
    holds: Callable[[Evidence], bool]


def _silent(of: Evidence) -> bool:
    left = [one for one in of.story.about(BRAUN.title) if one.left]
    return not left and of.story.outcome(BRAUN.title) is Outcome.HELD


def _one_question(of: Evidence) -> bool:
    asked = [one for one in of.story.about(CRAMER.title) if one.left]
    return len(asked) == 1 and of.story.outcome(CRAMER.title) is Outcome.HELD


def _approval_vanished(of: Evidence) -> bool:
    withdrawn = of.ended(EBERT.title, FollowUpKind.COURTESY_MESSAGE, State.WITHDRAWN)
    return withdrawn and not of.mails(EBERT.guest) and of.story.outcome(EBERT.title) is Outcome.HELD


def _german_mail(of: Evidence) -> bool:
    mails = of.mails(HERR_FUCHS)
    return len(mails) == 1 and "Guten Tag Frank Fuchs" in mails[0].text and CLARA.name in mails[0].text


def _nobody_accused_at_noon(of: Evidence) -> bool:
    kinds = {one.row.followup.kind for one in of.story.about(REVIEW.title)}
    asked_at_most = kinds <= {FollowUpKind.QUESTION}
    return asked_at_most and not of.mails(OLE) and of.story.outcome(REVIEW.title) is Outcome.HELD


def _one_notice_and_recovery(of: Evidence) -> bool:
    told = [one for one in of.story.followups if one.title == "" and one.left]
    steps = Counter(one.row.followup.key.step.partition(":")[0] for one in told)
    return (steps["blind"], steps["recovered"]) == (1, 1) and len(of.mails(IDA)) >= 2


def _killed_once(of: Evidence) -> bool:
    asked = of.sent(KICKOFF.title, FollowUpKind.NOTICE, "slack")
    return len(of.mails(NORA)) == 1 and asked


def _missing_guest(of: Evidence) -> bool:
    return (
        of.story.outcome(PROPOSAL.title) is Outcome.THEY_ARE_MISSING
        and of.sent(PROPOSAL.title, FollowUpKind.WAITING_NOTICE, "slack")
        and of.sent(PROPOSAL.title, FollowUpKind.COURTESY_MESSAGE, "smtp")
        and of.sent(PROPOSAL.title, FollowUpKind.RESCHEDULE_OFFER, "smtp")
        and len(of.mails(KIM)) == 2
    )


def _tasks(of: Evidence) -> bool:
    made = of.sent(PROPOSAL.title, FollowUpKind.RECALL_TASK, "google_tasks")
    return made and bool(of.town.microsoft.todo.tasks(BEN.address))


def _offer_taken(of: Evidence) -> bool:
    """The event lies at the chosen time with the keyword in it, and Google wrote to the guest once."""
    stored, calendar = of.story.booked.get(PROPOSAL.title), of.town.google.calendars.get(ANNA.address)
    if stored is None or stored.offer.chosen is None or stored.written is None or calendar is None:
        return False
    event = calendar.find(stored.written.entry_id) or {}
    moved = datetime.fromisoformat(event["start"]["dateTime"]) == stored.offer.chosen.start
    told = [reached for _, _, reached in of.town.google.writes.notices if KIM.address in reached]
    return moved and stored.offer.chosen.keyword in event.get("description", "") and len(told) == 1


def _task_taken_back(of: Evidence) -> bool:
    return of.ended(PROPOSAL.title, FollowUpKind.RECALL_TASK, State.RETRACTED)


def _missing_host(of: Evidence) -> bool:
    nudged = of.sent(PRICING.title, FollowUpKind.NUDGE, "slack")
    return nudged and of.story.outcome(PRICING.title) is Outcome.HELD and not of.mails(PRICING.guest)


def _late_joiner(of: Evidence) -> bool:
    withdrawn = of.ended(WORKSHOP.title, FollowUpKind.COURTESY_MESSAGE, State.WITHDRAWN)
    return withdrawn and not of.mails(WORKSHOP.guest) and of.story.outcome(WORKSHOP.title) is Outcome.HELD


def _outlook(of: Evidence) -> bool:
    missed = of.story.outcome(KICKOFF.title) is Outcome.THEY_ARE_MISSING
    return missed and of.story.outcome(ROADMAP.title) is Outcome.HELD


def _only_the_proved(of: Evidence) -> bool:
    written_to = {guest.address for guest in GUESTS if of.mails(guest)}
    return written_to == {KIM.address, NORA.address, FUCHS.guest.address}


_CLARA, _ADMIN, _STRANGER = "Clara", "the administrator", "everybody"
PROMISES = (
    Promise(to=_CLARA, says="A call still running while the history is empty: silence.", holds=_silent),
    Promise(to=_CLARA, says="A call on the mobile, which nobody sees: one question, no more.", holds=_one_question),
    Promise(to=_CLARA, says="The guest comes while the approval is open: it vanishes.", holds=_approval_vanished),
    Promise(to=_CLARA, says="One kind mail in German to the guest she did not reach.", holds=_german_mail),
    Promise(
        to=_CLARA,
        says="At most three interruptions in eight calls.",
        holds=lambda of: len(of.interruptions(CLARA)) <= 3,
    ),
    Promise(to=_ADMIN, says="A token is withdrawn: nobody is accused.", holds=_nobody_accused_at_noon),
    Promise(to=_ADMIN, says="One clear notice of it, and the recovery is announced.", holds=_one_notice_and_recovery),
    Promise(to=_ADMIN, says="Killed while sending: the mail arrived once, and a person was asked.", holds=_killed_once),
    Promise(to=_ADMIN, says="No traceback in the journal.", holds=lambda of: "Traceback" not in of.journal),
    Promise(to=_STRANGER, says="A missing guest: notice, kind message, offer of new times.", holds=_missing_guest),
    Promise(
        to=_STRANGER, says="The guest takes a time: the event moves, the keyword in it, one notice.", holds=_offer_taken
    ),
    Promise(to=_STRANGER, says="The call-back task about it is no longer needed and goes.", holds=_task_taken_back),
    Promise(to=_STRANGER, says="Call-back tasks in Google Tasks and in Microsoft To Do.", holds=_tasks),
    Promise(to=_STRANGER, says="A missing host is reminded, and only the host.", holds=_missing_host),
    Promise(to=_STRANGER, says="A late joiner withdraws what was about to go out.", holds=_late_joiner),
    Promise(to=_STRANGER, says="Outlook and Teams: one missed, one held.", holds=_outlook),
    Promise(to=_STRANGER, says="Nobody was written to but those provably missed.", holds=_only_the_proved),
)


def broken(of: Evidence) -> list[Promise]:
    """The promises that did not come true."""
    return [promise for promise in PROMISES if not promise.holds(of)]
