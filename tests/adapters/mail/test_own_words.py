"""What a person wrote, picked out of what their mail program put around it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from noshowd.adapters.mail.incoming import Reply, Words, understand
from noshowd.adapters.mail.message_ids import MessageIds

IDS = MessageIds(domain="ours.example", secret=b"a secret of this installation")
OURS = "Guten Tag,\nich schlage vor: Montag, 9:00 Uhr oder Dienstag, 14:00 Uhr.\nViele Grüße"
QUOTED = "\n".join(f"> {line}" for line in OURS.splitlines())
PAGE = OURS.replace("\n", "<br>")


def words(body: str, kind: str = "plain") -> str:
    mail = EmailMessage()
    mail["Message-ID"] = "<reply@them.example>"
    mail["From"] = "Kim <kim@them.example>"
    mail["In-Reply-To"] = IDS.message_id("offer")
    mail.set_content(body, subtype=kind)
    said = understand(mail.as_bytes(), IDS, Words({}))
    assert isinstance(said, Reply)
    return said.text


@pytest.mark.parametrize(
    "body",
    [
        f"Di 14 Uhr\n\nAm Fr., 20. Nov. 2026 um 10:20 Uhr schrieb Anna <\nanna@ours.example>:\n\n{QUOTED}",
        f"Di 14 Uhr\n\nOn Fri, Nov 20, 2026 at 10:20 Anna (Office) <anna@ours.example>\nwrote:\n\n{QUOTED}",
        f"Di 14 Uhr\n\nAnna <anna@ours.example> schrieb am Fr., 20. Nov. 2026, 10:20:\n\n{QUOTED}",
        f"Am 20.11.26 um 10:20 schrieb Anna:\n{QUOTED}\n\nDi 14 Uhr",
        f"On Fri, Nov 20, 2026 at 10:20 Anna (Office) <anna@ours.example>\nwrote:\n\n{QUOTED}\n\nDi 14 Uhr",
        f"Am 20.11.26 um 10:20 schrieb Anna:\n{QUOTED}\n\nDi 14 Uhr\n\n{QUOTED}",
        f"Di 14 Uhr\n\nAm 20.11.2026 um 10:20 schrieb Anna:\n\n{OURS}",
        f"Di 14 Uhr\n\nVon: Anna <anna@ours.example>\nGesendet: Freitag, 20. November 2026 10:20\n\n{OURS}",
        f"Di 14 Uhr\n\n*Von:* Anna <anna@ours.example>\n*Gesendet:* Freitag, 20. November 2026\n\n{OURS}",
        f"Di 14 Uhr\n\n-----Original Message-----\nFrom: Anna\n\n{OURS}",
        f"Di 14 Uhr\n-- \nKim, Tel. 0171 2345678\n\n{QUOTED}",
    ],
    ids=[
        *("Gmail", "Gmail, broken line", "Android", "below", "below, broken line", "between", "not marked as quoted"),
        *("Outlook", "Outlook as text", "Outlook of old", "signature"),
    ],
)
def test_of_a_text_what_was_written_above_between_or_below_the_quote(body: str) -> None:
    assert words(body) == "Di 14 Uhr"


@pytest.mark.parametrize(
    "body",
    [
        f"<div>Di <b>14 Uhr</b></div><div class='gmail_quote'>Am Fr. schrieb A:<blockquote>{PAGE}</blockquote></div>",
        f"<p>Di 14\n Uhr</p><div><p><b>Von:</b> Anna<br><b>Gesendet:</b> Freitag, 10:20</p></div><p>{PAGE}</p>",
        f"<div>Di 14 Uhr</div><hr><div id='divRplyFwdMsg'><b>Von:</b> Anna<br></div><div>{PAGE}</div>",
        f"<div>Am 20.11.26 schrieb Anna:</div><blockquote>{PAGE}</blockquote><p>Di 14 Uhr</p>",
    ],
    ids=["Gmail", "Outlook", "Outlook on the web", "below"],
)
def test_of_a_page_too(body: str) -> None:
    assert words(body, "html") == "Di 14 Uhr"


def test_whoever_only_quotes_has_said_nothing() -> None:
    assert words(f"Am 20.11.26 um 10:20 schrieb Anna:\n{QUOTED}") == ""
