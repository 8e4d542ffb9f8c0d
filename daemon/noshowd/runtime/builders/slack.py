"""Slack: words to our side, and their answers over Socket Mode."""

from __future__ import annotations

from typing import Any

from noshowd.ports.channel import Recipient
from noshowd.runtime.bench import Adapters, Bench


def channel(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.slack.channel import SlackChannel
    from noshowd.adapters.slack.client import Connection
    from noshowd.adapters.slack.socket_mode import EMPTY, NOT_OPENED, SocketMode
    from noshowd.web.texts import texts_for

    connection = Connection(
        base_url=f"{section.url.rstrip('/')}/", ca_file=bench.ca_file(section), proxy=bench.proxy(section)
    )
    token = bench.secret(section.bot) or ""
    made.channels.append(SlackChannel(name=section.name, bot_token=token, clock=bench.clock, connection=connection))
    made.checks[f"channel {section.name}"] = lambda: _check(bench, token, connection)
    if section.app is not None:
        texts = texts_for(bench.config.us.language)
        made.answers.append(
            SocketMode(
                name=section.name,
                app_token=bench.secret(section.app) or "",
                bot_token=token,
                clock=bench.clock,
                connection=connection,
                says={**texts.results, EMPTY: texts.empty_message, NOT_OPENED: texts.broken},
            )
        )


async def _check(bench: Bench, token: str, connection: Any) -> Any:
    from noshowd.adapters.slack.check import check

    people = [Recipient(address=person.address, slack=person.slack) for person in bench.config.person]
    return await check(token, connection, bench.clock, people, elsewhere=len(bench.config.channel) > 1)
