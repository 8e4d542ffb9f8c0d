"""Single words and sentences of a language: labels of buttons, reasons, dates. One `words.toml` in its folder."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, get_timezone_location
from babel.lists import format_list

from noshowd.domain.evidence import Said
from noshowd.domain.followup import Approval, Cause, FollowUpKind, State, Withheld
from noshowd.domain.meeting import Skip
from noshowd.domain.phase import Phase
from noshowd.domain.verdict import Outcome, Presence, Reason
from noshowd.wording.context import TaskNote
from noshowd.wording.languages import BUILT_IN, FALLBACK, search_path

#: Tables of words.toml that must say something for every member of an enum.
TOTAL: dict[str, type[StrEnum]] = {
    "reason": Reason,
    "withheld": Withheld,
    "outcome": Outcome,
    "presence": Presence,
    "skip": Skip,
    "phase": Phase,
    "kind": FollowUpKind,
    "cause": Cause,
    "approval": Approval,
    "state": State,
    "next_step": FollowUpKind,
    "task_note": TaskNote,
}


_PLACE = re.compile(r"{\w*}")
#: What a file of words is called.
FILE = "words.toml"


class LexiconError(Exception):
    """A user's words cannot be read. The message names the file and what is wrong with it."""


def read_words(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a file of words. Raises LexiconError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise LexiconError(f"{path} is not UTF-8 text: save it in that encoding") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"{path}: {error}") from None
    for table, words in tables.items():
        if not isinstance(words, dict):
            raise LexiconError(f"{path}: {table!r} stands outside a table such as [label]")
    return tables


def fits(text: object, built_in: str) -> bool:
    """Whether a text has no other `{places}` to be filled in than the built-in one."""
    return isinstance(text, str) and set(_PLACE.findall(text)) <= set(_PLACE.findall(built_in))


class Lexicon:
    """The words of one folder. A user's own words.toml need only hold what differs; a new language lacks none that
    English has, and a word that does not fit is passed over.

    Raises LexiconError.
    """

    def __init__(self, folder: str, own: Path | None = None) -> None:
        self._words: dict[str, dict[str, Any]] = {}
        for place in (BUILT_IN / FALLBACK, *reversed(search_path(folder, own))):
            path = place / FILE
            if path.is_file():
                for table, words in read_words(path).items():
                    known = self._words.setdefault(table, {})
                    known.update({word: text for word, text in words.items() if fits(text, known.get(word, text))})
        try:
            self.language = str(self._words["language"]["code"])
            self._locale = Locale.parse(self._words["language"]["locale"])
        except (UnknownLocaleError, ValueError, TypeError) as error:
            raise LexiconError(f"{folder}/{FILE}, [language]: {error}") from None

    def say(self, word: StrEnum) -> str:
        """What an enum's member means, in a short sentence for our own side."""
        table = next(name for name, kind in TOTAL.items() if isinstance(word, kind))
        return str(self._words[table][word.value])

    def next_step(self, kind: FollowUpKind) -> str:
        """What will happen next, for somebody who waits."""
        return str(self._words["next_step"][kind.value])

    def label(self, tap: str) -> str:
        """What stands on the button of a tap (a value of `Said`, or of the engine's verbs)."""
        return str(self._words["label"][tap])

    def told(self, what: Said | Outcome) -> str:
        """What was answered, as the button has it, or what became known."""
        return self.label(what.value) if isinstance(what, Said) else self.say(what)

    def reply(self, tap: str) -> str:
        """The word by which a tap is answered in a mail."""
        return str(self._words["reply"][tap])

    def reply_words(self) -> Mapping[str, str]:
        """Words in replies, upper case, and the taps they stand for."""
        return {str(word): tap for tap, word in self._words["reply"].items()}

    def part(self, part: str) -> str:
        """What people call a part of noshowd (`channel:slack`), as a sentence begins; itself where it has no sort."""
        (sort, name), words = _named(part), self._words["part"]
        return str(words.get(sort, part or words["default"])).replace("{name}", name)

    def trouble(self, part: str, since: str) -> str:
        """That a part of noshowd does not work, and since when."""
        (sort, name), words = _named(part), self._words["trouble"]
        places = {"{part}": self.part(part), "{since}": since, "{name}": name}
        return _PLACE.sub(lambda place: places.get(place[0], place[0]), str(words.get(sort, words["default"])))

    def cost(self, part: str) -> str:
        """What it costs that a part of noshowd does not work."""
        costs = self._words["cost"]
        return str(costs.get(_named(part)[0], costs["calendar"]))

    def phrase(self, name: str) -> str:
        """A small phrase that several templates share."""
        return str(self._words["phrase"][name])

    def page(self, name: str) -> str:
        """A text of the page on which a guest answers an offer; may have `{host}`, `{moment}` and the like in it."""
        return str(self._words["page"][name])

    def clock(self, at: datetime, zone: str) -> str:
        """`9:00 Uhr`"""
        return self._written("clock", at, zone)

    def day(self, at: datetime, zone: str) -> str:
        """`Montag, 23. November`"""
        return self._written("day", at, zone)

    def moment(self, at: datetime, zone: str) -> str:
        """`am Montag, 23. November um 9:00 Uhr`"""
        return self._written("moment", at, zone)

    def brief(self, at: datetime, zone: str) -> str:
        """`Mo. 23. Nov. 9:00`, for a button."""
        return self._written("brief", at, zone)

    def zone_note(self, zone: str) -> str:
        """`(Zeit in Berlin)`; the bare name for zones without a place."""
        return self.phrase("zone").format(place=self.place(zone))

    def place(self, zone: str) -> str:
        """`Berlin`; the bare name for zones without a place."""
        if "/" not in zone:
            return zone
        return str(get_timezone_location(ZoneInfo(zone), locale=self._locale, return_city=True))

    def moments(self, ats: Iterable[datetime], zone: str) -> str:
        """`am Montag, 23. November um 9:00 oder 10:30 Uhr oder am Dienstag, 24. November um 9:00 Uhr`"""
        days = groupby(ats, lambda at: self._written("on_day", at, zone))
        return self.either(
            [
                self.phrase("hours").format(
                    day=day, hours=self.either([self._written("hour", at, zone) for at in hours])
                )
                for day, hours in days
            ]
        )

    def either(self, items: list[str]) -> str:
        """`A, B oder C`"""
        return format_list(items, style="or", locale=self._locale)

    def both(self, items: list[str]) -> str:
        """`A, B und C`"""
        return format_list(items, style="standard", locale=self._locale)

    def _written(self, pattern: str, at: datetime, zone: str) -> str:
        return format_datetime(at, self._words["date"][pattern], tzinfo=ZoneInfo(zone), locale=self._locale)


def _named(part: str) -> tuple[str, str]:
    """The sort of a part and its name."""
    sort, _, name = part.removeprefix("trial:").partition(":")
    return sort, name
