"""Whatever words come in, a mail has the headers and the recipient it should have, and says those words."""

from __future__ import annotations

from email import message_from_bytes, policy

from hypothesis import example, given
from hypothesis import strategies as st

from contract.channel_clock import NINE
from contract.channel_suite import EVIL
from noshowd.adapters.mail.message_ids import MessageIds
from noshowd.adapters.mail.wire import Letterhead, compose, one_line
from noshowd.ports.channel import Carries, Choice, Parcel, Recipient

LETTERHEAD = Letterhead(
    address="noshowd@ours.example", ids=MessageIds(domain="ours.example", secret=b"ours"), as_sender=True
)
HEADERS = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Kind",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]
WORDS = st.text(st.characters(codec="utf-8"), max_size=300) | st.sampled_from([EVIL, EVIL * 3])


@given(words=WORDS, name=WORDS)
@example(words="x", name="Meier, Andrea <victim@example.com>" + " x" * 60)
@example(words="Schluss\x85mit\u2028Zeilen", name="a\x00b")
def test_words_stay_words(words: str, name: str) -> None:
    parcel = Parcel(
        key="k",
        carries=Carries.TO_GUESTS,
        recipient=Recipient(address="guest@theirs.example", name=name),
        sender=Recipient(address="anna@ours.example", name=name),
        subject=words,
        text=words,
        html=f"<p>{len(words)}</p>",
        choices=(Choice(label=words, value="v", url="https://noshowd.example/a/t"),),
        headers=(("X-Kind", words),),
    )
    mail = message_from_bytes(compose(parcel, LETTERHEAD, NINE).as_bytes(), policy=policy.default)
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert [address.addr_spec for address in mail["To"].addresses] == ["guest@theirs.example"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["anna@ours.example"]
    assert str(mail["Subject"]).split() == one_line(words).split()
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split()[: len(words.split())] == words.split()
    assert html.get_content().count("<") == 6
