"""The answer pages as browsers, scanners and the curious meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from contract.channel_clock import MemoryBox, SteppingClock
from noshowd.ports.channel import Choice
from noshowd.web.app import build_app
from noshowd.web.questions import Draft, Question
from noshowd.web.tokens import Links, Signer

LINKS = Links(base_url="", signer=Signer(["k" * 32]))
YES, NO = Choice(label="Yes, it took place", value="v1.yes", style="primary"), Choice(label="No", value="v1.no")
QUESTION = Question(title="One question", text="Did the call at 9 take place?", choices=(YES, NO))
DRAFT = Draft(
    recipient="Andrea Meier <a@theirs.example>",
    sender="Anna <anna@ours.example>",
    subject="Our appointment",
    text="Guten Tag Andrea Meier,\n\nich bin schon im Raum.",
    sent_by="v1.yes",
)


class Desk:
    """An app with questions in memory, and a browser."""

    def __init__(self) -> None:
        self.clock = SteppingClock()
        self.box = MemoryBox()
        self.questions = {"q1": QUESTION, "q2": replace(QUESTION, language="de", draft=DRAFT)}
        self.well = True
        app = build_app(answers=self.box, links=LINKS, questions=self, clock=self.clock, healthy=self.healthy)
        self.browser = TestClient(app, raise_server_exceptions=False)

    async def find(self, subject: str) -> Question | None:
        if subject == "broken":
            raise OSError("the disk is gone")
        return self.questions.get(subject)

    async def healthy(self) -> bool:
        return self.well

    def link(self, subject: str = "q1") -> str:
        return LINKS.link(subject, self.clock.now() + timedelta(days=7))

    def open(self, subject: str = "q1") -> dict[str, str]:
        """The hidden and visible fields of the form behind a link."""
        page = LexborHTMLParser(self.browser.get(self.link(subject)).text)
        fields = {field.attributes["name"] or "": field.attributes["value"] or "" for field in page.css("input")}
        text = page.css_first("textarea")
        return fields | ({"text": text.text()} if text else {})

    def press(self, fields: dict[str, str], choice: Choice = YES, subject: str = "q1") -> httpx2.Response:
        return self.browser.post(self.link(subject), data=fields | {"choice": choice.value})


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    with desk.browser:
        yield desk


def test_looking_changes_nothing_however_one_looks(desk: Desk) -> None:
    for look in (desk.browser.get, desk.browser.head):
        shown = look(desk.link())
        assert shown.status_code == 200
    assert desk.box.puts == 0


def test_a_press_acts_and_says_so(desk: Desk) -> None:
    fields = desk.open()
    desk.clock.advance(3)
    answered = desk.press(fields)
    assert answered.status_code == 200
    assert "Your answer is noted." in answered.text
    (back,) = [link.attributes["href"] for link in LexborHTMLParser(answered.text).css("a")]
    assert desk.browser.get(f"/a/{back}").text.count("<button") == 2
    (answer,) = desk.box.answers.values()
    assert (answer.value, answer.by, answer.channel, answer.text) == ("v1.yes", None, "web", "")
    assert answer.at == desk.clock.now()


def test_the_same_form_twice_is_one_answer_and_a_change_of_mind_is_another(desk: Desk) -> None:
    fields = desk.open()
    desk.clock.advance(3)
    desk.press(fields)
    desk.press(fields)
    assert len(desk.box.answers) == 1
    desk.press(fields, NO)
    assert [answer.value for answer in desk.box.answers.values()] == ["v1.yes", "v1.no"]


def test_faster_than_reading_is_asked_again_and_then_fine(desk: Desk) -> None:
    fields = desk.open()
    hasty = desk.press(fields)
    assert hasty.status_code == 409
    assert "very quick" in hasty.text
    assert desk.box.puts == 0
    desk.clock.advance(2)
    desk.press(fields)
    assert len(desk.box.answers) == 1


def test_a_page_left_open_over_a_day_is_checked_again(desk: Desk) -> None:
    fields = desk.open()
    desk.clock.advance(25 * 3600)
    assert "long time" in desk.press(fields).text
    assert desk.box.puts == 0


@pytest.mark.parametrize(
    "fields",
    [{}, {"nonce": "made-up"}, {"nonce": ""}],
)
def test_a_post_without_our_form_is_nothing(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.press(fields).status_code == 404
    assert desk.box.puts == 0


def test_a_form_of_another_page_or_an_invented_choice_is_nothing(desk: Desk) -> None:
    fields = desk.open("q2")
    desk.clock.advance(3)
    assert desk.press(fields, subject="q1").status_code == 404
    invented = Choice(label="", value="v1.everything")
    assert desk.press(desk.open("q1"), invented).status_code == 404
    assert desk.box.puts == 0


def test_a_press_from_a_foreign_site_is_nothing(desk: Desk) -> None:
    fields = desk.open() | {"choice": YES.value}
    desk.clock.advance(3)
    refused = desk.browser.post(desk.link(), data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 404
    assert desk.box.puts == 0


def test_nothing_is_learnt_from_a_wrong_old_or_unknown_link(desk: Desk) -> None:
    old = LINKS.link("q1", desk.clock.now())
    stranger = Links(base_url="", signer=Signer(["x" * 32])).link("q1", desk.clock.now() + timedelta(days=1))
    paths = ["/a/nonsense", old, stranger, desk.link("unknown"), desk.link() + "x", "/elsewhere", "/a/"]
    pages = [desk.browser.get(path) for path in paths]
    pages += [desk.browser.post(path, data={"choice": "v1.yes"}) for path in paths]
    pages += [desk.browser.put(desk.link()), desk.browser.delete(desk.link())]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "does not lead anywhere" in pages[0].text


def test_every_answer_has_the_security_headers(desk: Desk) -> None:
    paths = [desk.link(), desk.link("broken"), "/nothing", "/healthz", "/style.css"]
    for path in paths:
        headers = desk.browser.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy


def test_something_unexpected_shows_no_insides(desk: Desk) -> None:
    page = desk.browser.get(desk.link("broken"), headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert page.status_code == 500
    assert "Das hat nicht geklappt" in page.text
    assert "disk" not in page.text


def test_an_answer_that_cannot_be_stored_is_not_said_to_be(desk: Desk) -> None:
    fields = desk.open()
    desk.clock.advance(3)
    desk.box.broken = True
    page = desk.press(fields)
    assert page.status_code == 500
    assert "Nothing was changed" in page.text


def test_what_comes_from_outside_is_escaped(desk: Desk) -> None:
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}'
    draft = replace(DRAFT, recipient=evil, subject=evil, text="</textarea>" + evil)
    choices = (Choice(label=evil, value=evil),)
    desk.questions["q1"] = Question(title=evil, text=evil, choices=choices, draft=draft)
    page = desk.browser.get(desk.link()).text
    assert "<script" not in page
    assert page.count("</textarea>") == 1
    assert "49" not in page


def test_the_choice_the_link_was_labelled_with_stands_out_and_waits(desk: Desk) -> None:
    def loud(question: Question) -> list[str]:
        desk.questions["q1"] = question
        page = LexborHTMLParser(desk.browser.get(desk.link()).text)
        return [button.text() for button in page.css("button.primary")]

    assert loud(QUESTION) == [YES.label]
    assert loud(replace(QUESTION, chosen=NO.value)) == [NO.label]
    assert loud(replace(QUESTION, chosen=YES.value)) == [YES.label]
    assert desk.box.puts == 0


def test_the_page_is_in_the_language_of_the_person_and_needs_no_script(desk: Desk) -> None:
    page = desk.browser.get(desk.link("q2"))
    assert page.headers["content-language"] == "de"
    assert '<html lang="de">' in page.text
    assert "Betreff" in page.text
    assert "<script" not in page.text
    assert 'name="viewport"' in page.text


def test_a_guest_message_is_shown_whole_and_approved_as_it_is(desk: Desk) -> None:
    page = desk.browser.get(desk.link("q2")).text
    for shown in ("Andrea Meier &lt;a@theirs.example&gt;", "anna@ours.example", "Our appointment"):
        assert shown in page
    fields = desk.open("q2")
    assert fields["text"] == DRAFT.text
    desk.clock.advance(3)
    desk.press(fields, subject="q2")
    (answer,) = desk.box.answers.values()
    assert (answer.value, answer.text) == ("v1.yes", "")


def test_a_guest_message_is_approved_as_it_was_changed(desk: Desk) -> None:
    fields = desk.open("q2") | {"text": "Guten Tag,\r\n\r\nbis gleich.\r\n"}
    desk.clock.advance(3)
    desk.press(fields, subject="q2")
    (answer,) = desk.box.answers.values()
    assert answer.text == "Guten Tag,\n\nbis gleich."


@pytest.mark.parametrize(("text", "said"), [("  \r\n", "ist leer"), ("x" * 20_001, "zu lang")])
def test_an_impossible_message_is_shown_again_with_what_was_written(desk: Desk, text: str, said: str) -> None:
    fields = desk.open("q2") | {"text": text}
    desk.clock.advance(3)
    page = desk.press(fields, subject="q2")
    assert page.status_code == 409
    assert said in page.text
    assert desk.box.puts == 0
    assert desk.press(fields, NO, subject="q2").status_code == 200
    assert [answer.text for answer in desk.box.answers.values()] == [""]


def test_what_is_decided_says_so_and_takes_no_answer(desk: Desk) -> None:
    fields = desk.open()
    desk.clock.advance(3)
    desk.questions["q1"] = replace(QUESTION, choices=(), closed="Ben decided this at 9:02.")
    for page in (desk.browser.get(desk.link()), desk.press(fields)):
        assert page.status_code == 200
        assert "Ben decided this at 9:02." in page.text
        assert "<form" not in page.text
    assert desk.box.puts == 0


def test_a_body_of_two_megabytes_is_refused(desk: Desk) -> None:
    fields = desk.open("q2") | {"text": "x" * 2_000_000}
    desk.clock.advance(3)
    assert desk.press(fields, subject="q2").status_code == 413
    assert desk.box.puts == 0


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&".join(b"a%d=1" % n for n in range(20)), b"", b"{}"])
def test_a_nonsense_body_is_refused(desk: Desk, body: bytes) -> None:
    assert desk.browser.post(desk.link(), content=body).status_code in {404, 413}


def test_too_often_is_put_off_and_passes(desk: Desk) -> None:
    statuses = [desk.browser.get(desk.link()).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert desk.browser.get("/a/guess").status_code == 429
    assert desk.browser.get("/healthz").status_code == 200
    desk.clock.advance(1)
    assert desk.browser.get(desk.link()).status_code == 200


def test_health_is_what_the_daemon_says(desk: Desk) -> None:
    assert desk.browser.get("/healthz").text == "ok"
    desk.well = False
    assert desk.browser.get("/healthz").status_code == 503


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Link: https://meet.google.com/abc?a=1&b=2.", ["https://meet.google.com/abc?a=1&b=2"]),
        ("(https://meet.example/x), then", ["https://meet.example/x"]),
        ("Call +49 30 12345670 or +493012345671!", ["tel:+493012345670", "tel:+493012345671"]),
        ("Rather write: mailto:a@b.example?subject=x&body=y", ["mailto:a@b.example?subject=x&body=y"]),
        ("http://plain.example javascript:alert(1) data:text/html,x ftp://x.example", []),
        ('https://x.example/"onclick="alert(1)', []),
        ("<a href=https://x.example>here</a>", []),
        ("+12 3 and 1+4930123456 and +12345678901234567890", []),
    ],
)
def test_what_can_be_tapped_is_a_link_and_nothing_else(text: str, links: list[str]):
    desk = Desk()
    desk.questions["q3"] = replace(QUESTION, text=f"One thing.\n{text}")
    page = LexborHTMLParser(desk.browser.get(desk.link("q3")).text)
    assert [one.attributes["href"] for one in page.css("p.text a")] == links
    assert [set(one.attributes) for one in page.css("p.text a")] == [{"href"}] * len(links)
    if "mailto" not in text:
        [whole] = page.css("p.text")
        assert text in whole.text(), "nothing of it is lost"
