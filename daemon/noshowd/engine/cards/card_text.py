"""What a card shows: everything that is still open about its meeting, the newest first, and what came of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.causes import cause_of
from noshowd.domain.evidence import Evidence
from noshowd.domain.findings import last_words
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.prospect import prospect
from noshowd.domain.verdict import Outcome
from noshowd.engine.answers.choices import ORDERS, Verb, parse, stands_until, taps_for
from noshowd.engine.parts import Parts
from noshowd.engine.words.compose import Composer
from noshowd.ports.channel import Choice, Parcel, Passage
from noshowd.store import evidence as evidence_rows
from noshowd.store import meetings, outbox
from noshowd.store.cards import Card
from noshowd.store.meetings import StoredMeeting
from noshowd.store.outbox import OutboxRow

#: Said anew from what is known now; the others stand as they were sent.
_SAID_ANEW = frozenset(
    {
        FollowUpKind.NUDGE,
        FollowUpKind.WAITING_NOTICE,
        FollowUpKind.QUESTION,
        FollowUpKind.SUGGEST_CALL,
        FollowUpKind.COVER_NEEDED,
    }
)
#: Nothing of the sort needs to be ordered any more.
_UNDER_WAY = frozenset({State.AWAITING, State.QUEUED, State.SENDING, State.SENT, State.UNCERTAIN})
#: What became of a message to a guest is told once it is decided.
_DECIDED = frozenset(State) - {State.AWAITING, State.WITHHELD, State.WITHDRAWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card as it should look now, and when time alone will change it."""

    parcel: Parcel
    changes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Everything stored about the meeting of one card."""

    stored: StoredMeeting
    #: The meeting has moved since: this is about its old time.
    moved: bool
    rows: Sequence[OutboxRow]
    evidence: Evidence


def shown(conn: sa.Connection, parts: Parts, card: Card, now: datetime) -> Shown | None:
    """None where the message that is the card, or its meeting, is not remembered any more."""
    root = outbox.get(conn, card.root)
    stored = meetings.get(conn, card.meeting, card.round)
    latest = meetings.get(conn, card.meeting)
    if root is None or root.parcel is None or stored is None or latest is None:
        return None
    this = (card.meeting, card.round)
    known = _Known(
        stored=stored,
        moved=latest.meeting.round != card.round,
        rows=outbox.of_rounds(conn, [this])[this],
        evidence=evidence_rows.load(conn, [this])[this],
    )
    return _Writer(parts, card, known, now).write(root)


class _Writer:
    def __init__(self, parts: Parts, card: Card, known: _Known, now: datetime) -> None:
        self._parts, self._card, self._known, self._now = parts, card, known, now
        self._composer = Composer(parts)
        self._changes: list[datetime] = []

    def write(self, root: OutboxRow) -> Shown:
        pieces = [self._piece(row) for row in self._open()]
        told = self._told(root)
        last = (Passage(text=told),) if told else ()
        if pieces:
            first, *others = pieces
            more = tuple(Passage(text=one.text, choices=one.choices) for one in others)
            parcel = replace(first, key=root.key, html=None, more=(*more, *last))
        else:
            settled = self._composer.settled(root, self._known.stored, detail=self._ending(root))
            parcel = replace(settled, more=last)
        return Shown(parcel=parcel, changes_at=min((at for at in self._changes if at > self._now), default=None))

    def _open(self) -> list[OutboxRow]:
        """What was said to this person and still counts, the newest first; of several of a sort only the newest."""
        found: dict[tuple[FollowUpKind, str | None], OutboxRow] = {}
        for row in sorted(self._known.rows, key=lambda row: row.sent_at or row.created_at, reverse=True):
            told = row.followup.key.person == self._card.person and not row.followup.to_guest
            here = told and row.channel == self._card.channel and row.parcel is not None
            if here and row.state is State.SENT and self._still_asked(row):
                found.setdefault((row.followup.kind, row.followup.concerns), row)
        return list(found.values())

    def _still_asked(self, row: OutboxRow) -> bool:
        until = row.followup.not_after
        if row.followup.kind is FollowUpKind.APPROVAL:
            asked = next((one for one in self._known.rows if one.key == row.followup.concerns), None)
            if asked is None or asked.state is not State.AWAITING:
                return False
            until = min(until, asked.followup.not_after)
        elif taps_for(row.followup.kind, phone=False):
            until = stands_until(Verb.OFFER, row.followup, self._known.stored.meeting)
        else:
            return True
        self._changes.append(until)
        return self._now < until

    def _piece(self, row: OutboxRow) -> Parcel:
        """What a message says now, with the taps under it that still count."""
        assert row.parcel is not None
        stored, parcel = self._known.stored, row.parcel
        if row.followup.kind in _SAID_ANEW and stored.verdict is not None and not self._known.moved:
            parcel = self._composer.parcel(row, stored.meeting, stored.verdict)
            self._follow_the_ladder(stored)
        return replace(parcel, choices=tuple(one for one in parcel.choices if self._counts(one, row)))

    def _counts(self, choice: Choice, row: OutboxRow) -> bool:
        choosing = parse(choice.value)
        if choosing is None or row.followup.kind is FollowUpKind.APPROVAL:
            return True
        until = stands_until(choosing.tap, row.followup, self._known.stored.meeting)
        self._changes.append(until)
        ordered = ORDERS.get(choosing.tap)
        done = any(one.followup.kind is ordered and one.state in _UNDER_WAY for one in self._known.rows)
        return self._now < until and not done

    def _follow_the_ladder(self, stored: StoredMeeting) -> None:
        """What comes next is said with its time: once that has come, something else comes next."""
        policy = self._parts.policy_for(stored.meeting)
        cause = cause_of(stored.verdict) if stored.verdict is not None else None
        ahead = prospect(stored.meeting, cause, policy, self._now) if policy is not None and cause is not None else None
        if ahead is not None:
            self._changes.append(ahead.at)

    def _told(self, root: OutboxRow) -> str:
        """A line for each message to a guest that this person decided about or could order."""
        mine = [row for row in self._known.rows if row.followup.key.person == self._card.person]
        offered = {verb for row in mine for verb in _orders(row)}
        asked = {row.followup.concerns for row in mine}
        contact = self._composer.contact_of(root, self._known.stored)
        lines = []
        for row in sorted(self._known.rows, key=lambda row: row.created_at):
            ordered = row.followup.ordered and row.followup.key.step.removeprefix("ordered:") in offered
            if row.followup.to_guest and row.state in _DECIDED and (ordered or row.key in asked):
                lexicon = self._parts.wording.lexicon(contact.language)
                clock = lexicon.clock(row.sent_at or row.changed_at, contact.zone)
                lines.append(f"{clock}: {lexicon.say(row.followup.kind)}, {lexicon.say(row.state)}")
        return "\n".join(lines)

    def _ending(self, root: OutboxRow) -> str:
        """Why nothing is open any more, as far as that can be said in a sentence."""
        contact = self._composer.contact_of(root, self._known.stored)
        lexicon = self._parts.wording.lexicon(contact.language)
        if self._known.moved:
            return lexicon.phrase("card_moved")
        said = [word for word in last_words(self._known.evidence) if word.by == self._card.person]
        if said:
            return lexicon.phrase("card_answered").format(answer=lexicon.label(said[-1].said.value))
        verdict = self._known.stored.verdict
        match verdict.outcome if verdict is not None else None:
            case Outcome.HELD:
                self._changes.append(self._known.stored.meeting.end)
                over = self._now >= self._known.stored.meeting.end
                return lexicon.phrase("card_held" if over else "card_running")
            case Outcome.CALLED_OFF:
                return lexicon.phrase("card_called_off")
        return ""


def _orders(row: OutboxRow) -> list[str]:
    """What a person could order from a message of this kind."""
    return [tap.value for tap in taps_for(row.followup.kind, phone=False) if isinstance(tap, Verb)]
