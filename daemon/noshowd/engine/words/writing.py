"""The text of a message, written as late as possible; one that was approved leaves as it was, or not at all."""

from __future__ import annotations

from dataclasses import replace

from noshowd.domain.address import canonical
from noshowd.domain.followup import FollowUpKind, Withheld
from noshowd.domain.gate import NEEDS_A_PERSON
from noshowd.engine.offers.news import is_news, news
from noshowd.engine.offers.offer import Proposal, propose, still_offered
from noshowd.engine.parts import Parts
from noshowd.engine.sending.recheck import Fresh
from noshowd.engine.words.compose import Composer
from noshowd.engine.words.in_thread import in_thread
from noshowd.engine.words.recall import recall
from noshowd.ports.channel import Parcel
from noshowd.store.outbox import OutboxRow


async def written(parts: Parts, row: OutboxRow, fresh: Fresh) -> Parcel | Withheld:
    """What is sent for this row now, or why nothing is: an offer without a time, or whose times are gone."""
    if row.followup.kind is FollowUpKind.RECALL_TASK:
        return row.parcel or await recall(parts, row, fresh)
    if row.followup.kind is not FollowUpKind.RESCHEDULE_OFFER:
        if row.parcel is not None:
            return row.parcel
        parcel = Composer(parts).parcel(row, fresh.meeting, fresh.verdict, note=fresh.note)
        return await in_thread(parts, parcel, fresh.meeting) if row.followup.to_guest else parcel
    if row.parcel is not None:
        gone = await still_offered(parts, row, fresh.meeting, fresh.verdict)
        if gone is None:
            return row.parcel
        if row.followup.approval in NEEDS_A_PERSON:
            return gone
    proposal = await propose(parts, row, fresh.meeting, fresh.verdict)
    if not isinstance(proposal, Proposal):
        return proposal
    parcel = Composer(parts).parcel(row, fresh.meeting, fresh.verdict, proposal.times, proposal.page)
    parcel = await in_thread(parts, parcel, fresh.meeting)
    return parcel if proposal.page is not None else _answerable(parts, parcel)


def _answerable(parts: Parts, parcel: Parcel) -> Parcel:
    """Without a page the reply is the answer: where it is known by its address, one of the same person's mailbox."""
    address = parts.reply_address(parcel.key) if parts.reply_address is not None else None
    same = address is not None and canonical(address) == canonical(parcel.reply_to or "")
    return replace(parcel, reply_to=address) if same else parcel


async def news_of(parts: Parts, row: OutboxRow) -> Parcel:
    """A notice or correction: about an offer, a meeting, or noshowd itself."""
    told = await news(parts, row) if is_news(row) else None
    return told or await Composer(parts).about_noshowd(row)
