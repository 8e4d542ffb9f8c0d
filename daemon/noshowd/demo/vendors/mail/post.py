"""What the simulated mail house holds: letters sent through it, mailboxes, and levers to misbehave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail as the server took it: who it really goes to, and its bytes."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    at: datetime

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def html(self) -> str:
        body = self.message.get_body(("html",))
        return str(body.get_content()) if body else ""


@dataclass(slots=True, kw_only=True)
class Levers:
    """Failures to come: an SMTP reply to the next RCPT, and an answer lost after the next DATA."""

    refuse: str | None = None
    lose_answer: bool = False
    #: The next mail to this address is taken, and before that is answered something happens to its sender.
    struck: tuple[str, Callable[[], None]] | None = None


@dataclass(slots=True, kw_only=True)
class Post:
    """One mail house. `now` stamps what arrives."""

    now: Callable[[], datetime]
    user: str = "noshowd"
    password: str = "simulated"
    revoked: bool = False
    #: Letters taken over SMTP, oldest first.
    sent: list[Letter] = field(default_factory=list)
    #: Folders that IMAP shows; a letter's UID is its place in the list, from 1.
    folders: dict[str, list[Letter]] = field(default_factory=lambda: {"INBOX": []})
    #: Folder into which the server itself puts what is sent, as some providers do.
    keeps_sent_in: str | None = None
    uid_validity: int = 1
    levers: Levers = field(default_factory=Levers)

    def take(self, sender: str, to: tuple[str, ...], raw: bytes) -> None:
        letter = Letter(sender=sender, to=to, raw=raw, at=self.now())
        self.sent.append(letter)
        if self.keeps_sent_in is not None:
            self.folders.setdefault(self.keeps_sent_in, []).append(letter)

    def accepts(self, user: str, password: str) -> bool:
        return not self.revoked and (user, password) == (self.user, self.password)

    def arrive(self, message: EmailMessage, *, folder: str = "INBOX") -> None:
        """A mail from outside lies in a folder."""
        self.folders.setdefault(folder, []).append(
            Letter(sender="", to=(), raw=message.as_bytes(policy=policy.SMTP), at=self.now())
        )

    def reply(self, letter: Letter, text: str, *, headers: dict[str, str] | None = None) -> EmailMessage:
        """The person who got this letter answers it, quoting it; the answer lies in the inbox."""
        original = letter.message
        answer = EmailMessage()
        answer["From"] = letter.to[0]
        answer["To"] = str(original["Reply-To"] or original["From"])
        answer["Subject"] = f"Re: {original['Subject']}"
        answer["Date"] = format_datetime(self.now())
        answer["Message-ID"] = f"<answer-{sum(map(len, self.folders.values()))}@{letter.to[0].partition('@')[2]}>"
        answer["In-Reply-To"] = str(original["Message-ID"])
        for name, value in (headers or {}).items():
            del answer[name]
            answer[name] = value
        quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
        answer.set_content(f"{text}\n\nAm Montag schrieb {original['From']}:\n{quoted}\n")
        self.arrive(answer)
        return answer

    def bounce(self, letter: Letter, *, status: str = "5.1.1", action: str = "failed") -> None:
        """The receiving server could not deliver: a delivery report (RFC 3464) lies in the inbox."""
        original = letter.message
        raw = (
            "From: MAILER-DAEMON@example.net\n"
            f"To: {letter.sender}\n"
            f"Message-ID: <report-{sum(map(len, self.folders.values()))}@example.net>\n"
            "Subject: Undelivered Mail Returned to Sender\n"
            "Auto-Submitted: auto-replied\n"
            "MIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            f"Final-Recipient: rfc822; {letter.to[0]}\nAction: {action}\nStatus: {status}\n"
            f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {original['Message-ID']}\n"
            f"Subject: {original['Subject']}\n\n--b--\n"
        )
        self.arrive(message_from_bytes(raw.encode(), policy=policy.default))
