"""The page of an offer as guests, scanners and the curious meet it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from contract.channel_clock import SteppingClock
from noshowd.domain.offer import Chosen, OfferState
from noshowd.ports.offers import Reply
from noshowd.web.guard import HEADERS
from web.offer_house import LINKS, OneOffer, app_for


class Guest:
    """A guest with a browser in front of the page."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.offer = OneOffer(self.clock)
        self.browser = TestClient(app_for(self.offer, self.clock), raise_server_exceptions=False)
        self.link = LINKS.offer("offer1", self.clock.now() + timedelta(days=7))

    def open(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.browser.get(self.link).text)

    def fields(self) -> dict[str, str]:
        """What a browser sends of the page as it comes."""
        page = self.open()
        found = {}
        for field in page.css("input"):
            if field.attributes.get("type") != "radio" or "checked" in field.attributes:
                found[str(field.attributes["name"])] = field.attributes.get("value") or ""
        return found

    def time(self, place: int) -> str:
        return str(int(self.offer.offer.times[place].timestamp()))

    def press(self, action: str, **changed: str) -> httpx2.Response:
        fields = self.fields() | {"action": action} | changed
        self.clock.advance(5)
        return self.browser.post(self.link, data=fields)


@pytest.fixture
def guest() -> Iterator[Guest]:
    guest = Guest()
    with guest.browser:
        yield guest


def test_looking_changes_nothing_however_one_looks(guest: Guest) -> None:
    for look in (guest.browser.get, guest.browser.head):
        assert look(guest.link).status_code == 200
    assert guest.offer.heard == []


def test_the_page_names_three_times_the_zone_and_the_host_and_nothing_else(guest: Guest) -> None:
    page = guest.open()
    assert len(page.css('input[name="time"]')) == 3
    text = page.text()
    assert "Zeiten in Berlin" in text
    assert "Anna Berger" in text
    assert "gus@them.example" not in str(page.html)
    assert [root.attributes["lang"] for root in page.css("html")] == ["de"]
    assert page.css("script, img, iframe") == []


def test_a_time_is_taken_with_a_keyword_and_a_wish_for_the_telephone(guest: Guest) -> None:
    answered = guest.press(
        "take", time=guest.time(1), medium="phone", phone="+49 171 2345678", keyword=" Angebot\r\nNeu "
    )
    assert answered.history[0].status_code == 303
    assert answered.status_code == 200
    assert "Danke, das passt" in answered.text
    assert "Am Telefon: +49 171 2345678" in answered.text
    [(what, chosen)] = guest.offer.heard
    assert what == "take"
    assert chosen == Chosen(
        start=guest.offer.offer.times[1],
        at=guest.clock.now(),
        by_phone=True,
        phone="+49 171 2345678",
        keyword="Angebot Neu",
    )


@pytest.mark.parametrize(
    ("written", "kept"),
    [("mobil 0171/2345678", "0171/2345678"), ("<b>089 1</b>", "089 1 /"), ("1" * 60, "1" * 40), ("ab Mittag", "")],
)
def test_of_what_is_written_for_a_number_the_number_is_kept(guest: Guest, written: str, kept: str) -> None:
    answered = guest.press("take", time=guest.time(1), medium="phone", phone=written)
    [(_, chosen)] = guest.offer.heard
    assert isinstance(chosen, Chosen)
    assert (chosen.by_phone, chosen.phone) == (True, kept)
    assert ("Am Telefon: " in answered.text, "Am Telefon" in answered.text) == (bool(kept), True)


def test_the_first_answer_stays_whatever_is_pressed_afterwards(guest: Guest) -> None:
    fields = guest.fields() | {"action": "take", "time": guest.time(0)}
    guest.clock.advance(5)
    guest.browser.post(guest.link, data=fields)
    again = guest.browser.post(guest.link, data=fields | {"time": guest.time(2)})
    assert "Danke, das passt" in again.text
    assert len(guest.offer.heard) == 1


def test_a_time_that_was_taken_meanwhile_gives_way_to_others(guest: Guest) -> None:
    guest.offer.says = Reply.GONE
    answered = guest.press("take", time=guest.time(0))
    assert answered.status_code == 409
    assert "gerade vergeben" in answered.text
    assert 'name="time"' in answered.text


def test_where_no_other_time_is_left_nobody_is_told_of_others(guest: Guest) -> None:
    fields = guest.fields() | {"action": "take", "time": guest.time(0)}
    guest.clock.advance(5)
    guest.offer.says, guest.offer.left = Reply.GONE, ()
    answered = guest.browser.post(guest.link, data=fields)
    assert answered.status_code == 409
    assert "Anna Berger meldet sich" in answered.text
    assert "Hier sind andere" not in answered.text


def test_other_times_are_asked_for_in_own_words(guest: Guest) -> None:
    guest.offer.says = Reply.OTHERS
    assert guest.press("others", wish="lieber nachmittags").status_code == 200
    assert guest.offer.heard == [("others", "lieber nachmittags")]
    guest.offer.says = Reply.ASKED
    assert "Anna Berger meldet sich" in guest.press("others").text


def test_declining_is_heard_kindly(guest: Guest) -> None:
    assert "In Ordnung" in guest.press("decline").text
    assert guest.offer.heard == [("decline", "offer1")]


def test_no_time_chosen_is_asked_for_and_what_was_written_stays(guest: Guest) -> None:
    answered = guest.press("take", keyword="Angebot")
    assert "Bitte eine der Zeiten" in answered.text
    assert 'value="Angebot"' in answered.text
    assert guest.press("take", time="1").status_code == 200
    assert guest.offer.heard == []


def test_faster_than_reading_is_asked_again_and_then_fine(guest: Guest) -> None:
    fields = guest.fields() | {"action": "take", "time": guest.time(0)}
    hasty = guest.browser.post(guest.link, data=fields)
    assert "sehr schnell" in hasty.text
    assert guest.offer.heard == []
    guest.clock.advance(3)
    guest.browser.post(guest.link, data=fields)
    assert len(guest.offer.heard) == 1


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (OfferState.WITHDRAWN, "nichts mehr zu tun"),
        (OfferState.EXPIRED, "nichts mehr zu tun"),
        (OfferState.DECLINED, "In Ordnung"),
    ],
)
def test_an_offer_that_is_over_says_so_neutrally(guest: Guest, state: OfferState, says: str) -> None:
    guest.offer.over(state)
    shown = guest.browser.get(guest.link)
    assert shown.status_code == 200
    assert says in shown.text
    assert "<form" not in shown.text


@pytest.mark.parametrize("state", [OfferState.TAKEN, OfferState.WRITING, OfferState.BOOKED, OfferState.BY_HAND])
def test_what_was_chosen_stays_to_be_read(guest: Guest, state: OfferState) -> None:
    guest.offer.over(state, Chosen(start=guest.offer.offer.times[0], at=guest.clock.now()))
    text = guest.open().text()
    assert "Wir sprechen uns" in text
    assert "(Zeit in Berlin)" in text


def test_nothing_is_learnt_from_a_wrong_an_old_or_a_foreign_link(guest: Guest) -> None:
    until = guest.clock.now() + timedelta(days=1)
    wrong = [
        "/o/nonsense",
        guest.link[:-1] + ("A" if guest.link[-1] != "A" else "B"),
        LINKS.offer("unknown", until),
        LINKS.link("offer1", until).replace("/a/", "/o/"),
        LINKS.offer("offer1", until).replace("/o/", "/a/"),
        LINKS.offer("offer1", guest.clock.now() - timedelta(seconds=1)),
    ]
    answers = [guest.browser.get(link) for link in wrong] + [guest.browser.post(link, data={}) for link in wrong]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}


def test_a_form_of_another_page_and_one_from_elsewhere_are_refused(guest: Guest) -> None:
    fields = guest.fields() | {"action": "decline"}
    guest.clock.advance(5)
    assert guest.browser.post(guest.link, data=fields | {"nonce": "x"}).status_code == 404
    cross = guest.browser.post(guest.link, data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 404
    assert guest.browser.post(guest.link, data=fields | {"action": "delete"}).status_code == 404
    assert guest.offer.heard == []


def test_every_answer_has_the_strict_headers_and_nothing_from_elsewhere(guest: Guest) -> None:
    for answer in (guest.browser.get(guest.link), guest.press("take", time=guest.time(0)), guest.browser.get("/o/x")):
        assert all(answer.headers[name] == value for name, value in HEADERS.items())
        addresses = [*LexborHTMLParser(answer.text).css("[src]"), *LexborHTMLParser(answer.text).css("link[href]")]
        assert [one.attributes.get("href") for one in addresses] == ["../style.css"]


def test_who_asks_too_often_has_to_wait() -> None:
    clock = SteppingClock()
    offer = OneOffer(clock)
    link = LINKS.offer("offer1", clock.now() + timedelta(days=7))
    with TestClient(app_for(offer, clock, per_minute=5)) as browser:
        assert [browser.get(link).status_code for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("language", ["de_formal", "de_informal", "en"])
def test_the_page_speaks_the_language_of_the_guest(language: str) -> None:
    clock = SteppingClock()
    offer = OneOffer(clock, language=language, video=language != "en")
    link = LINKS.offer("offer1", clock.now() + timedelta(days=7))
    with TestClient(app_for(offer, clock)) as browser:
        text = LexborHTMLParser(browser.get(link).text).text()
    said = {"de_formal": "Mögen Sie mir schon", "de_informal": "Magst du mir schon", "en": "Would you like to name"}
    assert said[language] in text
    assert ("Telefon" in text) == (language != "en")


def test_without_times_a_guest_can_still_say_what_would_suit() -> None:
    clock = SteppingClock()
    offer = OneOffer(clock)
    offer.shown = replace(offer.shown, offer=replace(offer.offer, times=()))
    link = LINKS.offer("offer1", clock.now() + timedelta(days=7))
    with TestClient(app_for(offer, clock)) as browser:
        page = LexborHTMLParser(browser.get(link).text)
    assert [b.attributes["value"] for b in page.css("button")] == ["others", "decline"]
