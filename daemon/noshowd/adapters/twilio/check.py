"""Tries Twilio for real: the list of calls, and whether our lines are numbers of the account."""

from __future__ import annotations

from datetime import datetime

from noshowd.adapters.twilio.client import TwilioClient
from noshowd.adapters.twilio.settings import TwilioSettings
from noshowd.ports.check import Finding, Grade, tried
from noshowd.ports.errors import VendorError


async def check(settings: TwilioSettings, now: datetime) -> list[Finding]:
    client = TwilioClient(settings)
    try:
        found = await tried(
            "calls",
            client.calls(now),
            says="running and ended ones",
            without="Calls are unknown.",
            do="Make an API key of this account that may read calls and phone numbers, and name its SID in key_sid.",
        )
        if found.grade is not Grade.GOOD:
            return [found]
        try:
            owned = await client.numbers()
        except VendorError as error:
            do = "Let the API key read phone numbers too."
            return [
                found,
                Finding(grade=Grade.BAD, what="phone numbers", says=f"{error.reason}. Nothing is covered.", do=do),
            ]
        return [found, *(_line(line, owned) for line in sorted(settings.lines))]
    finally:
        await client.close()


def _line(line: str, owned: set[str]) -> Finding:
    if line in owned:
        return Finding(grade=Grade.GOOD, what=f"line {line}", says="a number of this account: its calls are seen")
    do = "Take it out of lines, or name the account that it belongs to."
    return Finding(
        grade=Grade.BAD, what=f"line {line}", says="no number of this account: its calls are not seen", do=do
    )
