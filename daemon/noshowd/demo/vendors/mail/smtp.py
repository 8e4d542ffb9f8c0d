"""The SMTP side of the simulated mail house, with aiosmtpd."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from noshowd.demo.vendors.mail.post import Post

# aiosmtpd warns at every sign-in of an attribute that it sets itself.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class SmtpServer:
    """SMTP on 127.0.0.1 in a thread of its own; STARTTLS when given a TLS context, or TLS from the start."""

    def __init__(self, post: Post, *, tls: ssl.SSLContext | None = None, implicit: bool = False) -> None:
        self._post = post
        self._tls = tls
        self._implicit = implicit
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(timeout=10):
            raise RuntimeError("the SMTP server did not start within 10 s")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(self._session, sock=self._socket, ssl=self._tls if self._implicit else None)
        )
        self._up.set()
        self._loop.run_forever()
        server.close()
        self._cancel_what_is_left()
        self._loop.close()

    def _cancel_what_is_left(self) -> None:
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    def _session(self) -> SMTP:
        return SMTP(
            _Handler(self._post),
            hostname="mail.example.net",
            loop=self._loop,
            tls_context=None if self._implicit else self._tls,
            require_starttls=self._tls is not None and not self._implicit,
            auth_require_tls=self._tls is not None and not self._implicit,
            authenticator=self._authenticate,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and self._post.accepts(data.login.decode(), data.password.decode())
        return AuthResult(success=known, handled=False)


class _Handler:
    """What happens to one mail; the method names are aiosmtpd's."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks it up by this name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        # Here and not by auth_required: aiosmtpd warns of that on a line without TLS.
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks it up by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        levers = self._post.levers
        if levers.refuse is not None:
            refusal, levers.refuse = levers.refuse, None
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks it up by this name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._post.take(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        self._strike(envelope.rcpt_tos)
        if self._post.levers.lose_answer:
            self._post.levers.lose_answer = False
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"

    def _strike(self, recipients: list[str]) -> None:
        struck = self._post.levers.struck
        if struck is not None and struck[0] in recipients:
            self._post.levers.struck = None
            struck[1]()
