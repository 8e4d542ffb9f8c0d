"""A calendar server that does nothing but hand out pages made beforehand, so that only its readers are measured."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 250
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
_ENVELOPE = {"kind": "calendar#events", "accessRole": "owner", "timeZone": "Europe/Berlin", "summary": "Anna"}


def event(n: int) -> dict[str, Any]:
    """An event as Google writes it: five people, a Meet link, some text; about 1.7 kB."""
    start = FIRST + timedelta(minutes=n % 10_000)
    people = [{"email": f"person{k}@beispiel.de", "displayName": f"Person {k}"} for k in range(5)]
    return {
        "id": f"event{n:021}",
        "status": "confirmed",
        "etag": f'"{n}"',
        "htmlLink": f"https://www.google.com/calendar/event?eid={n:040}",
        "created": "2026-02-01T09:00:00.000Z",
        "updated": "2026-02-20T09:00:00.000Z",
        "summary": f"Besprechung {n}",
        "description": "Guten Tag,<br>wir besprechen die offenen Punkte.<br>" * 4,
        "creator": people[0],
        "organizer": {**people[0], "self": True},
        "start": {"dateTime": start.isoformat(), "timeZone": "Europe/Berlin"},
        "end": {"dateTime": (start + timedelta(minutes=30)).isoformat(), "timeZone": "Europe/Berlin"},
        "iCalUID": f"event{n:021}@google.com",
        "sequence": 0,
        "attendees": [{**one, "responseStatus": "accepted"} for one in people],
        "hangoutLink": "https://meet.google.com/abc-defg-hij",
        "conferenceData": {
            "conferenceId": "abc-defg-hij",
            "conferenceSolution": {"key": {"type": "hangoutsMeet"}},
            "entryPoints": [{"entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij"}],
        },
        "reminders": {"useDefault": True},
        "eventType": "default",
    }


def _pages(count: int) -> dict[str, bytes]:
    made = {}
    for first in range(0, count, PAGE):
        page: dict[str, Any] = {**_ENVELOPE, "items": [event(n) for n in range(first, min(first + PAGE, count))]}
        last = first + PAGE >= count
        page |= {"nextSyncToken": "done"} if last else {"nextPageToken": str(first + PAGE)}
        made[str(first)] = json.dumps(page, separators=(",", ":")).encode()
    return made


class _Pages:
    def __init__(self, count: int) -> None:
        self._pages = _pages(count)
        self._token = json.dumps({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}).encode()
        self._bare = json.dumps({**_ENVELOPE, "nextSyncToken": "done"}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            path = head.split()[1].decode()
            length = 0
            while (line := await reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            await reader.readexactly(length)
            body = self._body(path)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
            await writer.drain()
        writer.close()

    def _body(self, path: str) -> bytes:
        query = parse_qs(urlsplit(path).query)
        if path.startswith("/token"):
            return self._token
        if "items" not in query.get("fields", ["items"])[0]:
            return self._bare
        return self._pages[query.get("pageToken", ["0"])[0]]


async def _serve(count: int, told: Connection) -> None:
    pages = _Pages(count)
    server = await asyncio.start_server(pages.answer, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run(count: int, told: Connection) -> None:
    asyncio.run(_serve(count, told))


@contextmanager
def page_server(count: int) -> Iterator[str]:
    """The address of a server whose every calendar holds the same `count` events; it has a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(count, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()
