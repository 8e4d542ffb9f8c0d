"""Errors in four words, and what is refused before anything is sent."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.exchange.house import ANNA, BEN, GUEST, NOBODY, NOW, House
from noshowd.adapters.exchange.calendar import ExchangeCalendar
from noshowd.adapters.exchange.client import ExchangeClient, refuse_exchange_online
from noshowd.adapters.exchange.free_busy import ExchangeFreeBusy
from noshowd.adapters.exchange.writer import ExchangeWriter
from noshowd.demo.vendors.exchange.simulation import ExchangeSimulation, Trouble
from noshowd.demo.vendors.microsoft.certificates import certificates
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.entry import CalendarEntry
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Busy, ListingEnd, NewEvent, Page
from noshowd.ports.errors import Changed, CredentialsLost, CursorExpired, Permanent, Temporary

HOUR = timedelta(hours=1)
DAY = Span(start=NOW, end=NOW + 24 * HOUR)
NEW = NewEvent(
    key="offer-1",
    start=NOW + HOUR,
    end=NOW + 1.5 * HOUR,
    zone="Europe/Berlin",
    title="Offer, second try",
    attendees=(GUEST,),
    location="+49 89 123",
)


async def listing(server: ExchangeClient, mailbox: str = ANNA) -> list[CalendarEntry]:
    page, end = [one async for one in ExchangeCalendar(server).changes(mailbox, cursor=None, window=DAY)]
    assert isinstance(page, Page)
    assert isinstance(end, ListingEnd)
    return list(page.entries)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status=503),
        Trouble(status=500, text="Server Error in '/EWS' Application"),
        Trouble(status=200, text="<html>Please sign in to the network.</html>"),
        Trouble(code="ErrorInternalServerTransientError"),
        Trouble(code="ErrorMailboxStoreUnavailable"),
    ],
)
async def test_what_passes_is_temporary_and_is_not_slept_over(house: House, trouble: Trouble) -> None:
    house.sim.standing = trouble
    with pytest.raises(Temporary):
        await listing(house.server())


async def test_a_busy_server_is_left_alone_as_long_as_it_asks(house: House) -> None:
    house.sim.troubles.append(Trouble(back_off=45_000))
    with pytest.raises(Temporary) as caught:
        await listing(house.server())
    assert caught.value.retry_after == timedelta(seconds=45)


async def test_nobody_listening_is_temporary(house: House) -> None:
    with pytest.raises(Temporary, match="cannot be reached"):
        await listing(house.server(endpoint=NOBODY))


async def test_a_wrong_password_is_lost(house: House) -> None:
    with pytest.raises(CredentialsLost):
        await listing(house.server(password="wrong"))


async def test_a_mailbox_that_is_not_there_is_permanent_and_not_named(house: House) -> None:
    with pytest.raises(Permanent) as caught:
        await listing(house.server(), "nobody@firm.example")
    assert "nobody" not in caught.value.reason


async def test_a_missing_impersonation_right_is_named(house: House) -> None:
    house.sim.standing = Trouble(code="ErrorImpersonateUserDenied")
    with pytest.raises(Permanent, match="ApplicationImpersonation"):
        await listing(house.server())


@pytest.mark.parametrize(
    "endpoint", ["https://outlook.office365.com/EWS/Exchange.asmx", "https://eur.outlook.com/EWS/Exchange.asmx"]
)
async def test_exchange_online_is_refused_with_the_way_to_go(house: House, endpoint: str) -> None:
    with pytest.raises(Permanent, match="Microsoft Graph"):
        await listing(house.server(endpoint=endpoint))


def test_a_server_of_ones_own_is_not_taken_for_it() -> None:
    refuse_exchange_online("https://outlook.firm.example/EWS/Exchange.asmx")


async def test_an_internal_certificate_needs_its_authority(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And REQUESTS_CA_BUNDLE does not overrule the file."""
    files = certificates(tmp_path)
    sim = ExchangeSimulation(username=house.settings.username, password=house.settings.password, now=lambda: NOW)
    sim.store.mailboxes.add(ANNA)
    certificate, private_key = str(files.certificate), str(files.private_key)
    with LoopbackServer(sim.app, certificate=certificate, private_key=private_key) as tls:
        endpoint = f"{tls.url}{sim.path}"
        with pytest.raises(
            Permanent, match=r"certificate of 127\.0\.0\.1:\d+ does not follow from the certificates of this system"
        ):
            await listing(house.server(endpoint=endpoint))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt")
        trusting = house.server(endpoint=endpoint, ca_file=files.ca_file)
        assert await listing(trusting) == []
        trusting.close()


async def test_one_account_serves_several_mailboxes(house: House) -> None:
    house.book()
    house.book(mailbox=BEN, subject="Other")
    server = house.server()
    assert [one.title for one in await listing(server, ANNA)] == ["Offer"]
    assert [one.title for one in await listing(server, BEN)] == ["Other"]


async def test_a_cursor_from_elsewhere_has_expired(house: House) -> None:
    with pytest.raises(CursorExpired):
        _ = [one async for one in ExchangeCalendar(house.server()).changes(ANNA, cursor="x", window=DAY)]


async def test_a_new_appointment_is_made_once(house: House) -> None:
    server = house.server()
    writer = ExchangeWriter(server)
    first = await writer.write(ANNA, NEW)
    assert await writer.write(ANNA, NEW) == first
    made = await ExchangeCalendar(server).read(first)
    assert isinstance(made, CalendarEntry)
    assert (made.title, made.start, made.end, made.location) == (NEW.title, NEW.start, NEW.end, NEW.location)
    assert (made.zone, made.is_organizer_copy) == ("Europe/Berlin", True)
    assert [one.address for one in made.attendees] == [GUEST]


async def test_an_appointment_is_moved(house: House) -> None:
    house.book()
    server = house.server()
    (before,) = await listing(server)
    moved = NewEvent(key="m", start=NOW + 5 * HOUR, end=NOW + 6 * HOUR, zone="Nowhere/None", title="", moves=before.ref)
    after = await ExchangeCalendar(server).read(await ExchangeWriter(server).write(ANNA, moved))
    assert isinstance(after, CalendarEntry)
    assert (after.ref, after.start, after.end) == (before.ref, NOW + 5 * HOUR, NOW + 6 * HOUR)


async def test_a_move_is_made_once_and_only_from_where_it_was(house: House) -> None:
    house.book(body="Agenda")
    server = house.server()
    (before,) = await listing(server)
    writer = ExchangeWriter(server)
    moved = NewEvent(
        key="m",
        start=NOW + 5 * HOUR,
        end=NOW + 6 * HOUR,
        zone="Europe/Berlin",
        title="",
        moves=before.ref,
        expected_start=before.start,
        note="Moved.",
    )
    await writer.write(ANNA, moved)
    sent = len(house.sim.exchanged)
    await writer.write(ANNA, moved)
    asked = [request.tag for request, _ in house.sim.exchanged[sent:]]
    assert not any("UpdateItem" in tag for tag in asked)
    after = await ExchangeCalendar(server).read(before.ref)
    assert isinstance(after, CalendarEntry)
    assert after.description.split() == ["Agenda", "Moved."]
    with pytest.raises(Changed, match="moved by somebody else"):
        await writer.write(ANNA, replace(moved, key="n"))
    house.sim.store.items.clear()
    with pytest.raises(Changed, match="no longer there"):
        await writer.write(ANNA, replace(moved, key="n"))


async def test_a_video_link_cannot_be_asked_for(house: House) -> None:
    event = NewEvent(key="v", start=NOW, end=NOW + HOUR, zone="UTC", title="", with_conference=True)
    with pytest.raises(Permanent, match="no video service"):
        await ExchangeWriter(house.server()).write(ANNA, event)


async def test_busy_times_and_addresses_nobody_knows(house: House) -> None:
    house.book()
    house.book(start=NOW + 1.25 * HOUR, end=NOW + 2 * HOUR)
    anna, guest, ben = await ExchangeFreeBusy(house.server()).busy((ANNA, GUEST, BEN), DAY)
    assert anna == Busy(address=ANNA, spans=(Span(start=NOW + HOUR, end=NOW + 2 * HOUR),))
    assert guest == Busy(address=GUEST, known=False)
    assert ben == Busy(address=BEN)


def test_exchangelib_is_imported_only_where_it_is_used() -> None:
    script = "import sys, noshowd.adapters.exchange.settings; sys.exit('exchangelib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=Path("daemon")).returncode == 0
