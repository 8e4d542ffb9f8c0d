"""One folder of an IMAP mailbox, only ever read: looking leaves no trace in somebody's mail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from noshowd.adapters.mail.servers import Security, Server
from noshowd.ports.errors import CredentialsLost, Permanent, Temporary

T = TypeVar("T")
#: Bytes of a mail that are read: enough for headers and words, not for attachments.
LARGEST = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A mail, or the part of it that was asked for, with its place and the server's stamp."""

    uid: int
    raw: bytes
    at: datetime


class Visit:
    """An open folder. Blocking; lives in a worker thread."""

    def __init__(self, client: IMAPClient, uid_validity: int) -> None:
        self._client = client
        #: UIDs mean something only together with this.
        self.uid_validity = uid_validity

    def since(self, day: date, *, after: int) -> list[int]:
        """UIDs above `after` of what came on this day or later, in order."""
        found = self._client.search(["SINCE", day, "UID", f"{after + 1}:*"])
        # `n:*` names the last mail even where it lies before n.
        return sorted(uid for uid in found if uid > after)

    def with_message_id(self, message_id: str) -> list[int]:
        return sorted(self._client.search(["HEADER", "Message-ID", message_id]))

    def mentioning(self, text: str, *, of: str, since: date) -> list[int]:
        """UIDs of mails from or to this address, since that day, with this text in their body, in order."""
        wanted = ["SINCE", since, "OR", "FROM", of, "OR", "TO", of, "CC", of, "BODY", text]
        return sorted(self._client.search(wanted))

    def headers(self, uids: list[int], names: tuple[str, ...]) -> list[Piece]:
        return self._fetch(uids, f"BODY.PEEK[HEADER.FIELDS ({' '.join(names).upper()})]")

    def mails(self, uids: list[int]) -> list[Piece]:
        return self._fetch(uids, f"BODY.PEEK[]<0.{LARGEST}>")

    def _fetch(self, uids: list[int], section: str) -> list[Piece]:
        if not uids:
            return []
        found: dict[int, dict[bytes, Any]] = self._client.fetch(uids, ["INTERNALDATE", section])
        return [_piece(uid, items) for uid, items in sorted(found.items())]


def _piece(uid: int, items: dict[bytes, Any]) -> Piece:
    raw = next((value for name, value in items.items() if name.startswith(b"BODY[")), None)
    return Piece(uid=uid, raw=raw or b"", at=items[b"INTERNALDATE"].astimezone(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Opened anew for each visit: nothing to keep alive, nothing to lose."""

    server: Server
    folder: str = "INBOX"

    async def visit(self, work: Callable[[Visit], T]) -> T:
        """Do `work` in a thread, on the open folder. Raises `Temporary`, `Permanent` or `CredentialsLost`."""
        return await asyncio.to_thread(self._work, work)

    async def arrival_of(self, message_id: str) -> datetime | None:
        """When the mail with this Message-ID came into the folder; None when it is not there."""

        def look(visit: Visit) -> datetime | None:
            headers = visit.headers(visit.with_message_id(message_id)[:1], ("Message-ID",))
            return headers[0].at if headers else None

        return await self.visit(look)

    def _work(self, work: Callable[[Visit], T]) -> T:
        try:
            with self._opened() as client:
                return work(self._enter(client))
        except LoginError:
            raise CredentialsLost("the mailbox no longer accepts our sign-in") from None
        except (IMAPClientAbortError, IMAPClientError, OSError) as broken:
            raise Temporary(self._trouble(broken)) from None

    def _trouble(self, broken: Exception) -> str:
        if isinstance(broken, OSError):
            return self.server.trouble(broken)
        return f"the mailbox cannot be read ({type(broken).__name__})"

    @contextmanager
    def _opened(self) -> Iterator[IMAPClient]:
        server = self.server
        context = server.tls()
        client = IMAPClient(
            server.host,
            server.port,
            ssl=server.security is Security.TLS,
            ssl_context=context if server.security is Security.TLS else None,
            timeout=server.timeout,
        )
        client.normalise_times = False
        try:
            if server.security is Security.STARTTLS:
                client.starttls(context)
            client.login(server.username or "", server.password)
            yield client
        finally:
            with suppress(IMAPClientError, OSError):
                client.logout()
            with suppress(OSError):
                client.shutdown()

    def _enter(self, client: IMAPClient) -> Visit:
        try:
            opened = client.select_folder(self.folder, readonly=True)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            raise Permanent(f"the mailbox has no folder {self.folder!r}") from None
        return Visit(client, int(opened[b"UIDVALIDITY"]))
