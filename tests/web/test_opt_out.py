"""A guest wants no more messages: one button, or one click of a mail program; a look changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from contract.channel_clock import MemoryBox, SteppingClock
from noshowd.web.app import build_app
from noshowd.web.questions import Question
from noshowd.web.tokens import Links, Signer

LINKS = Links(base_url="", signer=Signer(["k" * 32]))
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Desk:
    """An app that remembers one message, and a browser."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.out: list[str] = []
        app = build_app(answers=MemoryBox(), links=LINKS, questions=self, opt_outs=self, clock=self.clock)
        self.browser = TestClient(app, raise_server_exceptions=False)

    async def find(self, subject: str) -> Question | None:
        del subject
        return None

    async def language_of(self, key: str) -> str | None:
        return "de" if key == "k1" else None

    async def keep_out(self, key: str) -> None:
        self.out.append(key)

    def link(self, key: str = "k1", days: float = 7) -> str:
        return LINKS.opt_out(key, self.clock.now() + timedelta(days=days))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_look_changes_nothing_and_the_button_does(desk: Desk):
    page = desk.browser.get(desk.link())
    assert page.status_code == 200
    assert page.headers["content-language"] == "de"
    assert "Keine Nachrichten mehr" in page.text
    assert desk.out == []
    field = LexborHTMLParser(page.text).css_first("input[name=nonce]")
    assert field is not None
    nonce = field.attributes["value"] or ""
    assert desk.browser.post(desk.link(), data={"nonce": nonce}).status_code == 409, "too quick for a person"
    desk.clock.advance(5)
    assert "keine solchen Nachrichten mehr" in desk.browser.post(desk.link(), data={"nonce": nonce}).text
    assert desk.out == ["k1"]


def test_a_mail_program_needs_no_page(desk: Desk):
    assert desk.browser.post(desk.link(), data=ONE_CLICK).status_code == 200
    assert desk.out == ["k1"]


def test_nothing_is_learnt_from_another_link(desk: Desk):
    other_use = LINKS.link("k1", desk.clock.now() + timedelta(days=7)).replace("/a/", "/x/")
    for address in (desk.link("unknown"), desk.link(days=-1), other_use, f"{desk.link()}x", "/x/nonsense"):
        for answer in (desk.browser.get(address), desk.browser.post(address, data=ONE_CLICK)):
            assert answer.status_code == 404
            assert "nowhere" in answer.text or "does not lead anywhere" in answer.text
    assert desk.browser.post(desk.link(), data={"nonce": "made up"}).status_code == 404
    assert desk.out == []
