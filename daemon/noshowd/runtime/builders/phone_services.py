"""Telephone services and systems reached over the network, and those that call us."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from noshowd.config.secrets import SecretMissing
from noshowd.ports.check import Check, Finding, Grade
from noshowd.ports.presence import PresenceSource
from noshowd.ports.webhook import Webhook
from noshowd.reading.numbers import NumberFormat, Numbering, normalise
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.builders.phone import dialled


class _Posted(Webhook, PresenceSource, Protocol):
    """A source that learns of calls by being posted to."""


def sipgate(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.sipgate.check import check
    from noshowd.adapters.sipgate.presence import SipgateHistory
    from noshowd.adapters.sipgate.settings import SipgateSettings

    settings = SipgateSettings(
        token_id=section.token_id, token=bench.secret(section.token) or "", **_reached(bench, section)
    )
    _asked(bench, section, made, lambda: SipgateHistory(settings), lambda: check(settings, bench.clock.now()))


def sipgate_webhook(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.sipgate.settings import WebhookSettings
    from noshowd.adapters.sipgate.webhook import SipgateWebhook

    settings = WebhookSettings(
        address=_address(bench, section), public_key=_public_key(section.public_key), **_told_of(section)
    )
    _posted_to(bench, section, "sipgate.io (Incoming and Outgoing)", made, SipgateWebhook(settings))


def _public_key(place: Path) -> str:
    """The RSA key in a file, PEM. Raises `SecretMissing`."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        written = place.read_text(encoding="ascii")
        load_pem_public_key(written.encode())
    except (OSError, ValueError):
        raise SecretMissing(
            f"{place} holds no public key", do="Put the key that the vendor publishes there (PEM)."
        ) from None
    return written


def threecx(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.threecx.check import check
    from noshowd.adapters.threecx.presence import ThreeCxCalls
    from noshowd.adapters.threecx.settings import ThreeCxSettings

    settings = ThreeCxSettings(
        client_id=section.client_id,
        secret=bench.secret(section.secret) or "",
        extensions=section.extensions,
        **_reached(bench, section),
    )
    numbers = partial(normalise, numbering=dialled(bench, section))
    _asked(
        bench,
        section,
        made,
        lambda: ThreeCxCalls(settings, numbers),
        lambda: check(settings, numbers, bench.clock.now()),
    )


def placetel(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.placetel.settings import PlacetelSettings
    from noshowd.adapters.placetel.webhook import PlacetelWebhook

    settings = PlacetelSettings(secret=bench.secret(section.secret) or "", **_told_of(section))
    numbering = Numbering(format=NumberFormat.NATIONAL, region=bench.config.us.region)
    webhook = PlacetelWebhook(settings, partial(normalise, numbering=numbering))
    _posted_to(bench, section, "Placetel (Settings, External APIs)", made, webhook)


def twilio(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.twilio.check import check
    from noshowd.adapters.twilio.presence import TwilioCalls
    from noshowd.adapters.twilio.settings import TwilioSettings

    settings = TwilioSettings(
        account_sid=section.account_sid,
        key_sid=section.key_sid,
        key=bench.secret(section.key) or "",
        **_reached(bench, section),
    )
    _asked(bench, section, made, lambda: TwilioCalls(settings), lambda: check(settings, bench.clock.now()))


def twilio_callback(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.twilio.callback import TwilioCallback
    from noshowd.adapters.twilio.settings import CallbackSettings

    settings = CallbackSettings(
        address=_address(bench, section), token=bench.secret(section.token) or "", **_told_of(section)
    )
    _posted_to(bench, section, "each number's StatusCallback at Twilio", made, TwilioCallback(settings))


def _reached(bench: Bench, section: Any) -> dict[str, Any]:
    """Settings of every service that we ask over the network."""
    return {
        "name": section.name,
        "url": section.url,
        "lines": frozenset(section.lines),
        "ca_file": bench.ca_file(section),
        "proxy": bench.proxy(section),
        "timeout": bench.timeout,
    }


def _told_of(section: Any) -> dict[str, Any]:
    """Settings of every service that posts to us."""
    return {"name": section.name, "path": section.path, "lines": frozenset(section.lines)}


def _address(bench: Bench, section: Any) -> str:
    """Where the vendor finds us."""
    web = bench.config.web
    return f"{web.public_url if web is not None else ''}{section.path}"


def _asked(bench: Bench, section: Any, made: Adapters, source: Callable[[], PresenceSource], check: Check) -> None:
    made.presences[section.name] = bench.shared(f"presence {section.name}", source)
    made.checks[f"presence {section.name}"] = check


def _posted_to(bench: Bench, section: Any, where: str, made: Adapters, webhook: _Posted) -> None:
    """A vendor that calls us. Of a trial: whether it does, only its calls can show."""
    made.presences[section.name] = webhook
    made.webhooks.append(webhook)
    says = f"takes posts at {_address(bench, section)}; whether any come is shown only by calls"
    do = f"Name this address in {where}, and ring once to see it."
    lines = [
        Finding(grade=Grade.GOOD, what=f"line {line}", says="calls of it are taken when they are posted")
        for line in sorted(section.lines)
    ]

    async def check() -> list[Finding]:
        return [Finding(grade=Grade.GAP, what="posts", says=says, do=do), *lines]

    made.checks[f"presence {section.name}"] = check
