"""The mail by which somebody was invited is found by the event's UID: that one, of that person, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest

from adapters.mail.test_replies import Desk
from contract.channel_clock import NINE, SteppingClock
from noshowd.adapters.mail.invitations import MailInvitations
from noshowd.adapters.mail.mailbox import Mailbox
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.vendors.mail.server import MailServer
from noshowd.ports.errors import CredentialsLost, Permanent

UID = "040000008200E00074C5B7101A82E008-meeting@ours.example"
GUS, EVE = "gus@them.example", "eve@them.example"


def invitation(
    message_id: str, *, uid: str = UID, sender: str = "anna@ours.example", to: str = GUS, method: str = "REQUEST"
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Einladung: Angebot"
    mail["Message-ID"] = message_id
    mail.set_content("Sie sind eingeladen.")
    event = f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260302T090000Z\r\nDTSTART:20260302T090000Z\r\nEND:VEVENT"
    calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\nMETHOD:{method}\r\n{event}\r\nEND:VCALENDAR\r\n"
    mail.add_attachment(calendar.encode(), maintype="text", subtype="calendar", params={"method": method})
    return mail


class Shelf:
    """A mailbox with an inbox and a folder of what was sent."""

    def __init__(self, house: MailServer) -> None:
        self.desk, self.post = Desk(house), house.post
        self.post.folders["Sent"] = []

    def lay(self, mail: EmailMessage, folder: str = "INBOX", *, days_ago: float = 1) -> None:
        at = NINE - timedelta(days=days_ago)
        self.post.folders[folder].append(Letter(sender="", to=(), raw=mail.as_bytes(), at=at))

    async def found(self, *folders: str, uid: str = UID, guest: str = GUS) -> str | None:
        mailbox = Mailbox(server=self.desk.server(self.desk.house.imap_port))
        return await MailInvitations(mailbox, folders or ("INBOX", "Sent"), SteppingClock(), name="post").message_id(
            uid, guest
        )


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with MailServer(SteppingClock().now) as house:
        yield Shelf(house)


async def test_an_invitation_that_we_sent_is_found(shelf: Shelf) -> None:
    shelf.lay(invitation("<invited@ours.example>"), "Sent")
    assert await shelf.found() == "<invited@ours.example>"
    assert await shelf.found(guest=GUS.upper()) == "<invited@ours.example>"
    assert await shelf.found("INBOX") is None


async def test_the_newest_of_both_directions_counts(shelf: Shelf) -> None:
    shelf.lay(invitation("<invited@ours.example>"), "Sent", days_ago=9)
    shelf.lay(
        invitation("<accepted@them.example>", sender=f"Gus <{GUS}>", to="anna@ours.example", method="REPLY"),
        days_ago=8,
    )
    assert await shelf.found() == "<accepted@them.example>"


async def test_mails_to_others_about_others_or_long_ago_are_none(shelf: Shelf) -> None:
    shelf.lay(invitation("<eve@ours.example>", to=EVE), "Sent")
    shelf.lay(invitation("<other@ours.example>", uid="other-event@ours.example"), "Sent")
    shelf.lay(invitation("<longer@ours.example>", uid=f"x{UID}"), "Sent")
    shelf.lay(invitation("<old@ours.example>"), "Sent", days_ago=200)
    talk = EmailMessage()
    talk["From"], talk["To"], talk["Message-ID"] = GUS, "anna@ours.example", "<talk@them.example>"
    talk.set_content(f"What is {UID}?")
    shelf.lay(talk)
    assert await shelf.found() is None


async def test_broken_mails_and_missing_folders_are_passed_over(shelf: Shelf) -> None:
    shelf.lay(invitation("<good@ours.example>"), days_ago=5)
    torn = invitation("<torn@ours.example>")
    torn.set_payload([torn.get_payload(0)])  # the calendar is lost on the way
    shelf.lay(torn, days_ago=4)
    nameless = invitation("<x@ours.example>")
    del nameless["Message-ID"]
    shelf.lay(nameless, days_ago=3)
    assert await shelf.found("Archive", "INBOX") == "<good@ours.example>"


@pytest.mark.parametrize("uid", ["", "short", 'a"quoted"uid', "with space in it", "mit-ä-umlaut", "x" * 300])
async def test_a_uid_that_cannot_be_searched_is_not(shelf: Shelf, uid: str) -> None:
    assert await shelf.found(uid=uid) is None


async def test_folders_that_are_all_not_there_are_told(shelf: Shelf) -> None:
    with pytest.raises(Permanent):
        await shelf.found("Nowhere", "Neverland")


async def test_a_lost_sign_in_is_told(shelf: Shelf) -> None:
    shelf.post.password = "another"
    mailbox = Mailbox(server=shelf.desk.server(shelf.desk.house.imap_port))
    shelf.post.password = "changed"
    with pytest.raises(CredentialsLost):
        await MailInvitations(mailbox, ("INBOX",), SteppingClock(), name="post").message_id(UID, GUS)
