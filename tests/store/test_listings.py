"""A listing becomes part of the mirror wholly or not at all, and a source that lost its memory calls nothing off."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from noshowd.domain.entry import CalendarEntry, EntryRef
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Gone, ListingEnd, Page, Quarantined
from noshowd.store import calendars, entries, listings
from noshowd.store.calendars import ClaimedCalendar
from noshowd.store.database import Database
from noshowd.store.errors import LeaseLost
from noshowd.store.listings import Applied, Change
from noshowd.store.schema import entry_staging
from store.samples import LEASE, MINUTE, NINE, at, entry

DAY = Span(start=NINE, end=at(24 * 60))
ALL = tuple(entry(f"e{n}", start=at(30 * n)) for n in range(4))


@pytest.fixture
def watched(database: Database) -> Database:
    database.run_sync(lambda conn: calendars.register(conn, [("google", "anna")], now=NINE))
    return database


def claim(database: Database, now=NINE) -> ClaimedCalendar:
    [claimed] = database.run_sync(lambda conn: calendars.claim_due(conn, now=now, lease=LEASE, limit=5, worker="w1"))
    return claimed


def apply(database: Database, page: Page, *, now=NINE, complete=True, cursor="c", window=DAY) -> Applied:
    mine = claim(database, now)
    database.run_sync(lambda conn: listings.begin(conn, mine))
    database.run_sync(lambda conn: listings.stage(conn, mine, page))
    end = ListingEnd(complete=complete, window=window, cursor=cursor)
    return database.run_sync(lambda conn: listings.apply(conn, mine, end, now=now, next_look_at=now + MINUTE))


def changed(*found: CalendarEntry) -> tuple[Change, ...]:
    return tuple(Change(entry_id=one.ref.entry_id, uid=one.uid) for one in found)


def mirror(database: Database) -> list[CalendarEntry]:
    return database.run_sync(lambda conn: entries.between(conn, DAY.start, at(10**6)))


def ref(entry_id: str) -> EntryRef:
    return EntryRef(account="google", calendar="anna", entry_id=entry_id)


def test_a_first_listing_is_all_new(watched: Database):
    assert apply(watched, Page(entries=ALL)).changed == changed(*ALL)
    assert mirror(watched) == list(ALL)
    assert claim(watched, at(1)).cursor == "c"


def test_only_what_differs_is_reported(watched: Database):
    apply(watched, Page(entries=ALL))
    renamed = replace(ALL[1], title="Other")
    assert apply(watched, Page(entries=(ALL[0], renamed, *ALL[2:])), now=at(1)) == Applied(changed=changed(renamed))


def test_what_a_complete_listing_no_longer_names_is_gone(watched: Database):
    apply(watched, Page(entries=ALL))
    assert apply(watched, Page(entries=ALL[1:]), now=at(1)).gone == (ALL[0],)
    assert mirror(watched) == list(ALL[1:])


def test_two_accounts_that_read_one_calendar_have_a_cursor_each(database: Database):
    """Keyed by the calendar alone, each would overwrite the other's place in the change feed."""
    both = [("firm", "team"), ("private", "team")]
    database.run_sync(lambda conn: calendars.register(conn, both, now=NINE))
    claims = database.run_sync(lambda conn: calendars.claim_due(conn, now=NINE, lease=LEASE, limit=5, worker="w1"))
    for mine in claims:
        end = ListingEnd(complete=True, window=DAY, cursor=f"of {mine.account}")
        database.run_sync(partial(listings.begin, claim=mine))
        database.run_sync(partial(listings.apply, claim=mine, end=end, now=NINE, next_look_at=NINE))
    again = database.run_sync(lambda conn: calendars.claim_due(conn, now=at(1), lease=LEASE, limit=5, worker="w1"))
    assert {one.account: one.cursor for one in again} == {"firm": "of firm", "private": "of private"}


def test_what_lies_outside_the_window_is_not_gone(watched: Database):
    apply(watched, Page(entries=ALL))
    later = Span(start=at(60), end=DAY.end)
    assert apply(watched, Page(entries=ALL[2:]), now=at(1), window=later) == Applied()


def test_a_change_feed_calls_off_only_what_it_names(watched: Database):
    apply(watched, Page(entries=ALL))
    gone = Page(gone=(Gone(ref=ref("e2")), Gone(ref=ref("never seen"))))
    assert apply(watched, gone, now=at(1), complete=False) == Applied(gone=(ALL[2],))


def test_a_source_that_lost_more_than_half_is_believed_the_second_time(watched: Database):
    apply(watched, Page(entries=ALL))
    first = apply(watched, Page(entries=ALL[3:]), now=at(1))
    assert (first.gone, first.held_back) == ((), 3)
    assert claim(watched, at(2)).cursor is None
    watched.run_sync(lambda conn: calendars.look_now(conn, "google", "anna", now=at(2)))
    later = apply(watched, Page(entries=ALL[3:]), now=at(3))
    assert later.held_back == 3
    assert apply(watched, Page(entries=ALL[3:]), now=at(6)).gone == ALL[:3]
    assert mirror(watched) == [ALL[3]]


def test_a_source_that_finds_its_memory_again_lost_nothing(watched: Database):
    apply(watched, Page(entries=ALL))
    assert apply(watched, Page(), now=at(1)).held_back == 4
    assert apply(watched, Page(entries=ALL), now=at(2)) == Applied()
    assert apply(watched, Page(), now=at(7)).held_back == 4


def test_an_event_moved_out_of_the_window_is_a_change(watched: Database):
    apply(watched, Page(entries=ALL))
    moved = replace(ALL[0], start=at(5000), end=at(5030))
    unknown = entry("far", start=at(6000))
    assert apply(watched, Page(entries=(moved, unknown)), now=at(1), complete=False).changed == changed(moved)


def test_a_listing_that_broke_off_changes_nothing(watched: Database):
    apply(watched, Page(entries=ALL))
    broken = claim(watched, at(1))
    watched.run_sync(lambda conn: listings.stage(conn, broken, Page(entries=(entry("half"),))))
    watched.run_sync(
        lambda conn: calendars.record_bad(conn, broken, error="503", next_look_at=at(2), cursor_expired=True)
    )
    assert mirror(watched) == list(ALL)
    again = claim(watched, at(2))
    assert (again.cursor, again.failures) == (None, 1)
    watched.run_sync(lambda conn: listings.begin(conn, again))
    end = ListingEnd(complete=False, window=DAY, cursor="d")
    assert watched.run_sync(lambda conn: listings.apply(conn, again, end, now=at(2), next_look_at=at(3))) == Applied()


def test_a_listing_whose_lease_was_lost_changes_nothing(watched: Database):
    slow = claim(watched)
    watched.run_sync(lambda conn: listings.begin(conn, slow))
    watched.run_sync(lambda conn: listings.stage(conn, slow, Page(entries=ALL)))
    claim(watched, NINE + LEASE)
    with pytest.raises(LeaseLost):
        watched.run_sync(lambda conn: listings.stage(conn, slow, Page(entries=(entry("late"),))))
    end = ListingEnd(complete=True, window=DAY, cursor="c")
    with pytest.raises(LeaseLost):
        watched.run_sync(lambda conn: listings.apply(conn, slow, end, now=at(1), next_look_at=at(2)))
    assert mirror(watched) == []


def test_a_listing_that_lost_what_was_laid_aside_calls_nothing_gone(watched: Database):
    apply(watched, Page(entries=ALL))
    mine = claim(watched, at(1))
    watched.run_sync(lambda conn: listings.begin(conn, mine))
    watched.run_sync(lambda conn: conn.execute(sa.delete(entry_staging)))
    end = ListingEnd(complete=True, window=DAY, cursor="c")
    with pytest.raises(LeaseLost):
        watched.run_sync(lambda conn: listings.apply(conn, mine, end, now=at(1), next_look_at=at(2)))
    assert mirror(watched) == list(ALL)


def test_a_push_during_a_listing_has_the_calendar_read_again(watched: Database):
    reading = claim(watched)
    watched.run_sync(lambda conn: listings.begin(conn, reading))
    watched.run_sync(lambda conn: calendars.look_now(conn, "google", "anna", now=at(0.1)))
    end = ListingEnd(complete=True, window=DAY, cursor="c")
    watched.run_sync(lambda conn: listings.apply(conn, reading, end, now=at(0.2), next_look_at=at(30)))
    assert watched.run_sync(lambda conn: calendars.next_due(conn, now=at(0.2))) == at(0.1)


def test_one_bad_event_is_quarantined_until_it_can_be_read(watched: Database):
    bad = Quarantined(ref=ref("e0"), reason="start is no date")
    surrogate = entry("e9", title="\ud83d")
    assert apply(watched, Page(entries=(*ALL[1:], surrogate), quarantined=(bad,))).changed == changed(*ALL[1:])
    reasons = {one.ref.entry_id: one.reason for one in watched.run_sync(entries.quarantined)}
    assert reasons == {"e0": "start is no date", "e9": "it holds characters that are no text (lone surrogates)"}
    apply(watched, Page(entries=(*ALL, replace(surrogate, title="mended"))), now=at(1))
    assert watched.run_sync(entries.quarantined) == []


def test_a_bad_event_is_news_once(watched: Database):
    bad = Quarantined(ref=ref("e0"), reason="start is no date")
    other = replace(bad, reason="it has no end")
    assert apply(watched, Page(quarantined=(bad,))).quarantined == (bad,)
    assert apply(watched, Page(quarantined=(bad,)), now=at(1)).quarantined == ()
    assert apply(watched, Page(quarantined=(other,)), now=at(2)).quarantined == (other,)


def test_a_known_event_that_turns_bad_is_not_gone(watched: Database):
    apply(watched, Page(entries=ALL))
    bad = Quarantined(ref=ref("e0"), reason="start is no date")
    assert apply(watched, Page(entries=ALL[1:], quarantined=(bad,)), now=at(1)).gone == ()
    assert mirror(watched) == list(ALL)


def test_the_last_word_about_an_event_counts(watched: Database):
    page = Page(entries=(ALL[0],), gone=(Gone(ref=ref("e0")),))
    assert apply(watched, page) == Applied()
