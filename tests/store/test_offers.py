"""Offers as the store keeps them: one answer counts, times are held, and a lost lease writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noshowd.domain.entry import EntryRef
from noshowd.domain.followup import IllegalStepError
from noshowd.domain.offer import OFFER_TRANSITIONS, Chosen, Offer, OfferState, OfferStep, offer_step
from noshowd.ports.calendar import NewEvent
from noshowd.store import offers
from noshowd.store.database import Database
from noshowd.store.errors import LeaseLost
from noshowd.store.offers import Write
from store.samples import LEASE, NINE, at

HOUR = timedelta(hours=1)
LENGTH = timedelta(minutes=30)
ANNA, BEN = "anna@us.example", "ben@us.example"
TIMES = (NINE + 24 * HOUR, NINE + 50 * HOUR, NINE + 73 * HOUR)
OFFER = Offer(
    key="first",
    meeting="m1",
    round=1,
    guest="gus@them.example",
    length=LENGTH,
    zone="Europe/Berlin",
    times=TIMES,
    ours=(ANNA, BEN),
    held_until=NINE + 48 * HOUR,
    ends=TIMES[-1],
)
WRITE = Write(
    account="google",
    calendar=ANNA,
    event=NewEvent(key="first-1", start=TIMES[0], end=TIMES[0] + LENGTH, zone="Europe/Berlin", title="Call"),
)


def chosen(offer: Offer = OFFER) -> Offer:
    return replace(offer, chosen=Chosen(start=TIMES[0], at=NINE, keyword="Angebot"))


@pytest.mark.parametrize("state", OfferState)
@pytest.mark.parametrize("what", OfferStep)
def test_every_pair_of_the_machine_leads_somewhere_or_is_refused(state: OfferState, what: OfferStep) -> None:
    if what in OFFER_TRANSITIONS[state]:
        assert offer_step(state, what) is OFFER_TRANSITIONS[state][what]
    else:
        with pytest.raises(IllegalStepError):
            offer_step(state, what)


def test_the_first_answer_wins(database: Database) -> None:
    def work(conn):
        offers.put(conn, OFFER, now=NINE, next_try_at=NINE + HOUR)
        offers.record(conn, "first", OfferStep.CHOSEN, now=at(1), next_try_at=at(1), changed=chosen())
        for what in (OfferStep.CHOSEN, OfferStep.DECLINED, OfferStep.WITHDRAWN):
            with pytest.raises(IllegalStepError):
                offers.record(conn, "first", what, now=at(2))
        offers.put(conn, OFFER, now=at(3), next_try_at=at(3))
        offers.change_times(conn, OFFER, now=at(3))
        return offers.get(conn, "first")

    found = database.run_sync(work)
    assert found is not None
    assert (found.state, found.offer) == (OfferState.TAKEN, chosen())


def test_times_are_held_for_a_while_and_a_chosen_one_until_it_is_booked(database: Database) -> None:
    def held(conn, who: str, minute: float, but: str = ""):
        offers.one_at_a_time(conn)
        return [span.start for span in offers.held(conn, [who], now=at(minute), but=but)]

    def work(conn):
        offers.put(conn, OFFER, now=NINE, next_try_at=NINE + HOUR)
        assert held(conn, ANNA, 1) == list(TIMES)
        assert held(conn, "else@us.example", 1) == []
        assert held(conn, BEN, 1, but="first") == []
        assert held(conn, BEN, 48 * 60) == []
        offers.record(conn, "first", OfferStep.CHOSEN, now=at(1), next_try_at=at(1), changed=chosen())
        assert held(conn, ANNA, 48 * 60) == [TIMES[0]]
        offers.record(conn, "first", OfferStep.HANDED_OVER, now=at(2))
        assert held(conn, ANNA, 3) == []

    database.run_sync(work)


def test_what_is_written_is_stored_before_the_call_and_a_lost_lease_writes_nothing(database: Database) -> None:
    place = EntryRef(account="google", calendar=ANNA, entry_id="e1")

    def claim(conn, minute: float):
        return offers.claim_due(conn, now=at(minute), lease=LEASE, limit=5, worker="w")

    def work(conn):
        offers.put(conn, OFFER, now=NINE, next_try_at=NINE + HOUR)
        assert claim(conn, 1) == []
        offers.record(conn, "first", OfferStep.CHOSEN, now=at(1), next_try_at=at(1), changed=chosen())
        [first] = claim(conn, 1)
        offers.mark_writing(conn, "first", first.token, now=at(1), lease=LEASE, write=WRITE)
        assert claim(conn, 1) == []
        assert offers.next_due(conn, now=at(1)) == at(1) + LEASE
        [again] = claim(conn, 1 + LEASE / timedelta(minutes=1))
        assert (again.state, again.event, again.attempts) == (OfferState.WRITING, WRITE.event, 1)
        with pytest.raises(LeaseLost):
            offers.record(conn, "first", OfferStep.WRITTEN, now=at(9), token=first.token, written=place)
        with pytest.raises(LeaseLost):
            offers.mark_writing(conn, "first", first.token, now=at(9), lease=LEASE, write=WRITE)
        with pytest.raises(LeaseLost):
            offers.postpone(conn, "first", token=first.token, next_try_at=at(9))
        offers.record(conn, "first", OfferStep.WRITTEN, now=at(9), token=again.token, written=place)
        return offers.get(conn, "first"), offers.next_due(conn, now=at(9))

    found, due = database.run_sync(work)
    assert (found.state, found.written, due) == (OfferState.BOOKED, place, None)


def test_only_what_is_over_is_cleared(database: Database) -> None:
    def work(conn):
        offers.put(conn, OFFER, now=NINE, next_try_at=NINE + HOUR)
        offers.put(conn, replace(OFFER, key="second"), now=NINE, next_try_at=NINE + HOUR)
        offers.record(conn, "second", OfferStep.DECLINED, now=at(1))
        assert offers.clear(conn, before=at(2), limit=10) == 1
        return offers.get(conn, "first"), offers.get(conn, "second")

    first, second = database.run_sync(work)
    assert first is not None
    assert second is None
