"""Links: signed, for one purpose, for a while, and readable by nobody else's keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noshowd.web.tokens import LONGEST, Links, Purpose, Signer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OLD, NEW = "o" * 32, "n" * 32
LINKS = Links(base_url="https://noshowd.example/", signer=Signer([OLD, NEW]))


def _token(subject: str = "q1", until: datetime = NOW + timedelta(days=7)) -> str:
    return LINKS.link(subject, until).rpartition("/")[2]


@given(st.text(max_size=60))
def test_a_link_leads_back_to_its_subject(subject: str) -> None:
    assert LINKS.subject(_token(subject), NOW) == subject


def test_a_link_is_short_and_survives_being_wrapped() -> None:
    link = LINKS.link("k" * 64, NOW)
    assert link.startswith("https://noshowd.example/a/")
    assert len(link) < 300
    assert all(c.isalnum() or c in "-_./:" for c in link)


def test_a_link_ends() -> None:
    assert LINKS.subject(_token(until=NOW + timedelta(seconds=1)), NOW) == "q1"
    assert LINKS.subject(_token(until=NOW), NOW) is None


@given(st.integers(min_value=0), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_changed_token_is_nothing(place: int, character: str) -> None:
    token = _token()
    at = place % len(token)
    changed = token[:at] + character + token[at + 1 :]
    # The last character of base64 has bits that say nothing.
    if changed != token and at < len(token) - 1 and token[at + 1] != ".":
        assert LINKS.subject(changed, NOW) is None


@given(st.text(max_size=2 * LONGEST))
def test_nonsense_is_nothing(token: str) -> None:
    assert LINKS.subject(token, NOW) is None


def test_keys_rotate() -> None:
    before = Links(base_url="https://noshowd.example", signer=Signer([OLD]))
    after = Links(base_url="https://noshowd.example", signer=Signer([NEW]))
    old_link = before.link("q1", NOW + timedelta(days=1)).rpartition("/")[2]
    assert LINKS.subject(old_link, NOW) == "q1"
    assert after.subject(old_link, NOW) is None
    assert after.subject(_token(), NOW) == "q1"


def test_a_token_for_one_purpose_is_worthless_for_another() -> None:
    signer = Signer([NEW])
    form = signer.sign(Purpose.FORM, ["q1", int((NOW + timedelta(days=1)).timestamp())])
    assert LINKS.subject(form, NOW) is None


@pytest.mark.parametrize("content", [["q1"], ["q1", "soon"], [1, 2], {"q": 1}, "q1"])
def test_signed_content_of_another_shape_is_nothing(content: list[object]) -> None:
    token = LINKS.signer.sign(Purpose.ANSWER, content)
    assert LINKS.subject(token, NOW) is None


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "short"]])
def test_weak_keys_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Signer(keys)
