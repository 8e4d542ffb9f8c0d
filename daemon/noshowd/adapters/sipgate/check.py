"""Tries sipgate for real: the call history of the last hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from noshowd.adapters.sipgate.client import SipgateClient
from noshowd.adapters.sipgate.settings import SipgateSettings
from noshowd.ports.check import Finding, tried


async def check(settings: SipgateSettings, now: datetime) -> list[Finding]:
    client = SipgateClient(settings)
    try:
        asked = client.history(since=now - timedelta(hours=1), until=now)
        return [
            await tried(
                "call history",
                asked,
                without="Calls are unknown.",
                do="Make a personal access token with the scope history:read and name its id in token_id.",
            )
        ]
    finally:
        await client.close()
