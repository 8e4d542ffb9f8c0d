"""The narrowest OAuth scopes for each thing noshowd does at Google (facts, 1.1, 2.1, 2.3, 5, 6)."""

from __future__ import annotations

from enum import StrEnum

_AUTH = "https://www.googleapis.com/auth/"


class Scope(StrEnum):
    """One scope each, so that a missing one costs only what needs it."""

    READ_EVENTS = f"{_AUTH}calendar.events.readonly"
    WRITE_EVENTS = f"{_AUTH}calendar.events"
    FREE_BUSY = f"{_AUTH}calendar.freebusy"
    MEET = f"{_AUTH}meetings.space.readonly"
    DIRECTORY = f"{_AUTH}admin.directory.user.readonly"
    PEOPLE = f"{_AUTH}directory.readonly"
    TASKS = f"{_AUTH}tasks"
    SEND_MAIL = f"{_AUTH}gmail.send"
    READ_MAIL = f"{_AUTH}gmail.readonly"
    DRAFT_MAIL = f"{_AUTH}gmail.compose"
    PUBSUB = f"{_AUTH}pubsub"
