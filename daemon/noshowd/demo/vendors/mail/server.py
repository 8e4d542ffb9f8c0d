"""The simulated mail house as servers on loopback."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from noshowd.demo.vendors.mail.imap import ImapServer
from noshowd.demo.vendors.mail.post import Post
from noshowd.demo.vendors.mail.smtp import SmtpServer


class MailServer:
    """SMTP and IMAP over one `post`. With `tls`, SMTP demands STARTTLS (or `implicit` TLS) and IMAP speaks TLS."""

    def __init__(
        self, now: Callable[[], datetime], *, tls: ssl.SSLContext | None = None, implicit: bool = False
    ) -> None:
        self.post = Post(now=now)
        self._smtp = SmtpServer(self.post, tls=tls, implicit=implicit)
        self._imap = ImapServer(self.post, tls=tls)
        self.smtp_port = self._smtp.port
        self.imap_port = self._imap.port

    def __enter__(self) -> Self:
        self._smtp.__enter__()
        self._imap.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._imap.__exit__(kind, error, trace)
        self._smtp.__exit__(kind, error, trace)
