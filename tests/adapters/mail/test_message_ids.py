"""Keys go into Message-IDs and come back, and only out of ours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noshowd.adapters.mail.message_ids import MessageIds

OURS = MessageIds(domain="ours.example", secret=b"ours")
THEIRS = MessageIds(domain="ours.example", secret=b"theirs")
KEYS = st.text(min_size=1, max_size=60).filter(lambda key: key.isprintable())


@given(KEYS)
def test_a_key_comes_back_out_of_its_id_even_in_other_case(key: str) -> None:
    assert OURS.key_in([f"<x@y> {OURS.message_id(key).upper()}"]) == key


@given(KEYS)
def test_an_id_signed_by_somebody_else_is_nobodys(key: str) -> None:
    assert OURS.key_in([THEIRS.message_id(key)]) is None


@given(KEYS)
def test_an_id_is_ascii_without_spaces_and_at_most_a_line_long(key: str) -> None:
    made = OURS.message_id(key)
    assert made.isascii()
    assert made.isprintable()
    assert " " not in made
    assert len(made) < 900


@given(st.lists(st.text()))
def test_foreign_text_is_passed_over(texts: list[str]) -> None:
    assert OURS.key_in([*texts, "<nsd.a.aaaaaaaaaaaaaaaa@ours.example>", "nsd.b32.1.aaaaaaaaaaaaaaaa@x"]) is None


@given(st.binary(min_size=16, max_size=16))
def test_the_key_of_a_message_fits_into_a_plus_address(raw: bytes) -> None:
    token = OURS.token(raw.hex())
    assert len(f"christoph.mustermann+{token}") <= 64
    assert OURS.key_in([f"christoph.mustermann+{token}@ours.example"]) == raw.hex()
    assert THEIRS.key_in([f"christoph.mustermann+{token}@ours.example"]) is None
