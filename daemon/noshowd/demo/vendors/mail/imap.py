"""The IMAP side of the simulated mail house: the reading half of IMAP4rev1, and nothing that writes."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from types import TracebackType
from typing import Any, Self

from noshowd.demo.vendors.mail.post import Letter, Post


class ImapServer:
    """IMAP on 127.0.0.1, a thread for each connection; TLS from the start when given a context."""

    def __init__(self, post: Post, *, tls: ssl.SSLContext | None = None) -> None:
        class Handler(_Conversation):
            house = post

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def get_request(self) -> tuple[Any, Any]:
                connection, address = super().get_request()
                return (tls.wrap_socket(connection, server_side=True) if tls else connection), address

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class _Refused(Exception):
    """A tagged NO or BAD."""


class _Conversation(socketserver.StreamRequestHandler):
    house: Post
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._folder: list[Letter] | None = None
        self._greeted = False

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever asked is gone
            self._converse()

    def _converse(self) -> None:
        self._say("* OK simulated IMAP4rev1 ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            command, _, arguments = rest.partition(" ")
            if command.upper() == "UID":
                command, _, arguments = arguments.partition(" ")
                command = f"UID {command}"
            try:
                self._obey(command.upper(), arguments)
            except _Refused as refused:
                self._say(f"{tag} {refused}")
                continue
            self._say(f"{tag} OK {command} completed")
            if command.upper() == "LOGOUT":
                return

    def _obey(self, command: str, arguments: str) -> None:
        commands: dict[str, Callable[[str], None]] = {
            "CAPABILITY": lambda _: self._say("* CAPABILITY IMAP4rev1"),
            "NOOP": lambda _: None,
            "LOGOUT": lambda _: self._say("* BYE see you"),
            "LOGIN": self._login,
            "EXAMINE": self._examine,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
        }
        if command not in commands:
            raise _Refused("BAD this house can only be read")
        if command in {"EXAMINE", "UID SEARCH", "UID FETCH"} and not self._greeted:
            raise _Refused("BAD log in first")
        commands[command](arguments)

    def _login(self, arguments: str) -> None:
        user, password = (word.strip('"') for word in arguments.split(" ", 1))
        if not self.house.accepts(user, password):
            raise _Refused("NO [AUTHENTICATIONFAILED] Authentication failed.")
        self._greeted = True

    def _examine(self, arguments: str) -> None:
        self._folder = self.house.folders.get(arguments.strip('"'))
        if self._folder is None:
            raise _Refused("NO [NONEXISTENT] no such mailbox")
        self._say(f"* {len(self._folder)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.house.uid_validity}] UIDs valid")
        self._say(f"* OK [UIDNEXT {len(self._folder) + 1}] predicted")

    def _search(self, arguments: str) -> None:
        found = [uid for uid, letter in self._numbered() if _matches(arguments, uid, letter, self._last())]
        self._say("* SEARCH " + " ".join(map(str, found)))

    def _fetch(self, arguments: str) -> None:
        wanted, _, parts = arguments.partition(" ")
        for uid, letter in self._numbered():
            if _in_set(wanted, uid, self._last()):
                self._show(uid, letter, parts)

    def _show(self, uid: int, letter: Letter, parts: str) -> None:
        name, content = _section(letter.raw, parts)
        stamp = letter.at.astimezone(UTC).strftime("%d-%b-%Y %H:%M:%S +0000")
        head = f'* {uid} FETCH (UID {uid} INTERNALDATE "{stamp}" {name} {{{len(content)}}}\r\n'
        self.wfile.write(head.encode() + content + b")\r\n")

    def _numbered(self) -> list[tuple[int, Letter]]:
        if self._folder is None:
            raise _Refused("BAD no mailbox selected")
        return list(enumerate(self._folder, 1))

    def _last(self) -> int:
        return len(self._folder or ())

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def _matches(criteria: str, uid: int, letter: Letter, last: int) -> bool:
    """Whether a letter meets all criteria; those that are simulated."""
    rest = criteria
    while rest:
        if found := re.match(r'OR FROM "?([^"\s]+)"? OR TO "?\1"? CC "?\1"?\s*', rest):
            mail = message_from_bytes(letter.raw)
            fine = any(found[1].casefold() in str(mail[name] or "").casefold() for name in ("From", "To", "Cc"))
        elif found := re.match(r'BODY "?([^"\s]+)"?\s*', rest):
            fine = any(found[1].encode() in part for part in _bodies(letter.raw))
        elif found := re.match(r'SINCE "?([\w-]+)"?\s*', rest):
            fine = letter.at.date() >= datetime.strptime(f"{found[1]} +0000", "%d-%b-%Y %z").date()
        elif found := re.match(r"UID ([\d:*,]+)\s*", rest):
            fine = _in_set(found[1], uid, last)
        elif found := re.match(r'HEADER "?([\w-]+)"? "?([^"\s]+)"?\s*', rest):
            header = str(message_from_bytes(letter.raw)[found[1]] or "")
            fine = found[2].casefold() in header.casefold()
        else:
            raise _Refused("BAD this search is not simulated")
        if not fine:
            return False
        rest = rest[found.end() :]
    return True


def _bodies(raw: bytes) -> list[bytes]:
    """The parts of a letter as they are read, whatever they are sent as."""
    parts = (part.get_payload(decode=True) for part in message_from_bytes(raw).walk())
    return [part for part in parts if isinstance(part, bytes)]


def _in_set(wanted: str, uid: int, last: int) -> bool:
    """IMAP's sets: `n:*` always names the last message, even where n lies beyond it."""
    for piece in wanted.split(","):
        first, _, end = piece.partition(":")
        low, high = (last if word == "*" else int(word) for word in (first, end or first))
        if min(low, high) <= uid <= max(low, high):
            return True
    return False


def _section(raw: bytes, parts: str) -> tuple[str, bytes]:
    """Name and content of the one BODY section asked for."""
    if fields := re.search(r"BODY\.PEEK\[HEADER\.FIELDS \(([^)]*)\)\]", parts):
        names = {name.strip('"').casefold() for name in fields[1].split()}
        headers = message_from_bytes(raw).items()
        lines = [f"{name}: {value}" for name, value in headers if name.casefold() in names]
        return f"BODY[HEADER.FIELDS ({fields[1]})]", "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")
    if piece := re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", parts):
        return "BODY[]<0>", raw[: int(piece[1])]
    raise _Refused("BAD only BODY.PEEK is simulated: a look must leave no trace")
