"""After the day: who got what and why, what was withheld and why, and the mails as their readers see them."""

from __future__ import annotations

from datetime import datetime

from noshowd.demo.cast import CLARA, EVERYBODY, GUESTS, IDA, OURS
from noshowd.demo.news import Teller
from noshowd.demo.promises import PROMISES, Evidence, Promise
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.view import View
from noshowd.demo.watch import Story, Told
from noshowd.domain.followup import FollowUpKind, State
from noshowd.store.outbox import Happened

_KEPT_BACK = frozenset({State.WITHDRAWN, State.WITHHELD, State.EXPIRED, State.REFUSED, State.FAILED})
_GUESTS = frozenset(guest.address for guest in GUESTS)
#: A busy machine falls behind a day that runs so fast, and what has to be in time then is not.
_SLOWER = "Was this machine busy? Half as fast, the same day leaves noshowd twice the time: noshowd demo --speed 140"


def summarise(view: View, of: Evidence, broken: list[Promise]) -> None:
    """Everything somebody may want to look at again."""
    teller = Teller(EVERYBODY)
    _heading(view, "What each appointment came to (a simulated day)")
    _appointments(view, of.story, teller)
    _heading(view, "Who got what, and why")
    _received(view, of.story, teller)
    _heading(view, "What was withheld, and why")
    _kept_back(view, of.story, teller)
    _heading(view, "New times that guests have taken")
    _taken(view, of.story, teller)
    _heading(view, f"What {IDA.first}, who looks after noshowd, reads")
    _mails(view, of.mails(IDA))
    _heading(view, "What the guests read")
    _mails(view, [letter for letter in of.town.mail.post.sent if _GUESTS & set(letter.to)])
    _heading(view, "Promised and kept")
    for promise in PROMISES:
        mark = "NOT KEPT" if promise in broken else "kept"
        view.print(f"{mark:9} for {promise.to}: {promise.says}", style="bold red" if promise in broken else "")
    if broken:
        view.print(_SLOWER)
    interruptions = [f"{view.time(letter.at)} {letter.message['Subject']}" for letter in of.interruptions(CLARA)]
    view.print(f"Clara was interrupted {len(interruptions)} times in eight calls: {'; '.join(interruptions)}.")


def _heading(view: View, text: str) -> None:
    view.print()
    view.print(text, style="bold")


def _appointments(view: View, story: Story, teller: Teller) -> None:
    rows = []
    for one in story.meetings:
        outcome = teller.outcome(one.verdict.outcome) if one.verdict else "not judged"
        because = teller.because(one.verdict.outcome, tuple(one.verdict.reasons)) if one.verdict else ""
        rows.append((view.time(one.meeting.start), one.meeting.title, outcome, because))
    view.table(*rows, widths=(4, 4, 12))


def _received(view: View, story: Story, teller: Teller) -> None:
    for person in (*OURS, *GUESTS):
        got = [
            (step.at, told, step)
            for told in story.followups
            for step in told.way
            if step.state is State.SENT and told.row.followup.key.person == person.address
        ]
        if got:
            view.print(f"{person.name} <{person.address}>")
            view.table(*(_step(view, teller, *one) for one in sorted(got, key=_when)), widths=(5, 4, 3, 12))


def _kept_back(view: View, story: Story, teller: Teller) -> None:
    found = [
        (step.at, told, step)
        for told in story.followups
        for step in told.way
        if step.state in _KEPT_BACK and told.row.followup.kind is not FollowUpKind.APPROVAL
    ]
    rows = []
    for at, told, step in sorted(found, key=_when):
        to = teller.name(told.row.followup.key.person)
        what = f"{teller.what(told)} to {to}"
        rows.append((view.time(at), what, f"“{told.title}”", str(step.state), teller.why(told, step)))
    view.table(*rows, widths=(5, 4, 3, 12))


def _taken(view: View, story: Story, teller: Teller) -> None:
    for title, stored in story.booked.items():
        offer = stored.offer
        if offer.chosen is not None:
            when = teller.when(offer.chosen.start, offer.zone)
            keyword = f", keyword “{offer.chosen.keyword}”" if offer.chosen.keyword else ""
            view.print(f"“{title}” with {teller.name(offer.guest)}: {when}{keyword}")


def _step(view: View, teller: Teller, at: datetime, told: Told, step: Happened) -> tuple[str, ...]:
    return (
        view.time(at),
        teller.what(told),
        f"“{told.title}”" if told.title else "",
        teller.by(told),
        teller.why(told, step),
    )


def _when(one: tuple[datetime, Told, Happened]) -> datetime:
    return one[0]


def _mails(view: View, letters: list[Letter]) -> None:
    for letter in letters:
        mail = letter.message
        view.print()
        view.print(f"  {view.time(letter.at)}")
        for header in ("From", "To", "Reply-To", "Subject"):
            view.print(f"  │ {header + ':':9} {mail[header]}")
        view.print("  │")
        for line in letter.text.strip().splitlines():
            view.print(f"  │ {line}".rstrip())
