"""A guest takes an offer: missed, offered, chosen on the page or named in a reply, and entered by the vendor.

The real daemon with its real adapters, opened from a configuration file; the vendors and the mail house are simulated
on loopback, and the pages are the daemon's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from noshowd.demo.vendors.mail.post import Letter
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.answering import AnswerDesk
from noshowd.ports.answers import Answer
from noshowd.store import offers, outbox
from paths.offer_firm import ANNA, KIM, Firm, link
from paths.offer_vendors import ExchangeFirm, GoogleFirm, MicrosoftFirm
from paths.test_smallest_path import CLARA, GUEST, Practice, practice

__all__ = ["practice"]

_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[GoogleFirm]:
    world = GoogleFirm(tmp_path)
    with world.open():
        yield world
        await world.close()


async def test_from_the_miss_to_the_moved_event(google: GoogleFirm) -> None:
    [event] = google.entered()
    await google.until(-1)
    google.enter()
    await google.until(13)
    [question] = google.mails(ANNA)
    assert google.mails(KIM) == []

    before = await google.shown(link(question, "a"))
    assert before.text().count("Guten Tag Kim Larsen") == 1, "the message stands in the field alone"
    [ready] = before.css('a[href^="mailto:"]')
    assert (ready.text(), "body=Guten%20Tag" in (ready.attributes["href"] or "")) == (KIM, True)
    approve = await google.choice(link(question, "a"), "approve.")
    assert "Danke" in await google.press(link(question, "a"), choice=approve)
    assert "Senden. Das ist schon erledigt" in (await google.shown(link(question, "a"))).text()
    await google.until(14)
    [offer] = google.mails(KIM)
    page = link(offer, "o")
    times = await google.times(page)
    assert len(times) == 3
    held = await google.daemon.parts.database.read(lambda conn: offers.held(conn, [ANNA], now=google.clock.now()))
    assert len(held) == 3

    said = await google.press(page, action="take", time=times[1], medium="video", keyword="Zahlen des Quartals")
    assert "Danke, das passt" in said
    await google.until(16)

    [after] = google.entered()
    assert (after.id, after.place) == (event.id, event.place)
    assert after.start == datetime.fromtimestamp(int(times[1]), UTC)
    assert "Stichwort: Zahlen des Quartals" in after.text
    assert google.told() == len(google.mails(KIM)) == 1, "the calendar's invitation is the one notice"
    assert any("steht nun im Kalender" in mail for mail in google.mails(ANNA))
    held = await google.daemon.parts.database.read(lambda conn: offers.held(conn, [ANNA], now=google.clock.now()))
    assert held == [], "the calendar itself holds the time now"


async def test_by_mail_alone_a_reply_names_the_time_and_a_word_of_ours_enters_it(practice: Practice) -> None:
    await practice.until(90)
    practice.answer(practice.to(CLARA)[0], "Niemand erreicht")
    await practice.until(100)
    practice.answer(practice.to(CLARA)[1], "Ja")
    await practice.until(110)
    [offer] = practice.to(GUEST)
    times = await practice.parts.database.read(lambda conn: offers.held(conn, [CLARA], now=practice.clock.now()))
    local = times[0].start.astimezone(ZoneInfo("Europe/Berlin"))
    letter = Letter(sender="", to=(GUEST,), raw=offer.message.as_bytes(), at=offer.at)
    practice.post.reply(letter, f"{_DAYS[local.weekday()]} {local:%H:%M} Uhr passt gut, danke!")
    await practice.until(120)
    told = practice.to(CLARA)[2]
    assert "EINTRAGEN" in told.text
    practice.answer(told, "Eintragen")
    await practice.until(130)
    assert "noshowd kann sie hier nicht eintragen" in practice.to(CLARA)[3].text


async def say(firm: Firm, mail: str, begins: str) -> None:
    """Anna presses a button on the page of a question."""
    page = link(mail, "a")
    await firm.press(page, choice=await firm.choice(page, begins))


async def offered(firm: Firm) -> str:
    """Anna says that nobody came and lets the offer go; its mail to the guest."""
    await firm.until(20)
    [question] = firm.mails(ANNA)
    assert firm.mails(KIM) == []
    await say(firm, question, "not_there.")
    await firm.until(23)
    await say(firm, firm.mails(ANNA)[-1], "approve.")
    await firm.until(26)
    [offer] = firm.mails(KIM)
    return offer


async def sent_offer(firm: Firm) -> str:
    """The key of the offer that lies before the guest."""
    rows = await firm.daemon.parts.database.read(lambda conn: outbox.in_state(conn, State.SENT))
    [key] = [row.key for row in rows if row.followup.kind is FollowUpKind.RESCHEDULE_OFFER]
    return key


@pytest.mark.parametrize("made", [MicrosoftFirm, ExchangeFirm])
async def test_chosen_on_the_page_the_vendor_moves_the_event(tmp_path: Path, made: type[Firm]) -> None:
    firm = made(tmp_path)
    with firm.open():
        [before] = firm.entered()
        page = link(await offered(firm), "o")
        times = await firm.times(page)
        assert "Danke, das passt" in await firm.press(
            page, action="take", time=times[1], medium="video", keyword="Zahlen des Quartals"
        )
        await firm.until(33)
        [after] = firm.entered()
        assert (after.id, after.place, after.invited) == (before.id, before.place, before.invited)
        assert after.start == datetime.fromtimestamp(int(times[1]), UTC)
        assert "Stichwort: Zahlen des Quartals" in after.text
        assert firm.told() == len(firm.mails(KIM)) == 1, "the vendor's update is the one notice after the offer"
        assert sum("steht nun im Kalender" in mail for mail in firm.mails(ANNA)) == 1
        assert "Danke, das passt" in (await firm.shown(page)).text(), "whoever opens it again sees what was agreed"
        await firm.close()


@pytest.mark.parametrize("made", [MicrosoftFirm, ExchangeFirm])
async def test_one_tap_after_a_reply_makes_a_new_event_beside_an_occurrence(tmp_path: Path, made: type[Firm]) -> None:
    """An occurrence stays where it was: calendars refuse to move it past its neighbour, or lose it."""
    firm = made(tmp_path, series=True)
    with firm.open():
        before = firm.entered()
        page = link(await offered(firm), "o")
        chosen = datetime.fromtimestamp(int((await firm.times(page))[2]), UTC)
        local = chosen.astimezone(ZoneInfo("Europe/Berlin"))
        words = f"{_DAYS[local.weekday()]} {local:%H:%M} Uhr passt gut, danke!"
        reply = Answer(
            answer_id="<1@larsen.example>",
            channel="smtp",
            by=KIM,
            value=words,
            text=words,
            about=await sent_offer(firm),
            at=firm.clock.now(),
        )
        await AnswerDesk(firm.daemon.parts).put(reply)
        await firm.until(33)
        assert firm.told() == 0, "a reply books nothing by itself"
        await say(firm, firm.mails(ANNA)[-1], "book.")
        await firm.until(36)
        [made_now] = [one for one in firm.entered() if one not in before]
        assert [one for one in firm.entered() if one != made_now] == before
        assert made_now.start == chosen
        assert made_now.invited >= {ANNA, KIM}
        assert made_now.place
        assert "schon erledigt" in (await firm.shown(link(firm.mails(ANNA)[-2], "a"))).text()
        assert firm.told() == len(firm.mails(KIM)) == 1
        await firm.close()
