"""Many copies, one meeting: grouping, the copy that rules, skipping over all copies, copies of sync tools."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noshowd.domain.entry import EntryStatus, Response, Sensitivity
from noshowd.domain.meeting import Kind, Side, Skip
from noshowd.reading.meetings import read_meetings
from noshowd.reading.sides import KnownPerson
from reading.events import MEET, START, attendee, entry, us

ANNA = {"calendar": "anna@firma.de", "is_organizer_copy": True}
BEN = {"calendar": "ben@firma.de", "account": "microsoft"}
PEOPLE = (attendee("anna@firma.de"), attendee("ben@firma.de"), attendee("max@kunde.de"))


def one(*entries, **side):
    (meeting,) = read_meetings(entries, us(**side))
    return meeting


def test_copies_of_two_vendors_are_one_meeting_under_the_organisers_rule():
    later = START + timedelta(minutes=15)
    stale = entry(**BEN, attendees=PEOPLE, updated=START)
    moved = entry(**ANNA, attendees=PEOPLE, start=later, end=later + timedelta(minutes=30))

    meeting = one(stale, moved)

    assert meeting.start == later
    assert [ref.calendar for ref in meeting.copies] == ["anna@firma.de", "ben@firma.de"]


def test_without_the_organisers_copy_the_latest_change_rules():
    old = entry(calendar="anna@firma.de", title="Alt", updated=START, organizer=attendee("max@kunde.de"))
    new = entry(**BEN, title="Neu", updated=START + timedelta(hours=1), organizer=attendee("max@kunde.de"))

    assert one(old, new).title == "Neu"


def test_key_survives_a_move_of_the_occurrence():
    before = entry(original_start=START)
    after = entry(original_start=START, start=START + timedelta(days=1), end=START + timedelta(days=1, hours=1))

    assert one(before).key == one(after).key


def test_occurrences_of_a_series_are_different_meetings():
    first = entry(original_start=START)
    second = entry(
        original_start=START + timedelta(days=7), start=START + timedelta(days=7), end=START + timedelta(days=8)
    )

    assert len({m.key for m in read_meetings([second, first], us())}) == 2


def test_exchange_writes_the_day_into_the_uid_of_an_occurrence():
    head, tail = "040000008200E00074C5B7101A82E008", "A0B1C2D3E4F5"
    series = entry(**ANNA, uid=f"{head}00000000{tail}", original_start=START)
    occurrence = entry(**BEN, uid=f"{head}07EA0B17{tail}", original_start=START, location="", description="")

    assert len(one(series, occurrence).copies) == 2


def test_without_uid_organiser_start_and_place_decide():
    meeting = one(entry(**ANNA, uid=None), entry(**BEN, uid=None))

    assert len(meeting.copies) == 2
    assert "firma.de" not in meeting.key, "the key stands in the journal, where no address does"


def test_other_uid_same_organiser_start_and_link_is_the_same_meeting():
    assert len(one(entry(**ANNA), entry(**BEN, uid="rewritten-by-a-gateway")).copies) == 2


def test_two_meetings_in_the_same_room_one_after_the_other():
    second = entry(uid="uid-2", start=START + timedelta(hours=1), end=START + timedelta(hours=2))

    assert len(read_meetings([entry(), second], us())) == 2


def test_order_of_the_copies_does_not_matter():
    copies = [entry(**ANNA, attendees=PEOPLE), entry(**BEN, attendees=PEOPLE), entry(uid="b", start=START, title="B")]

    assert read_meetings(copies, us()) == read_meetings(copies[::-1], us())


def test_cancelled_by_the_organiser_is_called_off():
    meeting = one(entry(**ANNA, status=EntryStatus.CANCELLED, attendees=PEOPLE), entry(**BEN, attendees=PEOPLE))

    assert (meeting.skip, meeting.called_off) == (Skip.CANCELLED, True)


def test_a_colleagues_deleted_copy_is_only_a_no_from_that_colleague():
    meeting = one(entry(**ANNA, attendees=PEOPLE), entry(**BEN, attendees=PEOPLE, status=EntryStatus.CANCELLED))

    assert meeting.skip is None
    assert meeting.person("ben@firma.de").response is Response.DECLINED
    assert meeting.person("anna@firma.de").response is Response.ACCEPTED


def test_declined_by_one_of_ours_is_still_watched_declined_by_all_is_not():
    theirs = {"organizer": attendee("max@kunde.de"), "attendees": PEOPLE}
    anna_no = entry(calendar="anna@firma.de", own_response=Response.DECLINED, **theirs)
    ben_no = entry(**BEN, own_response=Response.DECLINED, **theirs)

    assert one(anna_no, entry(**BEN, own_response=Response.ACCEPTED, **theirs)).skip is None
    assert one(anna_no, ben_no).skip is Skip.DECLINED


@pytest.mark.parametrize("odd", ["max@kunde.de\r\nBcc: all@kunde.de", "max", "a@kunde.de, b@kunde.de", "<b>@kunde.de"])
def test_what_is_no_address_is_written_to_by_nobody(odd):
    people = (attendee("anna@firma.de"), attendee(odd, name="Max Mustermann"))

    [guest] = [p for p in one(entry(**ANNA, attendees=people)).people if p.name == "Max Mustermann"]
    assert guest.address is None
    assert guest.key == "name:max mustermann"


def test_declined_by_the_organiser_alone_of_ours():
    people = (attendee("anna@firma.de", response="declined", is_organizer=True), attendee("max@kunde.de"))

    assert one(entry(**ANNA, attendees=people)).skip is Skip.DECLINED


def test_declined_by_every_guest():
    people = (attendee("anna@firma.de"), attendee("max@kunde.de", response="declined"))

    assert one(entry(**ANNA, attendees=people)).skip is Skip.DECLINED


def test_one_private_copy_hides_the_meeting():
    assert one(entry(**ANNA), entry(**BEN, sensitivity=Sensitivity.PRIVATE)).skip is Skip.PRIVATE


def test_free_only_if_all_copies_show_it_so():
    assert one(entry(**ANNA), entry(**BEN, busy=False)).skip is None
    assert one(entry(**ANNA, busy=False), entry(**BEN, busy=False)).skip is Skip.FREE


@pytest.mark.parametrize(
    ("said", "skip"),
    [
        ({"event_type": "focusTime"}, Skip.EVENT_TYPE),
        ({"all_day": True}, Skip.ALL_DAY),
        ({"location": "Raum 4"}, Skip.NOT_A_CALL),
        ({"attendees": ()}, Skip.NO_OTHERS),
        ({"attendees": tuple(attendee(f"p{i}@kunde.de") for i in range(40))}, Skip.TOO_MANY),
        ({"title": "Busy", "attendees": ()}, Skip.COPY),
        ({"attendees": (), "marks": (("onecal.sourceid", "x"),)}, Skip.COPY),
        ({"attendees": (), "description": "Synced by Reclaim"}, Skip.COPY),
    ],
)
def test_reasons_not_to_watch(said, skip):
    assert one(entry(**ANNA, **said)).skip is skip


def test_a_sync_tools_mark_on_a_real_meeting_means_nothing():
    assert one(entry(**ANNA, marks=(("reclaim.event.category", "meeting"),))).skip is None


def test_an_entry_without_people_beside_the_real_one_is_its_copy():
    owner = attendee("anna@privat.example", is_self=True)
    shadow = entry(
        calendar="privat", uid="x", organizer=owner, is_organizer_copy=True, attendees=(), location="0171 1234567"
    )
    real = entry(**ANNA, location="0171 1234567")

    skips = {meeting.key: meeting.skip for meeting in read_meetings([real, shadow], us())}

    assert skips == {"uid-1": None, "x": Skip.COPY}


def test_an_outsider_nobody_answered_is_not_followed():
    stranger = {"organizer": attendee("spam@werbung.example")}
    people = (attendee("anna@firma.de", response="none", is_self=True), attendee("spam@werbung.example"))

    assert one(entry(attendees=people, **stranger)).skip is Skip.UNKNOWN_ORGANIZER
    assert one(entry(attendees=people, own_response=Response.TENTATIVE, **stranger)).skip is None
    contact = {"spam@werbung.example": KnownPerson()}
    assert one(entry(attendees=people, **stranger), contacts=contact).skip is None


def test_the_ruling_copy_may_hide_its_place():
    meeting = one(entry(**ANNA, location="", attendees=PEOPLE), entry(**BEN, location=MEET, attendees=PEOPLE))

    assert meeting.place.kind is Kind.VIDEO


def test_what_is_known_of_a_person_comes_along():
    anna = KnownPerson(lines=("+498923714480",), all_lines_seen=True, provider_ids=("zoom:42",))
    person = one(entry(**ANNA), persons={"anna@firma.de": anna}).person("anna@firma.de")

    assert (person.lines, person.all_lines_seen, person.provider_ids) == (("+498923714480",), True, ("zoom:42",))


@pytest.mark.parametrize(
    ("words", "side"),
    [
        ("Wir rufen Sie an unter 0171 1234567.", Side.THEIRS),
        ("Bitte rufen Sie uns an unter 0171 1234567.", Side.OURS),
        ("Wir rufen Sie an von 0171 1234567.", Side.OURS),
    ],
)
def test_whose_number_it_is(words, side):
    meeting = one(entry(**ANNA, location="", description=words))

    assert [p.side for p in meeting.people if p.lines == ("+491711234567",)] == [side]


def test_extra_guests_and_hidden_lists_are_told():
    people = (attendee("anna@firma.de"), attendee("max@kunde.de", additional_guests=2))
    meeting = one(entry(**ANNA, attendees=people, attendees_complete=False))

    assert (meeting.additional_guests, meeting.open_ended) == (2, True)
