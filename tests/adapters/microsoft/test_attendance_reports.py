"""Attendance reports: final afterwards, silent before, and never more certain than they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.microsoft.teams_world import TeamsWorld, meeting_at
from adapters.microsoft.tenant import ANNA, BEN, GUEST, Tenant
from contract.presence_suite import END, MINUTE, OPENING, START, PresenceSuite
from noshowd.adapters.microsoft.presence import AttendanceReports
from noshowd.domain.evidence import Coverage
from noshowd.ports.errors import Permanent


class ReportWorld(TeamsWorld):
    async def appear(self) -> None:
        """Somebody of ours was there: a report tells it once they have left."""
        await self.join("host")
        await self.leave("host")

    async def withhold_right(self) -> bool:
        self.tenant.application.roles.discard("OnlineMeetingArtifact.Read.All")
        return True


@pytest.fixture
def world(tenant: Tenant) -> TeamsWorld:
    return ReportWorld(tenant).use(AttendanceReports(tenant.graph()))


class TestAttendanceReports(PresenceSuite):
    @pytest.fixture
    def world(self, world: TeamsWorld) -> TeamsWorld:
        return world


async def held(world: TeamsWorld, *people: str) -> None:
    """Everybody named is there from the start, and all leave after ten minutes."""
    await world.pass_to(START)
    for who in people:
        await world.join(who)
    await world.pass_to(START + 10 * MINUTE)
    for who in people:
        await world.leave(who)


async def coverage(world: TeamsWorld) -> Coverage | None:
    await world.settle()
    found = (await world.look()).coverages
    return found[0] if found else None


async def test_absence_may_rest_on_a_report_that_names_everybody(world: TeamsWorld) -> None:
    await held(world, "host", "guest")
    found = await coverage(world)
    assert found is not None
    assert not found.presence_only
    assert found.ended_only
    assert (found.span.start, found.span.end) == (OPENING, world.now - world.source.traits.lag)


async def test_an_anonymous_guest_makes_it_prove_presence_only(world: TeamsWorld) -> None:
    await held(world, "host", "stranger")
    found = await coverage(world)
    assert found is not None
    assert found.presence_only


async def test_hidden_times_are_presence_over_the_whole_session(world: TeamsWorld) -> None:
    world.teams.hides_times = True
    await held(world, "host", "guest")
    await world.settle()
    seen = await world.look()
    assert {(s.began, s.until) for s in seen.sightings} == {(START, START + 10 * MINUTE)}
    assert seen.coverages[0].presence_only


async def test_somebody_who_opted_out_is_counted_and_not_named(world: TeamsWorld) -> None:
    world.teams.opted_out.add(GUEST)
    await held(world, "host", "guest")
    found = await coverage(world)
    assert found is not None
    assert found.presence_only


async def test_a_running_session_shows_an_empty_report_that_proves_nothing(world: TeamsWorld) -> None:
    await held(world, "host")
    await world.pass_to(END + 4 * MINUTE)
    await world.join("guest")
    await world.pass_to(END + 90 * MINUTE)
    seen = await world.look()
    assert len(seen.sightings) == 1
    assert seen.coverages == ()


async def test_no_report_is_no_coverage(world: TeamsWorld) -> None:
    """Switched off, not written yet, or nobody came: the same picture."""
    world.room.reports = False
    await held(world, "host", "guest")
    await world.settle()
    seen = await world.look()
    assert (seen.sightings, seen.coverages) == ((), ())


async def test_a_rejoin_after_the_end_of_the_call_is_a_second_report(world: TeamsWorld) -> None:
    await held(world, "host")
    await world.pass_to(START + 20 * MINUTE)
    await world.join("guest")
    await world.pass_to(START + 25 * MINUTE)
    await world.leave("guest")
    await world.settle()
    seen = await world.look()
    assert [s.identity.address for s in sorted(seen.sightings, key=lambda s: s.began)] == [ANNA, GUEST]
    assert len(seen.coverages) == 1


async def test_newer_reports_may_have_pushed_ours_out_of_the_list(world: TeamsWorld) -> None:
    """Only the newest fifty are listed; whether an earlier one was ours cannot be known then."""
    for number in range(51):
        await world.pass_to(START + number * MINUTE / 4)
        await world.appear()
    found = await coverage(world)
    assert found is not None
    assert found.presence_only


async def test_more_people_than_a_page_holds(world: TeamsWorld) -> None:
    world.teams.longest_page = 1
    await held(world, "host", "guest")
    await world.settle()
    assert {s.identity.address for s in (await world.look()).sightings} == {ANNA, GUEST}


async def test_an_address_left_empty_is_found_by_the_id(world: TeamsWorld) -> None:
    world.teams.hides_addresses = True
    await held(world, "host", "guest")
    await world.settle()
    seen = await world.look()
    assert {s.identity.address for s in seen.sightings} == {ANNA, GUEST}
    assert all(s.identity.verified for s in seen.sightings)


async def test_a_short_join_address_is_resolved_by_the_organiser(world: TeamsWorld) -> None:
    room = world.teams.open_room(ANNA, "Short", {}, join_url="https://teams.microsoft.com/meet/123456789?p=x")
    world.room, world.meeting = room, meeting_at(room.join_url)
    await held(world, "host")
    await world.settle()
    assert len((await world.look()).sightings) == 1


async def test_a_meeting_that_is_not_the_organisers_is_none_of_ours(world: TeamsWorld) -> None:
    world.meeting = meeting_at("https://teams.microsoft.com/meet/987?p=x")
    await world.settle()
    assert (await world.look()).coverages == ()


@pytest.mark.parametrize("organizer", [GUEST, None])
async def test_only_meetings_our_mailboxes_organise_are_seen(world: TeamsWorld, organizer: str | None) -> None:
    assert not world.source.sees(meeting_at(world.room.join_url, organizer=organizer))
    assert world.source.sees(meeting_at(world.room.join_url, organizer=BEN.upper()))


async def test_a_missing_access_policy_is_named(world: TeamsWorld) -> None:
    world.teams.access_policy = False
    with pytest.raises(Permanent, match="application access policy for the organiser is missing"):
        await world.look()


async def test_an_hour_passes_before_the_last_word(world: TeamsWorld) -> None:
    assert world.source.traits.settles_after >= timedelta(hours=1)
