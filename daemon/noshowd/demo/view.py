"""The day as it goes by: what happens in the world, what noshowd does, and why."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from noshowd.demo.watch import News

_NARROWEST = 90


class View:
    """Rows in a terminal with a clock below them; plain lines everywhere else. Times are shown in `zone`."""

    def __init__(self, zone: ZoneInfo, *, plain: bool = False, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._zone = zone
        self._rows = self._console.is_terminal and not plain and self._console.width >= _NARROWEST
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        if self._rows:
            self._row("", "In the world", "What noshowd does", "Why", style="bold")
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def world(self, at: datetime, what: str) -> None:
        """Something happened to people."""
        if self._rows:
            self._row(self._time(at), what, "", "")
        else:
            self.line(f"{self._time(at)}  world    {what}")

    def noshowd(self, news: News) -> None:
        """noshowd did something."""
        if self._rows:
            self._row(self._time(news.at), "", news.did, news.why)
        else:
            self.line(f"{self._time(news.at)}  noshowd  {news.did}{f' -- {news.why}' if news.why else ''}")

    def clock(self, now: datetime, says: str) -> None:
        """The line below the rows."""
        if self._rows:
            self._live.update(Text(f"{self._time(now)}  {says}", style="reverse"), refresh=True)

    def line(self, text: str = "", *, style: str = "") -> None:
        """A line of its own, whole: nothing is cut, nothing read as markup."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def _row(self, *cells: str, style: str = "") -> None:
        row = Table.grid(padding=(0, 1), expand=True)
        row.add_column(width=5, style="dim")
        row.add_column(ratio=4)
        row.add_column(ratio=5, style="cyan")
        row.add_column(ratio=4, style="dim")
        row.add_row(*(Text(cell) for cell in cells), style=style)
        self._console.print(row)

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"
