"""E-mail: out over SMTP, answers in over IMAP."""

from __future__ import annotations

from typing import Any

from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.reply_words import REPLY_WORDS

#: Characters before the @ (RFC 5321, 4.5.3.1.1).
_LONGEST_LOCAL = 64


def smtp(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.mail.channel import SmtpChannel
    from noshowd.adapters.mail.check import check_smtp
    from noshowd.adapters.mail.servers import Security, Server
    from noshowd.adapters.mail.wire import Letterhead

    channel = SmtpChannel(
        name=section.name,
        server=Server(
            host=section.host,
            port=section.port,
            security=Security(section.security),
            username=section.username,
            password=bench.secret(section.password) or "",
            ca_file=bench.ca_file(section),
            timeout=section.timeout.total_seconds(),
        ),
        letterhead=Letterhead(
            address=section.sender, ids=_message_ids(bench, section.sender), as_sender=section.as_host
        ),
        clock=bench.clock,
    )
    made.channels.append(channel)
    made.checks[f"channel {section.name}"] = lambda: check_smtp(channel)
    replies(bench, section, section.sender, made)


def replies(bench: Bench, section: Any, sender: str, made: Adapters, *, by_address: bool = False) -> None:
    """Where answers to mails from `sender` are read, if anywhere.

    `by_address` is for vendors that choose the Message-ID themselves: answers then go to a plus address of the mailbox
    (RFC 5233), which names the message. Where that grows longer than an address may be, nothing but the Message-ID
    tells, should the vendor have kept ours.
    """
    if section.replies is None:
        return
    from noshowd.adapters.mail.check import check_imap
    from noshowd.adapters.mail.invitations import MailInvitations
    from noshowd.adapters.mail.mailbox import Mailbox
    from noshowd.adapters.mail.replies import MailReplies
    from noshowd.adapters.mail.servers import Security, Server

    given = section.replies
    ids = _message_ids(bench, sender)
    made.reads_replies = True
    local, at, domain = given.username.partition("@")
    if by_address and at:

        def keyed(key: str) -> str | None:
            named = f"{local}+{ids.token(key)}"
            return f"{named}@{domain}" if len(named) <= _LONGEST_LOCAL else None

        made.reply_address = keyed
    server = Server(
        host=given.host,
        port=given.port,
        security=Security(given.security),
        username=given.username,
        password=bench.secret(given.password) or "",
        ca_file=bench.ca_file(section),
    )
    mailbox = Mailbox(server=server, folder=given.folder)
    if given.invitations:
        made.invitations.append(MailInvitations(mailbox, given.invitations, bench.clock, name=section.name))
    made.checks[f"replies {section.name}"] = lambda: check_imap(mailbox)
    made.answers.append(
        MailReplies(
            name=f"{section.name}_replies",
            mailbox=mailbox,
            ids=ids,
            words=REPLY_WORDS,
            clock=bench.clock,
            every=given.every.total_seconds(),
        )
    )


def _message_ids(bench: Bench, sender: str) -> Any:
    from noshowd.adapters.mail.message_ids import MessageIds

    return MessageIds(domain=sender.rpartition("@")[2], secret=bench.signing_key)
