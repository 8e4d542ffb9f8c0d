"""A simulated switchboard that writes one row for each leg when the call is over, into SQLite or a CSV file."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

COLUMNS = (
    "calldate",
    "src",
    "dst",
    "dstchannel",
    "lastapp",
    "duration",
    "billsec",
    "disposition",
    "linkedid",
)


@dataclass(slots=True, kw_only=True)
class BoardCall:
    """A call that goes on; nothing of it is written yet."""

    number: int
    caller: str
    called: str
    began: datetime
    answered: datetime | None = None
    application: str = "Dial"
    disposition: str = "NO ANSWER"


class Switchboard:
    """Writes into `place`: a CSV file where its name ends so, else an SQLite database."""

    def __init__(self, place: Path, now: Callable[[], datetime], zone: str = "Europe/Berlin") -> None:
        self.place = place
        self.now = now
        self._zone = ZoneInfo(zone)
        self._calls = 0
        if self._csv:
            place.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
        else:
            with closing(sqlite3.connect(place)) as database, database:
                database.execute(f"CREATE TABLE cdr ({', '.join(COLUMNS)})")

    @property
    def _csv(self) -> bool:
        return self.place.suffix == ".csv"

    def ring(self, caller: str, called: str) -> BoardCall:
        self._calls += 1
        return BoardCall(number=self._calls, caller=caller, called=called, began=self.now())

    def answer(self, call: BoardCall, application: str = "Dial") -> None:
        call.answered, call.application, call.disposition = self.now(), application, "ANSWERED"

    def hang_up(self, call: BoardCall) -> None:
        """The call is over, and its row is written."""
        ended = self.now()
        self.write(
            {
                "calldate": f"{call.began.astimezone(self._zone):%Y-%m-%d %H:%M:%S}",
                "src": call.caller,
                "dst": call.called,
                "dstchannel": "" if call.application != "Dial" else f"PJSIP/trunk-{call.number:08x}",
                "lastapp": call.application,
                "duration": int((ended - call.began).total_seconds()),
                "billsec": int((ended - (call.answered or ended)).total_seconds()),
                "disposition": call.disposition,
                "linkedid": f"pbx-{call.number}",
            }
        )

    def write(self, row: Mapping[str, object]) -> None:
        """Any row, as it is; columns that are not named stay empty."""
        cells = [row.get(column) for column in COLUMNS]
        if self._csv:
            with self.place.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow(cells)
            os.utime(self.place, times=(self.now().timestamp(),) * 2)
            return
        with closing(sqlite3.connect(self.place)) as database, database:
            database.execute("INSERT INTO cdr VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", cells)
