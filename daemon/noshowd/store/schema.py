"""The tables. What is searched is a column; what is only read back is a value (JSON text).

Due columns have partial indexes, so that an idle daemon touches only what is due. A lease is a token with an end:
whoever claimed a row writes it only with that token.
"""

from __future__ import annotations

import sqlalchemy as sa

from noshowd.domain.followup import FollowUp
from noshowd.domain.meeting import Meeting
from noshowd.domain.verdict import Verdict
from noshowd.ports.answers import Answer
from noshowd.ports.channel import Parcel, Receipt
from noshowd.store.codec import Instant, Value
from noshowd.store.mirror_schema import allowance, calendar, entry, entry_staging, quarantine, watch
from noshowd.store.tables import Serial, due_index, lease_columns, metadata, partial_index

#: Made elsewhere and found here with all the others.
__all__ = ["allowance", "calendar", "entry", "entry_staging", "metadata", "partial_index", "quarantine", "watch"]

meeting = sa.Table(
    "meeting",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("start_at", Instant, nullable=False),
    sa.Column("end_at", Instant, nullable=False),
    sa.Column("payload", Value(Meeting), nullable=False),
    #: A later round has taken its place.
    sa.Column("superseded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("phase", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("verdict", Value(Verdict)),
    sa.Column("judged_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("next_look_at", Instant),
    #: Counts what became known; a judgement made before the last of it is judged again at once.
    sa.Column("news", sa.Integer, nullable=False, server_default=sa.text("0")),
    *lease_columns(),
    #: Names, title and evidence are gone; what is left counts and is not judged again.
    sa.Column("nameless", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_meeting_start_at", "start_at"),
)
due_index(meeting, "next_look_at")
#: Whatever keeps names, by its end: what is over for long loses them.
partial_index("ix_meeting_named", meeting.c.end_at, where=~meeting.c.nameless)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("meeting", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, primary_key=True),
    #: Counts from 1 within the round.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, nullable=False),
    #: The source's key of a stay or call, null for coverage.
    sa.Column("item", sa.Text),
    sa.Column("noted_at", Instant, nullable=False),
    #: Something later says the same or more; kept for explaining, not for judging.
    sa.Column("replaced_at", Instant),
    sa.Column("payload", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

transition = sa.Table(
    "transition",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("meeting", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("phase", sa.Text),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reasons", Value(list[str]), nullable=False),
    sa.Column("became_at", Instant, nullable=False),
    sa.Column("noticed_at", Instant, nullable=False),
    sa.Index("ix_transition_meeting", "meeting", "round"),
    sa.Index("ix_transition_noticed_at", "noticed_at"),
)

look = sa.Table(
    "look",
    metadata,
    sa.Column("meeting", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("next_look_at", Instant),
    sa.Column("last_good_look", Instant),
    sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("last_error", sa.Text),
    *lease_columns(),
)
due_index(look, "next_look_at")

outbox = sa.Table(
    "outbox",
    metadata,
    #: str(FollowUpKey)
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("meeting", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("followup", Value(FollowUp), nullable=False),
    #: Key of the follow-up this one is about.
    sa.Column("concerns", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("shadow", sa.Boolean, nullable=False),
    #: When something is to be done with it: sent, closed, taken back, or, in `sending`, asked after. Null: nothing.
    sa.Column("next_try_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
    *lease_columns(),
    sa.Column("channel", sa.Text),
    sa.Column("parcel", Value(Parcel)),
    sa.Column("receipt", Value(Receipt)),
    sa.Column("reason", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Index("ix_outbox_meeting", "meeting", "round"),
    sa.Index("ix_outbox_created_at", "created_at"),
)
due_index(outbox, "next_try_at")
#: Written out, as every question has to write it that this index is to answer.
UNCERTAIN = sa.text("state = 'uncertain'")
partial_index("ix_outbox_uncertain", outbox.c.created_at, where=UNCERTAIN)
partial_index("ix_outbox_concerns", outbox.c.concerns, where=outbox.c.concerns.is_not(None))
partial_index("ix_outbox_sent", outbox.c.sent_at, outbox.c.person, where=outbox.c.sent_at.is_not(None))

happening = sa.Table(
    "happening",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("followup", sa.Text, nullable=False),
    sa.Column("happening", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Index("ix_happening_followup", "followup"),
)

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("answer_id", sa.Text, primary_key=True),
    sa.Column("payload", Value(Answer), nullable=False),
    sa.Column("stored_at", Instant, nullable=False),
    sa.Column("handled_at", Instant),
    #: What was made of it, for whoever gives the same answer again.
    sa.Column("result", sa.Text),
    sa.Index("ix_answer_stored_at", "stored_at"),
)
partial_index("ix_answer_unhandled", answer.c.stored_at, where=answer.c.handled_at.is_(None))

suppression = sa.Table(
    "suppression",
    metadata,
    #: Keyed hash of an address that wants no more messages.
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
)

miss = sa.Table(
    "miss",
    metadata,
    #: Keyed hash of the address of a guest who was missed.
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("meeting", sa.Text, primary_key=True),
    #: Start of that meeting.
    sa.Column("missed_at", Instant, nullable=False),
    sa.Index("ix_miss_meeting", "meeting"),
    sa.Index("ix_miss_missed_at", "missed_at"),
)

forgotten = sa.Table(
    "forgotten",
    metadata,
    #: Keyed hash of an address whose owner is not to be stored again.
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("since", Instant, nullable=False),
)

health = sa.Table(
    "health",
    metadata,
    #: `source:meet`, `account:google`, `channel:slack`, ...
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("last_success", Instant),
    sa.Column("last_error", sa.Text),
    sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
    #: When our side was told of this state.
    sa.Column("told_at", Instant),
)

outage = sa.Table(
    "outage",
    metadata,
    #: As in `health`, and `noshowd` for times when it did not run itself.
    sa.Column("part", sa.Text, primary_key=True),
    sa.Column("began", Instant, primary_key=True),
    #: None while it lasts.
    sa.Column("ended", Instant),
    sa.Index("ix_outage_ended", "ended"),
)

switch = sa.Table(
    "switch",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)

worker = sa.Table(
    "worker",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("heartbeat", Instant, nullable=False),
)

identity_link = sa.Table(
    "identity_link",
    metadata,
    #: The source's own id of somebody, as `source:id`.
    sa.Column("provider_id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("learned_at", Instant, nullable=False),
    sa.Index("ix_identity_link_person", "person"),
)

used_token = sa.Table(
    "used_token",
    metadata,
    #: SHA-256 of a signed link that works once.
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("used_at", Instant, nullable=False),
    sa.Index("ix_used_token_used_at", "used_at"),
)
