"""Whatever words come in, Slack gets blocks it takes, and words that stay words."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import example, given
from hypothesis import strategies as st

from contract.channel_suite import EVIL
from noshowd.adapters.slack.wire import TEXT_LIMIT, message
from noshowd.demo.vendors.slack.blocks import check_blocks
from noshowd.ports.channel import Carries, Choice, Parcel, Recipient

WORDS = st.text(st.sampled_from("ab &<>|@!\n\tü😀") | st.characters(codec="utf-8"), max_size=400)
LONG = WORDS.map(lambda words: words * 40)


@given(WORDS | LONG)
@example("<" * 4000)
@example("&" * 4000)
@example(EVIL)
@example("see https://a.example/?<!channel>&b")
@example("(<https://a.example/b>, tel:+49891234).")
def test_words_stay_words_and_blocks_are_taken(words: str) -> None:
    parcel = Parcel(
        key="k",
        carries=Carries.TO_OUR_SIDE,
        recipient=Recipient(slack="U0000001"),
        subject="Something",
        text=words,
        preview=words,
        choices=(Choice(label=words[:200] or "Yes", value="v"),),
    )
    made = message(parcel)
    if not words.split():
        return
    blocks = check_blocks(made["blocks"])
    texts = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    for text in [made["text"], *texts]:
        assert set(re.findall(r"<(.)", text)) <= {"h", "t", "m"}
    if len(words) < TEXT_LIMIT:
        said = unescape("".join(texts).replace("<", "").replace(">", ""))
        assert "".join(said.split()) == "".join(words.split())
