"""The day as it goes by: what happens in the world, what noshowd does, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_INTRODUCTION = """\
A simulated day, {speed:g} times as fast as a real one. Nobody in it exists, and nothing leaves this machine:
the real daemon runs with its real adapters, against simulated vendors on 127.0.0.1.

  Anna   Google Calendar, Meet, Google Tasks; reads Slack
  Ben    Outlook, Teams, Microsoft To Do; reads Slack
  Clara  telephone appointments over sipgate, in German; reads e-mail only
  Ida    looks after noshowd; is told when it goes blind
"""
#: A narrower terminal gets one column beside the time, anything that is no terminal plain lines.
_NARROWEST = 100
_TIME = len("00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened: in the world, or to noshowd."""

    at: datetime
    world: str = ""
    did: str = ""
    why: str = ""


class View:
    """Columns in a terminal, one in a narrow terminal, a clock below; plain lines elsewhere. Times are in `zone`.

    News comes from several places, a little late from some: it is laid aside and shown in order of time.
    """

    def __init__(self, zone: ZoneInfo, *, plain: bool = False, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._zone = zone
        self._terminal = self._console.is_terminal and not plain
        self._columns = self._terminal and self._console.width >= _NARROWEST
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._aside: list[Line] = []

    def __enter__(self) -> Self:
        if self._terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def introduce(self, speed: float) -> None:
        """Who is who, while everything starts."""
        for line in _INTRODUCTION.format(speed=speed).splitlines():
            self.print(line)
        if self._columns:
            self._console.print(self._row("", "In the world", "What noshowd does", "Why", style="bold"))

    def world(self, at: datetime, what: str) -> None:
        """Something happened to people. May be called from any thread."""
        self.note(Line(at=at, world=what))

    def note(self, *lines: Line) -> None:
        self._aside.extend(lines)

    def show(self, until: datetime) -> None:
        """Show what happened up to `until`, in order."""
        aside, self._aside = self._aside, []
        for line in sorted(aside, key=lambda line: line.at):
            if line.at > until:
                self._aside.append(line)
            else:
                self._show(line)

    def clock(self, now: datetime, says: str) -> None:
        """The line below the columns."""
        if self._terminal:
            self._live.update(Text(f"{self.time(now)}  {says}", style="reverse"), refresh=True)

    def print(self, text: str = "", *, style: str = "") -> None:
        """A line as it is: nothing is read as markup."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def table(self, *rows: tuple[str, ...], widths: tuple[int, ...]) -> None:
        """Rows of a time and columns of these shares; one column where there is no room, plain lines elsewhere."""
        if not self._columns and self._terminal:
            for time, *cells in rows:
                self._console.print(self._below(time, *(Text(cell) for cell in cells if cell)))
            return
        if not self._columns:
            for row in rows:
                self.print("  ".join(cell for cell in row if cell))
            return
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=_TIME)
        for width in widths:
            table.add_column(ratio=width)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"

    def _show(self, line: Line) -> None:
        if self._columns:
            self._console.print(self._row(self.time(line.at), line.world, line.did, line.why))
        elif self._terminal:
            self._console.print(self._narrow(line))
        elif line.world:
            self.print(f"{self.time(line.at)}  {line.world}")
        else:
            self.print(f"{self.time(line.at)}      noshowd: {line.did}{f' -- {line.why}' if line.why else ''}")

    def _row(self, *cells: str, style: str = "") -> Table:
        row = Table.grid(padding=(0, 2), expand=True)
        row.add_column(width=_TIME, style="dim")
        row.add_column(ratio=4)
        row.add_column(ratio=4, style="cyan")
        row.add_column(ratio=4, style="dim")
        row.add_row(*(Text(cell) for cell in cells), style=style)
        return row

    def _narrow(self, line: Line) -> Table:
        """What happened in the world at the margin, what noshowd did a little further in, with the reason below."""
        if line.world:
            return self._below(self.time(line.at), Text(line.world))
        cells = (Text(line.did, style="cyan"), Text(line.why, style="dim"))
        return self._below(self.time(line.at), *(Padding(cell, (0, 0, 0, 2)) for cell in cells if cell))

    def _below(self, time: str, *cells: RenderableType) -> Table:
        """The cells below one another beside the time."""
        row = Table.grid(padding=(0, 2))
        row.add_column(width=_TIME, style="dim")
        row.add_column()
        for cell in cells:
            row.add_row("" if row.row_count else time, cell)
        return row
