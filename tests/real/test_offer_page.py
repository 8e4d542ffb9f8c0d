"""The page of an offer in a real Chromium: axe finds nothing, and a keyboard suffices, with and without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.channel_clock import SteppingClock
from noshowd.demo.vendors.serving import LoopbackServer
from noshowd.domain.offer import Chosen, OfferState
from real.browser import Tab, browser
from real.environments import node_program
from web.offer_house import LINKS, OneOffer, app_for

pytestmark = pytest.mark.real

DESKTOP, PHONE = 1280, 375


class Site:
    """The page, served, and the offer behind it."""

    def __init__(self, language: str = "de_formal") -> None:
        self.clock = SteppingClock()
        self.offer = OneOffer(self.clock, language=language)
        self.server = LoopbackServer(app_for(self.offer, self.clock, per_minute=10_000))

    @property
    def address(self) -> str:
        return self.server.url + LINKS.offer("offer1", self.clock.now() + timedelta(days=7))


@pytest.fixture
def tab(program: Callable[[str], str], tmp_path: Path) -> Iterator[Tab]:
    with browser(program("chromium"), tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def axe() -> str:
    return node_program("axe", "axe-core@4.14.1", "axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(tab: Tab, axe: str) -> list[str]:
    tab.value(f"{axe};undefined")
    found = tab.value("axe.run().then(r => JSON.stringify(r.violations.map(v => [v.impact, v.id, v.nodes[0].html])))")
    return [" ".join(map(str, one)) for one in json.loads(found)]


@pytest.mark.parametrize("language", ["de_formal", "en"])
def test_axe_finds_nothing_whatever_the_size_and_the_colours(tab: Tab, axe: str, language: str) -> None:
    site = Site(language)
    with site.server:
        for width in (DESKTOP, PHONE):
            for dark in (False, True):
                tab.look(width=width, dark=dark)
                tab.open(site.address)
                assert violations(tab, axe) == []
                assert tab.value("document.documentElement.scrollWidth") <= width, "nothing is wider than the screen"
        site.offer.over(OfferState.BOOKED, Chosen(start=site.offer.offer.times[0], at=site.clock.now()))
        tab.open(site.address)
        assert violations(tab, axe) == []
        tab.open(f"{site.server.url}/o/wrong")
        assert violations(tab, axe) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_keyboard_is_enough(tab: Tab, *, scripts: bool) -> None:
    site = Site()
    with site.server:
        tab.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        address = site.address
        tab.open(address)
        site.clock.advance(10)
        tab.key("Tab")
        tab.key(" ", " ")
        tab.key("ArrowDown")
        tab.key("Tab")
        tab.key("ArrowDown")
        tab.key("Tab")
        tab.write("+49 171 2345678")
        tab.key("Tab")
        tab.write("Angebot")
        tab.key("Enter", "\r")
        tab.until("document.title === 'Danke, das passt'")
        [(what, chosen)] = site.offer.heard
        assert what == "take"
        assert isinstance(chosen, Chosen)
        assert chosen.start == site.offer.offer.times[1]
        assert (chosen.by_phone, chosen.phone, chosen.keyword) == (True, "+49 171 2345678", "Angebot")
        assert "Wir sprechen uns" in tab.value("document.body.innerText")


def test_a_time_has_to_be_chosen_before_it_can_be_taken(tab: Tab) -> None:
    site = Site()
    with site.server:
        tab.open(site.address)
        tab.value("document.querySelector('button.primary').click()")
        assert tab.value("document.querySelector('input[name=time]:invalid') !== null")
        assert site.offer.heard == []
