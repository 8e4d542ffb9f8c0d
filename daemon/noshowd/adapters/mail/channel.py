"""Mail over SMTP, to our own side and to guests."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

import aiosmtplib

from noshowd.adapters.mail.mailbox import Mailbox
from noshowd.adapters.mail.servers import Security, Server
from noshowd.adapters.mail.wire import Letterhead, compose, recipient_address
from noshowd.ports.channel import Carries, Parcel, Receipt, Recovery
from noshowd.ports.clock import Clock
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary, VendorError

#: Replies that speak of our sign-in rather than of the mail.
_SIGN_IN = frozenset({530, 534, 535, 538})
#: Seconds within which a send that took too long has ended.
MARGIN = 2.0


class SmtpChannel:
    """One connection for each mail.

    `sent` is a folder into which the *provider* puts what goes out through its SMTP server: with it a mail whose
    fate is unknown can be looked up; without it a person has to.
    """

    carries = frozenset({Carries.TO_OUR_SIDE, Carries.TO_GUESTS})
    edits = False

    def __init__(
        self, *, name: str, server: Server, letterhead: Letterhead, clock: Clock, sent: Mailbox | None = None
    ) -> None:
        self.name = name
        self.recovery = Recovery.VERIFY if sent else Recovery.ASK
        self.timeout = server.timeout + MARGIN
        self._server = server
        self._letterhead = letterhead
        self._clock = clock
        self._sent = sent

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.draft:
            raise Permanent("SMTP cannot leave a draft")
        now = self._clock.now()
        mail = compose(parcel, self._letterhead, now)
        await self._hand_over(mail, recipient_address(parcel.recipient))
        return Receipt(channel=self.name, ref=str(mail["Message-ID"]), at=now)

    async def greet(self) -> None:
        """Sign in and hang up: the server can be reached and takes us. Raises as `send` does."""
        client = self._client()
        try:
            with _our_words(self._server, lambda: False):
                async with asyncio.timeout(self._server.timeout):
                    await client.connect()
                    await client.quit()
        finally:
            client.close()

    async def verify(self, parcel: Parcel) -> Receipt | None:
        if self._sent is None:
            raise Permanent("no folder is configured in which sent mail could be looked up")
        message_id = self._letterhead.ids.message_id(parcel.key)
        at = await self._sent.arrival_of(message_id)
        return Receipt(channel=self.name, ref=message_id, at=at) if at else None

    async def edit(self, receipt: Receipt, parcel: Parcel) -> Receipt:  # noqa: ARG002 - as the port says
        raise Permanent("a mail cannot be changed once it has left")

    async def retract(self, receipt: Receipt) -> None:  # noqa: ARG002 - as the port says
        raise Permanent("a mail cannot be taken back once it has left")

    async def _hand_over(self, mail: EmailMessage, recipient: str) -> None:
        """Until the server has taken the mail. Only once the data is on its way can the outcome be uncertain."""
        client = self._client()
        under_way = False
        try:
            with _our_words(self._server, lambda: under_way):
                async with asyncio.timeout(self._server.timeout):
                    await client.connect()
                    await client.mail(self._letterhead.address)
                    await client.rcpt(recipient)
                    under_way = True
                    await client.data(mail.as_bytes())
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=MARGIN / 2)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password if server.username else None,
            # Named here because looking up our own name may block.
            local_hostname=self._letterhead.address.partition("@")[2],
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=server.tls(),
            timeout=server.timeout,
        )


@contextmanager
def _our_words(server: Server, under_way: Callable[[], bool]) -> Iterator[None]:
    """Our word for whatever the mail library raises; `under_way` says whether the mail may have been taken."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as said:
        raise _word_for(said.code) from None
    except aiosmtplib.SMTPNotSupported:
        raise Permanent("the mail server lacks STARTTLS or a way to sign in that we know") from None
    except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as broken:
        raise Temporary(server.trouble(broken), uncertain=under_way()) from None


def _word_for(code: int) -> VendorError:
    """One of our words for a reply (RFC 5321); its text may name people and is left out."""
    if code in _SIGN_IN:
        return CredentialsLost(f"the mail server no longer accepts our sign-in ({code})")
    if 400 <= code < 500:
        return Temporary(f"the mail server asks to come back later ({code})")
    return Permanent(f"the mail server refused ({code})")
