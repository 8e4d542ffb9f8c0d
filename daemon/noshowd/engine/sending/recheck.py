"""Just before anything leaves: read the event and the presence afresh, judge anew, and see how the house stands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from noshowd.domain.entry import EntryStatus
from noshowd.domain.followup import TO_GUESTS, FollowUp, FollowUpKind
from noshowd.domain.gate import Circumstances
from noshowd.domain.instead import is_beside
from noshowd.domain.meeting import Meeting, Person, Side
from noshowd.domain.policy import Policy
from noshowd.domain.timing import window
from noshowd.domain.verdict import Verdict
from noshowd.engine.calendars.intake import take_in
from noshowd.engine.failure import report_of
from noshowd.engine.judging.foresight import BUSY
from noshowd.engine.judging.history import History, history
from noshowd.engine.judging.judge import verdict_of
from noshowd.engine.judging.rebooking import rebooked_since
from noshowd.engine.parts import Parts
from noshowd.engine.presence.observe import look
from noshowd.engine.standing import Colleagues, read_standing
from noshowd.engine.words.notes import note_for
from noshowd.ports.calendar import Gone
from noshowd.ports.errors import Temporary, VendorError
from noshowd.ports.presence import PresenceSource
from noshowd.store import entries, health, meetings, outbox, people
from noshowd.store import evidence as evidence_rows
from noshowd.store.evidence import Look
from noshowd.wording import TaskNote

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A meeting as it is at this moment, judged on evidence read for this very purpose."""

    meeting: Meeting
    verdict: Verdict
    policy: Policy
    around: Circumstances
    #: Of a task: why it is one.
    note: TaskNote | None = None


async def recheck(parts: Parts, followup: FollowUp) -> Fresh | None:
    """Everything the gate needs to know about this follow-up, read afresh; None when what it rests on is gone."""
    stored = await parts.database.read(lambda conn: meetings.get(conn, followup.key.meeting))
    policy = parts.policy_for(stored.meeting) if stored is not None else None
    if stored is None or policy is None or not await _still_busy(parts, followup):
        return None
    event_read = await _reread_event(parts, stored.meeting)
    stored = await parts.database.read(lambda conn: meetings.get(conn, followup.key.meeting))
    if stored is None:
        return None
    meeting = stored.meeting
    # before its window nobody is looked at
    early = parts.clock.now() < window(meeting, policy.judging).start
    looked = early or await _look_again(parts, meeting, policy)
    hinted = await _hinted(parts, followup, meeting)
    now = parts.clock.now()
    fresh = await parts.database.read(
        lambda conn: _weigh(conn, parts, followup, meeting, policy, now, event_read=event_read, looked=looked)
    )
    return replace(fresh, around=replace(fresh.around, in_a_call=hinted))


async def _hinted(parts: Parts, followup: FollowUp, meeting: Meeting) -> frozenset[str]:
    """Whether whoever is to be asked is in some call; a hint that cannot be had is none."""
    person = next((p for p in meeting.people if p.key == followup.key.person), None)
    if followup.kind is not FollowUpKind.QUESTION or person is None or person.address is None:
        return frozenset()
    for source in parts.hints:
        async with report_of(parts, f"{health.HINT}{source.name}"):
            async with asyncio.timeout(parts.pace.patience.total_seconds()):
                busy = await source.in_a_call(frozenset({person.address}))
            if busy:
                return frozenset({person.key})
    return frozenset()


async def _still_busy(parts: Parts, followup: FollowUp) -> bool:
    """Of a warning that somebody is still in another meeting: whether a look into that one shows them there now."""
    word, _, other = followup.key.step.partition(":")
    if followup.kind is not FollowUpKind.HEADS_UP or word != BUSY:
        return True
    stored = await parts.database.read(lambda conn: meetings.get(conn, other))
    policy = parts.policy_for(stored.meeting) if stored is not None else None
    if stored is None or policy is None:
        return False
    meeting = stored.meeting
    await _look_again(parts, meeting, policy)
    now = parts.clock.now()

    def judged(conn: sa.Connection) -> Verdict:
        round_id = (meeting.key, meeting.round)
        return verdict_of(parts, meeting, evidence_rows.load(conn, [round_id])[round_id], policy, now)

    seen = (await parts.database.read(judged)).person(followup.key.person)
    return seen is not None and seen.here_now


async def _reread_event(parts: Parts, meeting: Meeting) -> bool:
    """Bring the mirror of this event up to date; False when it could not be read."""
    if not meeting.copies:
        return True
    ref = meeting.copies[0]
    source = parts.calendars.get(ref.account)
    if source is None:
        return False
    try:
        async with asyncio.timeout(parts.pace.patience.total_seconds()):
            found = await source.read(ref)
    except (VendorError, TimeoutError):
        return False

    if await parts.database.read(lambda conn: entries.get(conn, ref)) == found:
        return True  # most often: there is nothing to write, and nobody to wake

    def save(conn: sa.Connection) -> None:
        before = entries.get(conn, ref)
        now = parts.clock.now()
        if isinstance(found, Gone) or found.status is EntryStatus.CANCELLED:
            entries.remove(conn, [ref])
            take_in(conn, parts, [], [] if before is None else [before], now=now)
        elif found != before:
            entries.put(conn, [found])
            take_in(conn, parts, [found], [], now=now)

    await parts.database.run(save, wake=True)
    return True


async def _look_again(parts: Parts, meeting: Meeting, policy: Policy) -> bool:
    """Ask every source that can see the meeting; False when one of them did not answer."""
    answers = await asyncio.gather(
        *(_look_once(parts, source, meeting, policy) for source in parts.sources_for(meeting))
    )
    return all(answers)


async def _look_once(parts: Parts, source: PresenceSource, meeting: Meeting, policy: Policy) -> bool:
    began = parts.clock.now()
    try:
        seen = await look(parts, source, meeting, policy)
    except VendorError as error:
        if is_beside(source.traits, meeting):
            return True
        # a source that can only bring news after the end has nothing to say about the present
        return source.traits.ended_only and isinstance(error, Temporary)
    now = parts.clock.now()
    one = Look(round_id=(meeting.key, meeting.round), source=source.traits.name, seen=seen, looked_at=began)
    await parts.database.run(lambda conn: evidence_rows.append_looks(conn, [one], now=now))
    return True


def _weigh(
    conn: sa.Connection,
    parts: Parts,
    followup: FollowUp,
    meeting: Meeting,
    policy: Policy,
    now: datetime,
    *,
    event_read: bool,
    looked: bool,
) -> Fresh:
    round_id = (meeting.key, meeting.round)
    evidence = evidence_rows.load(conn, [round_id])[round_id]
    verdict = verdict_of(parts, meeting, evidence, policy, now)
    standing = read_standing(conn, shadow=parts.shadow)
    around = standing.around(meeting, verdict, policy, evidence, Colleagues(parts).of(meeting), now)
    person = meeting.person(followup.key.person)
    around = replace(
        around,
        rechecked=event_read and looked,
        event_read=event_read,
        event_changed=meeting.round != followup.key.round,
        relied_on=frozenset(c.source for c in evidence.coverages),
        hourly_cap_reached=outbox.sent_since(conn, now - _HOUR, kinds=TO_GUESTS) >= parts.pace.hourly_cap,
        being_asked=frozenset(outbox.being_asked(conn, now=now)),
    )
    if person is not None:
        around = _about(conn, parts, followup, meeting, person, policy, around, now)
    task = followup.kind is FollowUpKind.RECALL_TASK
    note = note_for(conn, parts, followup, meeting, verdict, policy) if task else None
    return Fresh(meeting=meeting, verdict=verdict, policy=policy, around=around, note=note)


def _about(
    conn: sa.Connection,
    parts: Parts,
    followup: FollowUp,
    meeting: Meeting,
    person: Person,
    policy: Policy,
    around: Circumstances,
    now: datetime,
) -> Circumstances:
    """What is to be known of the one person it goes to."""
    key, kind = person.key, followup.kind
    awake = parts.directory.awake_from(person, now)
    guest = person.side is Side.THEIRS
    digests = [parts.digest(address) for address in (person.key, *person.aliases)]
    opted = guest and (parts.directory.contact(person).never_write or bool(people.suppressed(conn, digests)))
    told = history(conn, parts, meeting, person, now) if kind is FollowUpKind.RESCHEDULE_OFFER else History()
    return replace(
        around,
        often_missed=frozenset({key}) if told.misses >= policy.misses_before_task else frozenset(),
        told_later=frozenset({key}) if told.told_later else frozenset(),
        later_today={key: told.decided_at} if told.decided_at is not None else {},
        opted_out=frozenset({key}) if opted else frozenset(),
        unreachable=frozenset({key}) if guest and person.address is None else frozenset(),
        sent_today={(key, kind): outbox.sent_since(conn, _midnight(parts, person, now), person=key, kinds=[kind])},
        awake_from={key: awake} if awake is not None and kind is not FollowUpKind.QUESTION else {},
        rebooked=_rebooked(conn, followup, meeting, person),
    )


def _midnight(parts: Parts, person: Person, now: datetime) -> datetime:
    """When today began where this person is."""
    here = now.astimezone(ZoneInfo(parts.directory.contact(person).zone))
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)


def _rebooked(conn: sa.Connection, followup: FollowUp, meeting: Meeting, person: Person) -> bool:
    """Whether the guest it goes to, or every guest whom a task is about, has a new appointment."""
    about = [person]
    if followup.kind is FollowUpKind.RECALL_TASK:
        about = [one for key in followup.about if (one := meeting.person(key)) is not None]
    guests = [one for one in about if one.side is Side.THEIRS]
    return bool(guests) and all(rebooked_since(conn, meeting, guest) for guest in guests)
