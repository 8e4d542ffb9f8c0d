"""What only Gmail and Google Tasks have: threads, drafts, dates without times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from noshowd.adapters.google.calendar import GoogleCalendar
from noshowd.adapters.google.channel import GmailChannel
from noshowd.adapters.google.client import GoogleClient
from noshowd.adapters.google.free_busy import GoogleFreeBusy
from noshowd.adapters.google.mail_message import message
from noshowd.adapters.google.settings import GmailSettings
from noshowd.adapters.google.tasks import GoogleTasks
from noshowd.demo.vendors.google.faults import QUOTA_EXCEEDED, Fault, Manner
from noshowd.demo.vendors.google.google import SimulatedGoogle
from noshowd.domain.spans import Span
from noshowd.ports.calendar import Page
from noshowd.ports.channel import Carries, Choice, Parcel, Recipient, Recovery
from noshowd.ports.errors import Permanent, Temporary

ANNA, BEN, KIM = "anna@beispiel-beratung.de", "ben@beispiel-beratung.de", "kim@grosskunde.de"
INVITATION = "<" + "calendar-invitation-" * 6 + "@grosskunde.de>"
MAIL = Parcel(
    key="case-17/offer/1",
    carries=Carries.TO_GUESTS,
    recipient=Recipient(address=KIM, name="Kim Größe, Dr."),
    sender=Recipient(address=BEN, name="Ben Beispiel"),
    subject="Ein neuer Termin",
    text="Passt es Ihnen morgen um 10?",
    in_reply_to=INVITATION,
)
TASK = Parcel(
    key="case-17/recall",
    carries=Carries.TASKS,
    recipient=Recipient(address=BEN),
    subject="Kim zurückrufen",
    text="Erreichbar bis 18 Uhr.",
    due=datetime(2026, 3, 24, 23, 30, tzinfo=UTC),
    zone="Europe/Berlin",
    link="https://meet.google.com/abc-mnop-xyz",
)


def gmail(client: GoogleClient, wall, **settings) -> GmailChannel:
    return GmailChannel(client, GmailSettings(**settings), wall)


def invite(google: SimulatedGoogle, wall) -> str:
    """The invitation arrives in Ben's mailbox; the id of its thread."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = KIM, BEN, "Termin", INVITATION
    return google.mail.deliver(BEN, mail, wall.now()).thread


async def test_mail_leaves_the_hosts_own_mailbox(google, client, wall):
    await gmail(client, wall).send(MAIL)
    (mail,) = google.sent_mails
    assert mail.mailbox == BEN
    assert mail.message["From"].addresses[0].addr_spec == BEN
    assert mail.message["To"].addresses[0].display_name == "Kim Größe Dr."
    assert mail.message["In-Reply-To"].strip() == INVITATION
    assert mail.message["References"].strip() == INVITATION
    assert mail.message["Reply-To"] is None


async def test_a_host_who_cannot_be_acted_for_is_named_and_gets_the_replies(google, client, wall):
    sender = Recipient(address="carla@partner.example", name="Carla")
    await gmail(client, wall).send(replace(MAIL, sender=sender))
    (mail,) = google.sent_mails
    assert mail.mailbox == ANNA
    assert mail.message["From"].addresses[0].display_name == "Carla"
    assert mail.message["Reply-To"].addresses[0].addr_spec == "carla@partner.example"


async def test_mail_joins_the_invitations_thread_where_it_may_be_looked_up(google, client, wall):
    thread = invite(google, wall)
    await gmail(client, wall, may_search=True).send(MAIL)
    assert google.sent_mails[0].thread == thread


async def test_with_the_right_to_send_alone_nothing_is_looked_up(google, client, wall):
    invite(google, wall)
    channel = gmail(client, wall)
    assert channel.recovery is Recovery.ASK
    await channel.send(MAIL)
    assert [a.method for a in google.asked] == ["gmail.users.messages.send"]


async def test_an_unknown_invitation_does_not_hold_the_mail_back(google, client, wall):
    await gmail(client, wall, may_search=True).send(MAIL)
    assert len(google.sent_mails) == 1


async def test_drafts_are_for_guests_only(google, client, wall):
    channel = gmail(client, wall, drafts=True)
    await channel.send(MAIL)
    await channel.send(replace(MAIL, key="nudge", carries=Carries.TO_OUR_SIDE))
    assert len(google.mail.drafts) == 1
    assert len(google.sent_mails) == 1


async def test_a_parcel_may_ask_to_be_a_draft_and_can_then_be_taken_back(google, client, wall):
    channel = gmail(client, wall)
    receipt = await channel.send(replace(MAIL, draft=True))
    assert [m.mailbox for m in google.mail.drafts] == [BEN]
    await channel.retract(receipt)
    await channel.retract(receipt)
    assert google.mail.drafts == []


def test_the_message_id_is_the_same_on_every_attempt_and_another_for_another_parcel():
    again, other = replace(MAIL, text="edited"), replace(MAIL, key="case-18/offer/1")
    assert message(MAIL, BEN)["Message-ID"] == message(again, BEN)["Message-ID"]
    assert message(MAIL, BEN)["Message-ID"] != message(other, BEN)["Message-ID"]


def test_choices_are_links_in_text_and_html_and_a_preview_comes_first():
    choice = Choice(label="Morgen 10 Uhr", value="v", url="https://noshowd.example/a/t?x=1&y=2")
    made = message(replace(MAIL, choices=(choice,), html="<p>Hallo</p>", preview="Zum Termin"), BEN)
    text, html = made.get_body(("plain",)), made.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Morgen 10 Uhr:\nhttps://noshowd.example/a/t?x=1&y=2" in text.get_content()
    assert html.get_content().index("Zum Termin") < html.get_content().index("<p>Hallo</p>")
    assert 'href="https://noshowd.example/a/t?x=1&amp;y=2"' in html.get_content()


@pytest.mark.parametrize("address", ["kim", "kim@@grosskunde.de", "<kim>", " ", "kim@grosskunde.de, max@x.de"])
async def test_an_address_that_is_none_is_permanent_before_anything_is_sent(google, client, wall, address):
    with pytest.raises(Permanent):
        await gmail(client, wall).send(replace(MAIL, recipient=Recipient(address=address)))
    assert google.asked == []


async def test_a_task_is_due_on_the_persons_day_and_keeps_its_time_in_the_title(google, client, wall):
    await GoogleTasks(client, wall).send(TASK)
    (task,) = google.tasks.of(BEN)
    assert task["title"] == "00:30 Kim zurückrufen"
    assert task["due"] == "2026-03-25T00:00:00.000Z"
    assert task["notes"].splitlines() == [
        "Erreichbar bis 18 Uhr.",
        "https://meet.google.com/abc-mnop-xyz",
        "noshowd:case-17/recall",
    ]


async def test_a_title_that_names_the_time_is_left_alone(google, client, wall):
    await GoogleTasks(client, wall).send(replace(TASK, subject="Kim um 00:30 zurückrufen"))
    assert google.tasks.of(BEN)[0]["title"] == "Kim um 00:30 zurückrufen"


async def test_a_task_of_unknown_fate_is_found_by_its_key_ticked_off_or_not(google, client, wall):
    tasks = GoogleTasks(client, wall)
    for number in range(5):
        await tasks.send(replace(TASK, key=f"case-17/recall{number}"))
    google.pager.cap = 2
    google.fail(Fault(manner=Manner.DROP_AFTER), on="tasks.tasks.insert")
    with pytest.raises(Temporary):
        await tasks.send(TASK)
    found = await tasks.verify(TASK)
    assert found is not None
    google.tasks.complete(BEN, found.ref.split(" ")[2], wall.now() + timedelta(minutes=1))
    assert await tasks.verify(TASK) == found
    await tasks.retract(found)
    assert await tasks.verify(TASK) is None


async def test_a_list_of_a_title_is_made_once_and_found_again_after_a_start(google, client, wall):
    google.pager.cap = 1
    for number in range(2):
        for _ in range(2):
            channel = GoogleTasks(client, wall, title="Rückrufe")
            await channel.send(replace(TASK, key=f"case-17/recall{number}"))
    assert google.tasks.titles(BEN) == ["Tasks", "Rückrufe"]
    assert len(google.tasks.of(BEN, "Rückrufe")) == 4
    assert google.tasks.of(BEN, "Tasks") == []


async def test_a_list_that_was_deleted_is_made_anew(google, client, wall):
    channel = GoogleTasks(client, wall, title="Rückrufe")
    first = await channel.send(TASK)
    google.tasks.delete_list(BEN, "Rückrufe")
    again = await channel.send(TASK)
    assert len(google.tasks.of(BEN, "Rückrufe")) == 1
    assert first != again
    await channel.retract(first)
    await channel.retract(again)
    assert google.tasks.of(BEN) == []


async def test_a_task_in_doubt_is_looked_for_in_every_list_of_the_title(google, client, wall):
    channel = GoogleTasks(client, wall, title="Rückrufe")
    sent = await channel.send(TASK)
    google.tasks.add_list(BEN, "Rückrufe", first=True)
    assert await GoogleTasks(client, wall, title="Rückrufe").verify(TASK) == sent
    changed = await channel.edit(sent, replace(TASK, subject="Kim bald zurückrufen"))
    assert changed == sent
    assert [task["title"] for task in google.tasks.of(BEN)] == ["00:30 Kim bald zurückrufen"]


async def test_nobodys_task_list_is_opened_who_is_not_ours(google, client, wall):
    with pytest.raises(Permanent, match="no_access_to_this_persons_tasks"):
        await GoogleTasks(client, wall).send(replace(TASK, recipient=Recipient(address=KIM)))
    assert google.asked == []


def events_of(google: SimulatedGoogle, who: str) -> list[dict]:
    calendar = google.calendars.get(who)
    assert calendar is not None
    return [event for event in calendar.events.values() if event["status"] != "cancelled"]


async def test_time_is_kept_free_for_the_call_back_once_and_given_back_with_the_task(google, client, wall):
    tasks = GoogleTasks(client, wall, hold=timedelta(minutes=15))
    google.fail(Fault(manner=Manner.DROP_AFTER), on="tasks.tasks.insert")
    with pytest.raises(Temporary):
        await tasks.send(TASK)
    receipt = await tasks.verify(TASK)
    assert receipt is not None
    [hold] = events_of(google, BEN)
    assert (hold["start"]["dateTime"], hold["end"]["dateTime"]) == (
        "2026-03-24T23:30:00+00:00",
        "2026-03-24T23:45:00+00:00",
    )
    assert hold["visibility"] == "private"
    assert "attendees" not in hold
    assert google.writes.notices == []
    later = replace(TASK, due=datetime(2026, 3, 25, 8, tzinfo=UTC))
    receipt = await tasks.edit(receipt, later)
    assert [one["start"]["dateTime"] for one in events_of(google, BEN)] == ["2026-03-25T08:00:00+00:00"]
    await tasks.retract(receipt)
    assert events_of(google, BEN) == []
    assert google.tasks.of(BEN) == []
    await tasks.retract(receipt)


async def test_a_calendar_that_cannot_be_written_costs_no_task(google, client, wall):
    google.fail(QUOTA_EXCEEDED, on="calendar.events.insert")
    receipt = await GoogleTasks(client, wall, hold=timedelta(minutes=15)).send(TASK)
    assert len(google.tasks.of(BEN)) == 1
    await GoogleTasks(client, wall).retract(receipt)
    assert google.tasks.of(BEN) == []


async def test_time_kept_free_is_busy_and_no_meeting(google, client, wall):
    await GoogleTasks(client, wall, hold=timedelta(minutes=15)).send(TASK)
    window = Span(start=datetime(2026, 3, 24, tzinfo=UTC), end=datetime(2026, 3, 26, tzinfo=UTC))
    [busy] = await GoogleFreeBusy(client).busy((BEN,), window)
    assert len(busy.spans) == 1
    pages = [part async for part in GoogleCalendar(client).changes(BEN, cursor=None, window=window)]
    assert [part.entries for part in pages if isinstance(part, Page)] == [()]
