"""The traps of reading Meet, each met by the real client against the simulated Google."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.presence import MeetPresence
from noshowd.adapters.google.settings import GoogleAccount, Lookup, MeetSettings
from noshowd.demo.vendors.google.faults import Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.demo.vendors.google.meetings import Joined
from noshowd.domain.entry import EntryRef
from noshowd.domain.evidence import Blind, Observation
from noshowd.domain.meeting import Kind, Meeting, Person, Place, Side
from noshowd.ports.errors import Permanent

ANNA, BEN, KIM = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de", "kim@grosskunde.de"
START = datetime(2026, 3, 24, 9, 0, tzinfo=UTC)
OPENING = START - timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


def meeting(code: str, organizer: str = ANNA, copies: tuple[str, ...] = ()) -> Meeting:
    return Meeting(
        key="m1",
        start=START,
        end=START + 30 * MINUTE,
        place=Place(kind=Kind.VIDEO, platform="google_meet", meeting_id=code),
        people=(Person(key=ANNA, side=Side.OURS), Person(key=KIM, side=Side.THEIRS)),
        organizer=organizer,
        copies=tuple(EntryRef(account="work", calendar=c, entry_id="e1") for c in copies),
    )


@pytest.fixture
def presence(client: GoogleClient) -> MeetPresence:
    return MeetPresence(client, MeetSettings())


@pytest.fixture
def code(google: SimulatedGoogle, wall) -> str:
    wall.instant = START + 6 * MINUTE
    return google.meetings.add_space(ANNA).code


async def look(presence: MeetPresence, wall, subject: Meeting) -> Observation:
    return await presence.look(subject, since=OPENING, now=wall.now())


async def test_the_organisers_look_covers_from_the_opening_to_the_lag(google, presence, wall, code):
    google.join(code, ANNA, START)
    seen = await look(presence, wall, meeting(code))
    (coverage,) = seen.coverages
    assert (coverage.span.start, coverage.span.end) == (OPENING, wall.now() - timedelta(seconds=15))
    assert coverage.blind == {Blind.LOBBY}
    assert not coverage.presence_only


async def test_an_invited_colleague_sees_who_is_there_and_proves_nothing(google, presence, wall):
    """The organiser is somebody else's: what is not shown to us is not absent."""
    foreign = google.meetings.add_space("host@elsewhere.example").code
    google.join(foreign, ANNA, START)
    google.join(foreign, KIM, START)
    wall.instant = START + 6 * MINUTE
    seen = await look(presence, wall, meeting(foreign, "host@elsewhere.example", (ANNA,)))
    assert len(seen.sightings) == 2
    assert seen.coverages == ()


async def test_an_invited_colleague_outside_the_call_sees_nothing_and_proves_nothing(google, presence, wall):
    foreign = google.meetings.add_space("host@elsewhere.example").code
    google.join(foreign, KIM, START)
    wall.instant = START + 6 * MINUTE
    seen = await look(presence, wall, meeting(foreign, "host@elsewhere.example", (ANNA,)))
    assert seen == Observation()


async def test_nobody_came_is_covered_and_nobody_is_sighted(presence, wall, code):
    seen = await look(presence, wall, meeting(code))
    assert seen.sightings == ()
    assert seen.coverages


async def test_a_running_conference_without_participants_is_a_lie(google, presence, wall, code):
    google.join(code, ANNA, START)
    google.fail(Fault(manner=Manner.EMPTY), on="meet.conferenceRecords.participants.list")
    assert await look(presence, wall, meeting(code)) == Observation()


async def test_a_running_conference_that_is_not_listed_yet_is_looked_into_and_proves_no_absence(
    google, presence, wall, code
):
    google.join(code, ANNA, START)
    google.fail(Fault(manner=Manner.EMPTY), on="meet.conferenceRecords.list")
    seen = await look(presence, wall, meeting(code))
    assert [s.identity.address for s in seen.sightings] == [ANNA]
    assert seen.coverages == ()


async def test_everybody_left_and_came_back_are_two_conferences_and_one_room(google, presence, wall, code):
    google.join(code, ANNA, START - 5 * MINUTE)
    google.leave(code, ANNA, START - 3 * MINUTE)
    google.join(code, ANNA, START + MINUTE)
    google.join(code, KIM, START + 2 * MINUTE)
    seen = await look(presence, wall, meeting(code))
    assert len(seen.sightings) == 3
    assert len({s.conference for s in seen.sightings} | {c.conference for c in seen.coverages}) == 1


async def test_when_the_conference_is_over_nobody_is_still_there(google, presence, wall, code):
    """A session whose end was lost."""
    google.join(code, ANNA, START)
    google.leave(code, ANNA, START + 3 * MINUTE)
    google.fail(Fault(manner=Manner.ENDLESS), on="meet.conferenceRecords.participants.participantSessions.list")
    (anna,) = (await look(presence, wall, meeting(code))).sightings
    assert (anna.open, anna.until) == (False, START + 3 * MINUTE)


async def test_a_test_call_long_before_does_not_stretch_into_the_meeting(google, presence, wall, code):
    """Meet gives a participant one span from the first to the last; the sessions tell them apart."""
    google.join(code, ANNA, START - 14 * MINUTE)
    google.join(code, KIM, START - 14 * MINUTE)
    google.leave(code, KIM, START - 13 * MINUTE)
    google.join(code, KIM, START + 4 * MINUTE)
    seen = await look(presence, wall, meeting(code))
    stays = sorted((s.began - START, s.open) for s in seen.sightings if s.identity.address is None)
    assert stays == [(-14 * MINUTE, False), (4 * MINUTE, True)]


async def test_typed_names_and_telephones_are_nobody_in_particular(google, presence, wall, code):
    google.join(code, "Kim", START, how=Joined.ANONYMOUS)
    google.join(code, "+49 ••• 480", START, how=Joined.PHONE)
    seen = await look(presence, wall, meeting(code))
    assert {(s.identity.name, s.identity.phone, s.identity.verified) for s in seen.sightings} == {
        ("Kim", None, False),
        (None, "+49 ••• 480", False),
    }


async def test_a_colleagues_address_is_looked_up_once_a_day(google, presence, wall, code):
    google.join(code, ANNA, START)
    google.join(code, KIM, START)
    for _ in range(3):
        await look(presence, wall, meeting(code))
    assert len([a for a in google.asked if a.method == "directory.users.get"]) == 2
    wall.instant += timedelta(hours=25)
    await look(presence, wall, meeting(code))
    assert len([a for a in google.asked if a.method == "directory.users.get"]) == 4


async def test_people_of_the_own_domain_are_found_without_the_directory(google, client, wall, code):
    google.people.add(ANNA, "Anna Muster", aliases=("a.muster@beispiel-beratung.de",))
    google.people.contacts[google.people.account_id(KIM)] = "kim.typed.by@hand.example"
    presence = MeetPresence(client, MeetSettings(lookup=Lookup.PEOPLE))
    google.join(code, ANNA, START)
    google.join(code, KIM, START)
    for _ in range(2):
        seen = await look(presence, wall, meeting(code))
        assert {s.identity.address for s in seen.sightings} == {ANNA, None}, "what is typed into contacts proves nobody"
    asked = [a for a in google.asked if a.method.startswith(("directory.", "people."))]
    assert [a.method for a in asked] == ["people.people.get"] * 2
    assert asked[0].grant.scopes == {"https://www.googleapis.com/auth/directory.readonly"}


async def test_a_directory_that_may_not_be_read_costs_addresses_only(google, presence, wall, code):
    google.access.disabled_apis.add("admin")
    google.join(code, ANNA, START)
    seen = await look(presence, wall, meeting(code))
    (anna,) = seen.sightings
    assert anna.identity.address is None
    assert anna.identity.provider_id == google.people.account_id(ANNA)
    assert seen.coverages


async def test_no_directory_is_asked_where_none_may_be(google, client, wall, code):
    google.join(code, ANNA, START)
    seen = await look(MeetPresence(client, MeetSettings(lookup=Lookup.OFF)), wall, meeting(code))
    assert seen.sightings[0].identity.address is None
    assert not [a for a in google.asked if a.method == "directory.users.get"]


async def test_short_pages_lose_nobody(google, presence, wall, code):
    for number in range(5):
        google.join(code, f"guest{number}@grosskunde.de", START)
    google.pager.cap = 2
    google.fail(Fault(manner=Manner.EMPTY_PAGE), on="meet.conferenceRecords.participants.list")
    seen = await look(presence, wall, meeting(code))
    assert len(seen.sightings) == 5


async def test_sessions_that_ended_are_not_asked_for_again(google, presence, wall, code):
    google.join(code, ANNA, START)
    google.join(code, KIM, START)
    google.leave(code, KIM, START + MINUTE)
    for _ in range(3):
        await look(presence, wall, meeting(code))
    sessions = [a for a in google.asked if a.method.endswith("participantSessions.list")]
    assert len(sessions) == 3 + 1


async def test_in_a_crowd_each_participant_is_one_stay(google, presence, wall, code):
    for number in range(40):
        google.join(code, f"guest{number}@grosskunde.de", START)
    seen = await look(presence, wall, meeting(code))
    assert len(seen.sightings) == 40
    assert not [a for a in google.asked if a.method.endswith("participantSessions.list")]


async def test_a_code_that_leads_nowhere_is_named(presence, wall):
    with pytest.raises(Permanent, match="meeting_code_unknown"):
        await look(presence, wall, meeting("zzz-zzzz-zzz"))


async def test_an_api_that_was_never_switched_on_is_named(google, presence, wall, code):
    google.access.disabled_apis.add("meet")
    with pytest.raises(Permanent, match="accessNotConfigured"):
        await look(presence, wall, meeting(code))


@pytest.mark.parametrize(
    "subject",
    [
        meeting('abc" OR space.name = "x'),
        meeting("abc-mnop-xyz", "host@elsewhere.example"),
        meeting("abc-mnop-xyz", "host@elsewhere.example", ("c_1234@group.calendar.google.com",)),
    ],
    ids=["no code", "nobody of ours invited", "a calendar that is nobody"],
)
def test_it_looks_only_where_it_can(presence, subject):
    assert not presence.sees(subject)


def test_a_code_is_a_code_in_capitals_too(presence):
    assert presence.sees(meeting("ABC-MNOP-XYZ"))


def own_sign_in(google: SimulatedGoogle, account: GoogleAccount, *scopes: str) -> GoogleClient:
    key = google.access.authorized_user(ANNA, {"https://www.googleapis.com/auth/meetings.space.readonly", *scopes})
    return GoogleClient(replace(account, key=key, domains=frozenset()))


async def test_one_persons_own_sign_in_sees_their_own_rooms(google, account, wall, code):
    client = own_sign_in(google, account)
    presence = MeetPresence(client, MeetSettings())
    google.join(code, ANNA, START)
    seen = await look(presence, wall, meeting(code))
    assert seen.coverages
    assert seen.sightings[0].identity.address is None, "neither the directory nor the own id may be read"
    assert not presence.sees(meeting(code, BEN))
    client.close()


@pytest.mark.parametrize("lookup", Lookup)
async def test_one_person_who_said_who_they_are_is_known_without_a_directory(google, account, wall, code, lookup):
    client = own_sign_in(google, account, "openid")
    google.join(code, ANNA, START)
    google.join(code, KIM, START)
    seen = await look(MeetPresence(client, MeetSettings(lookup=lookup)), wall, meeting(code))
    assert {s.identity.address for s in seen.sightings} == {ANNA, None}
    client.close()
