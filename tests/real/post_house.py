"""postfix and dovecot in a folder of their own, on ports of their own; nothing leaves the machine."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from noshowd.adapters.mail.channel import SmtpChannel
from noshowd.adapters.mail.mailbox import Mailbox
from noshowd.adapters.mail.message_ids import MessageIds
from noshowd.adapters.mail.servers import Security, Server
from noshowd.adapters.mail.wire import Letterhead
from noshowd.ports.clock import Clock

POST = Path(__file__).parent / "post"
NOSHOWD = "noshowd@ours.example"
GUEST = "guest@theirs.example"
IDS = MessageIds(domain="ours.example", secret=b"a secret of this installation")
LETTERHEAD = Letterhead(address=NOSHOWD, ids=IDS, replies_to=NOSHOWD)
#: A server that does not answer for so long is broken, seconds.
PATIENCE = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class PostHouse:
    """Where the servers listen, and where they put what comes in."""

    folder: Path
    smtp_port: int = field(default_factory=free_port)
    imap_port: int = field(default_factory=free_port)

    def channel(self, clock: Clock, *, name: str = "mail") -> SmtpChannel:
        """What we send by; what went out is looked up in the server's copy."""
        server = Server(host="127.0.0.1", port=self.smtp_port, security=Security.NONE)
        sent = self.mailbox("sent")
        return SmtpChannel(name=name, server=server, letterhead=LETTERHEAD, clock=clock, sent=sent)

    def mailbox(self, user: str) -> Mailbox:
        server = Server(host="127.0.0.1", port=self.imap_port, security=Security.NONE, username=user, password="secret")
        return Mailbox(server=server)

    def received(self, user: str) -> list[EmailMessage]:
        """What lies in somebody's mailbox, read or not."""
        files = sorted((self.folder / "mail" / user).glob("*/*"), key=lambda file: file.name)
        return [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in files
            if file.parent.name in ("new", "cur")
        ]

    def wait_for(self, user: str, count: int = 1) -> list[EmailMessage]:
        """Once so many mails have come."""
        until = time.monotonic() + PATIENCE
        while len(found := self.received(user)) < count:
            assert time.monotonic() < until, (self.folder / "maillog").read_text()[-3000:]
            time.sleep(0.05)
        return found

    def wait_for_mail(self, user: str, message_id: str) -> EmailMessage:
        """Once the mail with this Message-ID has come."""
        count = 1
        while True:
            found = self.wait_for(user, count)
            for mail in found:
                if mail["Message-ID"] == message_id:
                    return mail
            count = len(found) + 1

    def wait_until_delivered(self) -> None:
        """Once nothing is left in a queue of the server."""
        until = time.monotonic() + PATIENCE
        queues = [self.folder / "spool" / name for name in ("maildrop", "incoming", "active", "deferred")]
        while any(entry.is_file() for queue in queues for entry in queue.rglob("*")):
            assert time.monotonic() < until, "mails lie in the queue"
            time.sleep(0.02)

    def empty(self, user: str) -> None:
        """Throw away what lies in somebody's mailbox."""
        for file in (self.folder / "mail" / user).glob("*/*"):
            if file.parent.name in ("new", "cur"):
                file.unlink(missing_ok=True)

    def post(self, mail: EmailMessage) -> None:
        """Somebody else sends a mail through the same server."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as server:
            server.send_message(mail)


def here(name: str) -> str:
    """Where a server is installed; skips the test where it is not, or may not be started."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None or os.geteuid() != 0:
        pytest.skip(f"{name} is not installed on this machine, or may not be started (tests/real/packages-real.txt)")
    return path


@contextlib.contextmanager
def post_house(program: Callable[[str], str]) -> Iterator[PostHouse]:
    """Both servers while the block runs."""
    postfix, dovecot = program("postfix"), program("dovecot")
    # below a folder that the servers' own users may pass
    folder = Path(tempfile.mkdtemp(prefix="noshowd-post-"))
    folder.chmod(0o755)
    house = PostHouse(folder=folder)
    try:
        _write(house)
        subprocess.run([postfix, "-c", str(folder / "postfix"), "start"], check=True, capture_output=True)
        served = subprocess.Popen([dovecot, "-F", "-c", str(folder / "dovecot.conf")], stderr=subprocess.DEVNULL)
        try:
            for port in (house.smtp_port, house.imap_port):
                _wait_for_port(port)
            yield house
        finally:
            served.terminate()
            served.wait(PATIENCE)
            subprocess.run([postfix, "-c", str(folder / "postfix"), "stop"], check=False, capture_output=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(house: PostHouse) -> None:
    folder, owner, mail = house.folder, pwd.getpwnam("postfix"), pwd.getpwnam("mail")
    for name in ("postfix", "spool", "data", "mail", "run"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    os.chown(folder / "mail", mail.pw_uid, mail.pw_gid)
    words = {"FOLDER": str(folder), "UID": str(mail.pw_uid), "GID": str(mail.pw_gid)}
    for name, port, place in (
        ("main.cf", house.smtp_port, folder / "postfix"),
        ("master.cf", house.smtp_port, folder / "postfix"),
        ("dovecot.conf", house.imap_port, folder),
    ):
        text = (POST / name).read_text(encoding="utf-8")
        for word, value in {**words, "PORT": str(port)}.items():
            text = text.replace(word, value)
        (place / name).write_text(text, encoding="utf-8")


def _wait_for_port(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < until, f"nobody listens on port {port}"
        time.sleep(0.05)
