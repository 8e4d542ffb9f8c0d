"""People answer what noshowd sends: by a button in Slack, by a reply, or on the page behind a link; a guest, too."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from functools import cache
from html import unescape
from typing import Any, TypeVar

import httpx2

from noshowd.demo.script import Answers, Appointment, By
from noshowd.demo.town import Town
from noshowd.demo.vendors.mail.post import Letter
from noshowd.demo.vendors.slack.workspace import Message
from noshowd.ports.clock import Clock
from noshowd.wording import Lexicon, folder_for

T = TypeVar("T", Message, Letter)
_MINUTE = 60.0
#: How long somebody reads a page before pressing; who presses at once is taken for a mail scanner.
_READS = 30.0
_NONCE = re.compile(r'name="nonce" value="([^"]+)"')
_CHOICE = re.compile(r'<button name="choice" value="([^"]+)"')
_OFFER = re.compile(r"https?://\S+/o/\S+")
_TIME = re.compile(r'name="time" value="(\d+)".*?<strong>([^<]+)</strong> <span class="clock">([^<]+)<', re.DOTALL)
_NOTICE = re.compile(r'<p class="notice" role="status">([^<]+)</p>')


class People:
    """Everybody who answers in the script. `tell` gets a line for whoever watches."""

    def __init__(
        self, answers: tuple[Answers, ...], town: Town, clock: Clock, tell: Callable[[datetime, str], None]
    ) -> None:
        self._answers = answers
        self._town = town
        self._clock = clock
        self._tell = tell
        self._noticed: set[tuple[Answers, str]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    def look(self) -> None:
        """Read everything new; whoever has an answer to it gives it in their own time. Raises what went wrong."""
        for done in [task for task in self._answering if task.done()]:
            self._answering.remove(done)
            done.result()
        for habit in self._answers:
            if habit.by is By.BUTTON:
                for message in self._messages(habit):
                    # one message of a meeting asks for one thing after the other
                    self._answer_once(habit, f"{message.ts} {_value(message, habit.tap)}", self._press, message)
            else:
                for letter in self._letters(habit):
                    answer = {By.REPLY: self._reply, By.PAGE: self._open_page, By.OFFER: self._open_page}[habit.by]
                    self._answer_once(habit, str(letter.message["Message-ID"]), answer, letter)

    async def go_home(self) -> None:
        """Nobody answers any more."""
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    def _answer_once(
        self, habit: Answers, name: str, answer: Callable[[Answers, T], Coroutine[None, None, None]], to: T
    ) -> None:
        if (habit, name) not in self._noticed:
            self._noticed.add((habit, name))
            self._answering.add(asyncio.create_task(answer(habit, to)))

    def _messages(self, habit: Answers) -> list[Message]:
        found = self._town.slack.workspace.messages_to(self._slack_id(habit))
        return [m for m in found if _button(m, habit.tap) and _concerns(str(m.blocks), habit.about)]

    def _slack_id(self, habit: Answers) -> str:
        users = self._town.slack.workspace.users.values()
        return next(user.id for user in users if user.name == habit.who.slack)

    def _letters(self, habit: Answers) -> list[Letter]:
        return [
            letter
            for letter in list(self._town.mail.post.sent)
            if habit.who.address in letter.to and _offers(letter, habit) and _concerns(letter.text, habit.about)
        ]

    async def _press(self, habit: Answers, message: Message) -> None:
        await self._clock.sleep(habit.after * _MINUTE)
        label = _button(message, habit.tap)
        try:
            await asyncio.to_thread(self._town.slack.press, self._slack_id(habit), message, label or "")
        except LookupError:
            self._say(habit, f"looks into Slack: the question about “{habit.about.title}” is settled already")
        except ConnectionError:
            await self._press(habit, message)
        else:
            self._say(habit, f"presses “{label}” in Slack (“{habit.about.title}”)")

    async def _reply(self, habit: Answers, letter: Letter) -> None:
        await self._clock.sleep(habit.after * _MINUTE)
        self._town.mail.post.reply(letter, habit.word)
        self._say(habit, f"answers the mail with one word: {habit.word}")

    async def _open_page(self, habit: Answers, letter: Letter) -> None:
        await self._clock.sleep(habit.after * _MINUTE)
        try:
            if habit.by is By.OFFER:
                self._say(habit, await self._take(habit, _OFFER.findall(letter.text)[0]))
            else:
                self._say(habit, await self._act_on_page(habit, _link(letter.text, _label(habit))))
        except httpx2.TransportError:  # noshowd is not there just now
            await self._open_page(habit, letter)

    async def _act_on_page(self, habit: Answers, address: str) -> str:
        """Read the page and press the button; what was done."""
        async with httpx2.AsyncClient() as browser:
            page = (await browser.get(address)).text
            chosen = next((v for v in _CHOICE.findall(page) if v.startswith(f"{habit.tap}.")), None)
            if chosen is None:
                said = " ".join(unescape(t) for t in _NOTICE.findall(page))
                return f"opens the link of the mail; the page says: {said}"
            await self._clock.sleep(_READS)
            form = {"nonce": unescape(_NONCE.findall(page)[0]), "choice": unescape(chosen)}
            await browser.post(address, data=form)
        return f"opens the link of the mail and presses “{_label(habit)}”"

    async def _take(self, habit: Answers, address: str) -> str:
        """Read the page of an offer and take the second time; what was done."""
        async with httpx2.AsyncClient() as browser:
            page = (await browser.get(address)).text
            value, day, clock = _TIME.findall(page)[1]
            await self._clock.sleep(_READS)
            form = {"nonce": unescape(_NONCE.findall(page)[0]), "time": value, "medium": "video"}
            await browser.post(address, data=form | {"action": habit.tap, "keyword": habit.word})
        return f"opens the page of the offer and takes {unescape(day)}, {unescape(clock)} (“{habit.word}”)"

    def _say(self, habit: Answers, what: str) -> None:
        self._tell(self._clock.now(), f"{habit.who.first} {what}")


def _offers(letter: Letter, habit: Answers) -> bool:
    """Whether what they answer with stands in this mail."""
    return bool(_OFFER.search(letter.text)) if habit.by is By.OFFER else _label(habit) in letter.text


@cache
def _label(habit: Answers) -> str:
    return Lexicon(folder_for(habit.who.language)).label(habit.tap)


def _concerns(text: str, about: Appointment) -> bool:
    return about.title in text or about.guest.name in text


def _button(message: Message, tap: str) -> str | None:
    """The label of the button with this meaning, while it is there."""
    return next((button["text"]["text"] for button in _buttons(message, tap)), None)


def _value(message: Message, tap: str) -> str | None:
    """What that button stands for."""
    return next((button["value"] for button in _buttons(message, tap)), None)


def _buttons(message: Message, tap: str) -> Iterator[dict[str, Any]]:
    buttons = (button for block in message.blocks for button in block.get("elements", ()))
    return (button for button in buttons if button["value"].startswith(f"{tap}."))


def _link(text: str, label: str) -> str:
    """The address in the line below a label."""
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if label in line and line.endswith(":"))
    return lines[at + 1].strip()
