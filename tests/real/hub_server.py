"""An Azure Event Hubs namespace on loopback: AMQP 1.0 with $cbs, $management and partitions that keep what they got.

Runs in an interpreter of its own (python-qpid-proton): `hub_server.py PORT`. Reads one command a line, as JSON, from
its standard input and answers each with a line: {"post": text, "partition": "0"}, {"drop": true}, {"deny": true|false},
{"mute": true|false}.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from proton import UNDESCRIBED, Array, Data, Endpoint, Message, symbol, timestamp
from proton.handlers import MessagingHandler
from proton.reactor import ApplicationEvent, Container, EventInjector

PARTITIONS = ("0", "1")
_POSITION = re.compile(r"amqp\.annotation\.x-opt-([a-z-]+) (>=?) '([^']*)'")
#: Fields of each performative. Those at the end of a list may be left out, which Microsoft's client does not expect.
_FIELDS = {0x10: 10, 0x11: 8, 0x12: 14, 0x13: 11, 0x14: 11, 0x15: 6, 0x16: 3, 0x17: 1, 0x18: 1}
_NULL = b"\x40"


class Hub(MessagingHandler):
    """The broker. One thread runs it; commands come as events."""

    def __init__(self, port: int, commands: EventInjector) -> None:
        super().__init__(auto_accept=True, prefetch=50)
        self._port = port
        self._commands = commands
        self._kept: dict[str, list[tuple[int, str]]] = {partition: [] for partition in PARTITIONS}
        #: Link, partition, and the number of the next event for it.
        self._readers: list[tuple[Any, str, list[int]]] = []
        self._denies = self._mute = False

    def on_start(self, event: Any) -> None:
        event.container.listen(f"127.0.0.1:{self._port}")
        event.container.selectable(self._commands)
        print("ready", flush=True)

    def on_connection_init(self, event: Any) -> None:
        event.transport.sasl().allowed_mechs("ANONYMOUS")

    def on_link_opening(self, event: Any) -> None:
        link = event.link
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        place, _, partition = (link.remote_source.address or "").rpartition("/")
        if link.is_sender and place.endswith("/Partitions"):
            self._readers.append((link, partition, [self._start(link, partition)]))

    def _start(self, link: Any, partition: str) -> int:
        """From which event on, as the filter of the reader says."""
        asked = link.remote_source.filter
        asked.rewind()
        asked.next()
        found = _POSITION.search(str(asked.get_object()))
        if found is None:
            return 0
        name, sign, value = found.groups()
        kept = self._kept[partition]
        if name == "enqueued-time":
            return sum(at <= int(value) for at, _ in kept)
        return len(kept) if value == "@latest" else int(value) + (sign == ">")

    def on_link_opened(self, _event: Any) -> None:
        self._deliver()

    def on_sendable(self, _event: Any) -> None:
        self._deliver()

    def _deliver(self) -> None:
        if self._mute:
            return
        for link, partition, following in self._readers:
            while link.credit > 0 and following[0] < len(self._kept[partition]):
                at, body = self._kept[partition][following[0]]
                event = Message(body=body.encode(), inferred=True)
                event.annotations = {
                    symbol("x-opt-sequence-number"): following[0],
                    symbol("x-opt-offset"): str(following[0]),
                    symbol("x-opt-enqueued-time"): timestamp(at),
                }
                link.send(event)
                following[0] += 1

    def on_message(self, event: Any) -> None:
        place, asked = event.link.remote_target.address, event.message
        if place == "$cbs":
            code = 401 if self._denies else 202
            self._answer(event.connection, place, asked, code, None)
        elif place == "$management":
            self._answer(event.connection, place, asked, 200, self._told_of(asked.properties))

    def _told_of(self, about: dict[str, Any]) -> dict[str, Any]:
        if about["type"] == "com.microsoft:eventhub":
            partitions = Array(UNDESCRIBED, Data.STRING, *PARTITIONS)
            return {"name": about["name"], "created_at": timestamp(0), "partition_ids": partitions}
        kept = self._kept[about["partition"]]
        return {
            "name": about["name"],
            "partition": about["partition"],
            "begin_sequence_number": 0,
            "last_enqueued_sequence_number": len(kept) - 1,
            "last_enqueued_offset": str(len(kept) - 1),
            "last_enqueued_time_utc": timestamp(kept[-1][0] if kept else 0),
            "is_partition_empty": not kept,
        }

    def _answer(self, connection: Any, place: str, asked: Any, code: int, body: Any) -> None:
        link = connection.link_head(Endpoint.LOCAL_ACTIVE)
        while link is not None:
            if link.is_sender and link.source.address == place:
                told = {"status-code": code, "status-description": "as simulated"}
                link.send(Message(correlation_id=asked.id, properties=told, body=body))
                return
            link = link.next(Endpoint.LOCAL_ACTIVE)

    def on_told(self, event: Any) -> None:
        told = event.subject
        self._mute = told.get("mute", self._mute)
        if "post" in told:
            self._kept[told.get("partition", "0")].append((int(time.time() * 1000), told["post"]))
            self._deliver()
        self._denies = told.get("deny", self._denies)
        if told.get("drop"):
            for connection in {link.connection for link, _, _ in self._readers}:
                connection.close()
            self._readers.clear()
        print("done", flush=True)


def filled(frame: bytes) -> bytes:
    """A frame with every field of its performative written, the missing ones as null."""
    start = frame[4] * 4
    body = frame[start:]
    if frame[5] != 0 or body[:2] != b"\x00\x53" or body[2] not in _FIELDS:
        return frame
    count, fields, rest = _list_of(body)
    missing = _FIELDS[body[2]] - count
    fields += _NULL * missing
    whole = body[:3] + b"\xd0" + struct.pack(">II", len(fields) + 4, count + missing) + fields + rest
    return struct.pack(">I", start + len(whole)) + frame[4:start] + whole


def _list_of(body: bytes) -> tuple[int, bytes, bytes]:
    """Number of fields, the fields, and what follows the list (the payload of a transfer)."""
    if body[3] == 0x45:
        return 0, b"", body[4:]
    if body[3] == 0xC0:
        end = 5 + body[4]
        return body[5], body[6:end], body[end:]
    size, count = struct.unpack(">II", body[4:12])
    return count, body[12 : 8 + size], body[8 + size :]


def _exactly(from_: socket.socket, number: int) -> bytes:
    read = b""
    while len(read) < number:
        piece = from_.recv(number - len(read))
        if not piece:
            raise EOFError
        read += piece
    return read


def _up(client: socket.socket, server: socket.socket) -> None:
    while data := client.recv(65536):
        server.sendall(data)


def _down(client: socket.socket, server: socket.socket) -> None:
    while True:
        head = _exactly(server, 8)
        if head[:4] == b"AMQP":
            client.sendall(head)
        else:
            client.sendall(filled(head + _exactly(server, struct.unpack(">I", head[:4])[0] - 8)))


def _carry(way: Callable[[socket.socket, socket.socket], None], client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError, EOFError):
        way(client, server)
    for one in (client, server):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def fill_frames(door: socket.socket, behind: int) -> None:
    """Stand before the broker and fill what it sends."""
    while True:
        client, _ = door.accept()
        server = socket.create_connection(("127.0.0.1", behind))
        for way in (_up, _down):
            threading.Thread(target=_carry, args=(way, client, server), daemon=True).start()


def main() -> None:
    door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        behind = free.getsockname()[1]
    threading.Thread(target=fill_frames, args=(door, behind), daemon=True).start()
    commands = EventInjector()
    container = Container(Hub(behind, commands))

    def read() -> None:
        for line in sys.stdin:
            commands.trigger(ApplicationEvent("told", subject=json.loads(line)))
        container.stop()

    threading.Thread(target=read, daemon=True).start()
    container.run()


if __name__ == "__main__":
    main()
