"""What stands around a message to a guest: data protection, a way out, and a way to write it oneself."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from engine.house import ANNA, GUS, House
from noshowd.domain.followup import FollowUpKind, State
from noshowd.engine.answers.choices import Verb
from noshowd.engine.answers.opting_out import OptOutDesk
from noshowd.store.database import Database

COURTESY, APPROVAL, OFFER = (
    FollowUpKind.COURTESY_MESSAGE,
    FollowUpKind.APPROVAL,
    FollowUpKind.RESCHEDULE_OFFER,
)


async def asked(database: Database) -> House:
    """Anna waits and is asked whether Gus may be written to."""
    house = House(
        database, mode="live", us={"domains": ["us.example"], "zone": "Europe/Berlin", "signature": "{name}\nUs"}
    )
    house.parts = replace(
        house.parts,
        notice_url="https://us.example/privacy",
        opt_out_linker=lambda key, _: f"https://us.example/x/{key}",
    )
    await house.until(-1)
    house.happen(join=ANNA)
    await house.until(6)
    return house


async def test_a_guest_can_have_no_more_of_it(database: Database):
    house = await asked(database)
    await house.press(Verb.APPROVE, APPROVAL)
    await house.until(7)
    [courtesy] = house.sent(COURTESY)
    page = f"https://us.example/x/{courtesy.parcel.key}"
    assert courtesy.parcel.text.endswith(f"https://us.example/privacy\nNo more messages of this kind: {page}")
    assert "Anna Berger\nUs" in courtesy.parcel.text
    assert dict(courtesy.parcel.headers) == {
        "List-Unsubscribe": f"<{page}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    desk = OptOutDesk(house.parts)
    assert await desk.language_of(courtesy.parcel.key) == "en"
    await desk.keep_out(courtesy.parcel.key)
    await desk.keep_out(courtesy.parcel.key)
    await house.until(60)
    assert house.states(OFFER) == [State.WITHHELD]
    assert house.rows(OFFER)[0].reason == "opted_out"


async def test_only_a_message_to_a_guest_has_a_way_out(database: Database):
    house = await asked(database)
    desk = OptOutDesk(house.parts)
    assert await desk.language_of(house.rows(APPROVAL)[0].key) is None
    assert await desk.language_of("unknown") is None


async def test_our_person_can_send_it_without_any_right_of_ours(database: Database):
    house = await asked(database)
    [approval] = house.sent(APPROVAL)
    [draft] = house.rows(COURTESY)
    assert draft.parcel is not None
    line = next(line for line in approval.parcel.text.splitlines() if "mailto:" in line)
    link = urlsplit(line[line.index("mailto:") :])
    assert link.path == GUS
    assert parse_qs(link.query)["subject"] == [draft.parcel.subject]
    assert parse_qs(link.query)["body"] == [draft.parcel.text.replace("\n", "\r\n")]
    assert f">{link.scheme}:" not in (approval.parcel.html or ""), "nobody reads a line of percent signs"
