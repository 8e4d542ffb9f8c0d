"""Links: every service's own shape, vendors' pages and look-alikes, wrappers in wrappers, signatures, bounds."""

from __future__ import annotations

import base64
import html
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noshowd.reading.body import EXAMINED, plain_text
from noshowd.reading.links import Link, best_link, find_links, read_link, trusted_link
from noshowd.reading.platforms import ROWS
from noshowd.reading.wrappers import unwrap
from reading.events import cases

KNOWN = {
    "zoom": "https://us02web.zoom.us/j/81234567890?pwd=AbC_d-1.x",
    "google_meet": "https://meet.google.com/abc-defg-hij",
    "teams": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_QUJD%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d",
    "webex": "https://firma.webex.com/firma/j.php?MTID=m0a1b2c3",
    "gotomeeting": "https://global.gotomeeting.com/join/162399285",
    "jitsi": "https://meet.jit.si/StillerRaum",
    "whereby": "https://whereby.com/stiller-raum",
}


def safelinks(url: str) -> str:
    return f"https://nam12.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data=05%7C02&reserved=0"


def safelinks_late(url: str) -> str:
    return f"https://eur01.safelinks.protection.outlook.com/?data=05%7C02&url={quote(url, safe='')}"


def google(url: str) -> str:
    return f"https://www.google.de/url?q={quote(url, safe='')}&sa=D&source=calendar"


def proofpoint_v2(url: str) -> str:
    packed = "".join(c if c.isalnum() or c == "." else "_" if c == "/" else f"-{ord(c):02X}" for c in url)
    return f"https://urldefense.proofpoint.com/v2/url?u={packed}&d=DwMF&c=x&r=y&m=z&s=s&e="


def proofpoint_v3(url: str) -> str:
    """As the vendor does it: characters of its own syntax become `*`, and follow in base64."""
    starred = [c for c in url if c in "*%#?"]
    shown = "".join("*" if c in "*%#?" else c for c in url)
    packed = base64.urlsafe_b64encode("".join(starred).encode()).decode().rstrip("=")
    return f"https://urldefense.com/v3/__{shown}__;{packed}!!AbC!xyz$"


def barracuda(url: str) -> str:
    return f"https://linkprotect.cudasvc.com/url?a={quote(url, safe='')}&c=E,1,x&typo=1"


def sophos(url: str) -> str:
    return f"https://eu-central-1.protection.sophos.com/?d=x.de&u={base64.b64encode(url.encode()).decode()}&i=1"


def entities(url: str) -> str:
    return html.escape(url)


WRAPPERS = [safelinks, safelinks_late, google, proofpoint_v2, proofpoint_v3, barracuda, sophos]


@given(
    url=st.sampled_from(sorted(KNOWN.values())),
    wrappers=st.lists(st.sampled_from(WRAPPERS), max_size=4),
    escaped=st.booleans(),
)
def test_wrapping_changes_nothing(url, wrappers, escaped):
    wrapped = url
    for wrapper in wrappers:
        wrapped = wrapper(wrapped)
    shown = entities(wrapped) if escaped else wrapped

    assert find_links(f"Bitte hier: <{shown}>, danke.", {}) == [read_link(url, {})]


@given(url=st.sampled_from(sorted(KNOWN.values())), text=st.text(max_size=200))
def test_any_words_before_a_link_leave_it_as_it_is(url, text):
    assert read_link(url, {}) in find_links(f"{text}\n\n{url}", {})


@given(st.text())
def test_any_text_is_read_without_error(text):
    find_links(text, {})
    unwrap(text)
    plain_text(text, is_html=True)


SIGNATURE = """
--
Anna Meier | Beratung | Tel. +49 89 23714480 | Fax -99
https://zoom.us/download  https://us02web.zoom.us/u/abc  https://www.webex.com/pricing  https://help.webex.com/de-de
https://teams.microsoft.com/l/channel/19%3aabc/Allgemein  https://aka.ms/JoinTeamsMeeting  https://meet.google.com/
https://support.google.com/a/users/answer/9282720  https://whereby.com/information  https://www.gotomeeting.com/de-de
https://calendly.com/anna-meier/30min  https://events.zoom.us/ev/abc  https://discord.gg/abc  https://zoom.us/rec/share/x
https://www.youtube.com/watch?v=1  https://maps.app.goo.gl/x  https://us06st2.zoom.us/static/6.3/image/logo.png
"""


@pytest.mark.parametrize("url", KNOWN.values())
def test_a_signature_with_vendor_pages_changes_nothing(url):
    assert find_links(url + SIGNATURE, {}) == [read_link(url, {})]
    assert find_links(SIGNATURE + url, {}) == [read_link(url, {})]


def test_a_signature_alone_is_no_meeting():
    assert find_links(SIGNATURE, {}) == []


@pytest.mark.parametrize("case", cases("links"), ids=lambda case: case["url"])
def test_link_leads_into_a_meeting_or_not(case):
    link = best_link(f"siehe {case['url']} !", {})

    assert (link.platform if link else None) == case["platform"]


def test_at_least_seventy_services_are_known():
    assert len({platform for platform, _, _ in ROWS}) >= 70


def test_declared_hosts_have_their_platforms_shapes():
    declared = {"meet.firma.de": "jitsi", "konferenz.firma.de": "bigbluebutton", "cloud.firma.de": "nextcloud_talk"}

    paths = (
        "meet.firma.de/Weekly",
        "konferenz.firma.de/b/ann-abc",
        "cloud.firma.de/call/ab12",
        "cloud.firma.de/apps/files",
    )
    links = [read_link(f"https://{path}", declared) for path in paths]

    assert [link and link.platform for link in links] == ["jitsi", "bigbluebutton", "nextcloud_talk", None]


def test_of_twins_the_one_with_the_passcode():
    twins = "https://zoom.us/j/81234567890 https://zoom.us/j/81234567890?pwd=abc"

    assert best_link(twins, {}) == read_link("https://zoom.us/j/81234567890?pwd=abc", {})


def test_a_meeting_of_its_own_before_a_personal_room():
    both = "https://zoom.us/my/anna oder https://zoom.us/j/81234567890"

    assert best_link(both, {}) == read_link("https://zoom.us/j/81234567890", {})


def test_a_passcode_like_a_meet_code_is_none():
    assert [link.platform for link in find_links("https://zoom.us/j/81234567890?pwd=abc-defg-hij", {})] == ["zoom"]


def test_an_unknown_host_is_believed_only_where_conferences_stand():
    assert trusted_link("https://konferenz.example/x1", {}) == Link(
        platform="unknown", url="https://konferenz.example/x1"
    )
    assert trusted_link("https://meet.google.com/new", {}) is None


def test_a_link_just_inside_the_examined_part_is_found_and_none_behind_it():
    link = KNOWN["zoom"]
    inside = "x " * ((EXAMINED - len(link)) // 2) + link + " y" * 1000
    behind = "x " * (EXAMINED // 2) + link

    assert best_link(plain_text(inside, is_html=False), {}) == read_link(link, {})
    assert best_link(plain_text(behind, is_html=False), {}) is None


def test_the_light_meeting_page_leads_to_the_thread():
    coords = base64.urlsafe_b64encode(
        b'{"conversationId":"19:meeting_A@thread.v2","tenantId":"t","messageId":"0","organizerId":"o"}'
    ).decode()

    link = read_link(f"https://teams.microsoft.com/light-meetings/launch?agent=web&coords={coords}&deeplinkId=1", {})

    assert link is not None
    assert link.meeting_id == "19:meeting_A@thread.v2"
