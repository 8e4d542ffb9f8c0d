"""Answers to offers without the page: a guest replies by mail, and one of ours books with a tap."""

from __future__ import annotations

import hashlib
from datetime import datetime

import sqlalchemy as sa

from noshowd.domain.followup import FollowUpKind
from noshowd.domain.offer import Chosen
from noshowd.engine.answers.choices import Choosing, Verb
from noshowd.engine.offers.desk import WORDS_LIMIT, take_now
from noshowd.engine.offers.news import News, candidates, is_news, tell
from noshowd.engine.offers.offer import see
from noshowd.ports.answers import Answer
from noshowd.ports.offers import Reply
from noshowd.store.outbox import OutboxRow


def from_guest(conn: sa.Connection, row: OutboxRow, answer: Answer, now: datetime) -> bool:
    """A guest replied to an offer: our side reads it, with a button that books. Nothing is booked by the reply itself.

    False when nothing is known of the offer any more.
    """
    seen = see(conn, row.key, now)
    if seen is None:
        return False
    mail = hashlib.sha256(answer.answer_id.encode()).hexdigest()[:16]
    words = answer.text or answer.value
    tell(conn, seen, News.REPLY, now, text=words[:WORDS_LIMIT], unique=f":{mail}")
    return True


def is_reply(row: OutboxRow) -> bool:
    """Whether this message lays a guest's reply before our side."""
    return row.followup.kind is FollowUpKind.NOTICE and is_news(row)


def as_booking(row: OutboxRow, choosing: Choosing) -> Choosing:
    """A plain yes under a guest's reply books the time that it means."""
    if choosing.tap is not Verb.YES or not is_reply(row):
        return choosing
    return Choosing(tap=Verb.BOOK, key=choosing.key)


def book(conn: sa.Connection, row: OutboxRow, choosing: Choosing, by: str, now: datetime) -> Reply:
    """One of ours books for the guest; without a time of its own the tap books the only one that the reply can mean."""
    seen = see(conn, row.followup.concerns or "", now)
    if seen is None:
        return Reply.ALREADY
    start = choosing.start
    if start is None:
        meant = candidates(seen, row.followup.text or "", now)
        if len(meant) != 1:
            return Reply.ALREADY
        start = meant[0]
    return take_now(conn, seen.stored.offer.key, Chosen(start=start, at=now, by=by), now)
