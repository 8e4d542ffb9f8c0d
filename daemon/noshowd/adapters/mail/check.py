"""Tries mail servers for real: connection, certificate, sign-in. No mail is sent, none is read."""

from __future__ import annotations

from noshowd.adapters.mail.channel import SmtpChannel
from noshowd.adapters.mail.mailbox import Mailbox
from noshowd.ports.check import Finding, tried

_SIGN_IN = "Check host, port, security, username and password."


async def check_smtp(channel: SmtpChannel) -> list[Finding]:
    """Sign in and hang up."""
    return [await tried("SMTP sign-in", channel.greet(), do=_SIGN_IN)]


async def check_imap(mailbox: Mailbox) -> list[Finding]:
    """Open the folder, read-only."""
    what = f"IMAP folder {mailbox.folder}"
    return [await tried(what, mailbox.visit(lambda _: None), without="Answers by mail are not read.", do=_SIGN_IN)]
