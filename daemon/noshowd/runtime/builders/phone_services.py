"""Telephone services and systems reached over the network, and those that call us."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from noshowd.config.secrets import SecretMissing
from noshowd.ports.check import Finding, Grade
from noshowd.reading.numbers import NumberFormat, Numbering, normalise
from noshowd.runtime.bench import Adapters, Bench
from noshowd.runtime.builders.phone import dialled


def sipgate(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.sipgate.check import check
    from noshowd.adapters.sipgate.presence import SipgateHistory
    from noshowd.adapters.sipgate.settings import SipgateSettings

    settings = SipgateSettings(
        name=section.name,
        token_id=section.token_id,
        token=bench.secret(section.token) or "",
        lines=frozenset(section.lines),
        url=section.url,
        ca_file=bench.ca_file(section),
        proxy=bench.proxy(section),
        timeout=bench.timeout,
    )
    made.presences[section.name] = bench.shared(f"presence {section.name}", lambda: SipgateHistory(settings))
    made.checks[f"presence {section.name}"] = lambda: check(settings, bench.clock.now())


def sipgate_webhook(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.sipgate.settings import WebhookSettings
    from noshowd.adapters.sipgate.webhook import SipgateWebhook

    web = bench.config.web
    settings = WebhookSettings(
        name=section.name,
        address=f"{web.public_url if web is not None else ''}{section.path}",
        path=section.path,
        public_key=_public_key(section.public_key),
        lines=frozenset(section.lines),
    )
    webhook = SipgateWebhook(settings)
    made.presences[section.name] = webhook
    made.webhooks.append(webhook)
    _posted_to(bench, section, "sipgate.io (Incoming and Outgoing)", made)


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
        name=section.name,
        url=section.url,
        client_id=section.client_id,
        secret=bench.secret(section.secret) or "",
        lines=frozenset(section.lines),
        extensions=section.extensions,
        ca_file=bench.ca_file(section),
        proxy=bench.proxy(section),
        timeout=bench.timeout,
    )
    numbers = partial(normalise, numbering=dialled(bench, section))
    made.presences[section.name] = bench.shared(f"presence {section.name}", lambda: ThreeCxCalls(settings, numbers))
    made.checks[f"presence {section.name}"] = lambda: check(settings, numbers, bench.clock.now())


def placetel(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.placetel.settings import PlacetelSettings
    from noshowd.adapters.placetel.webhook import PlacetelWebhook

    settings = PlacetelSettings(
        name=section.name,
        path=section.path,
        secret=bench.secret(section.secret) or "",
        lines=frozenset(section.lines),
    )
    numbering = Numbering(format=NumberFormat.NATIONAL, region=bench.config.us.region)
    webhook = PlacetelWebhook(settings, partial(normalise, numbering=numbering))
    made.presences[section.name] = webhook
    made.webhooks.append(webhook)
    _posted_to(bench, section, "Placetel (Settings, External APIs)", made)


def twilio(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.twilio.check import check
    from noshowd.adapters.twilio.presence import TwilioCalls
    from noshowd.adapters.twilio.settings import TwilioSettings

    settings = TwilioSettings(
        name=section.name,
        account_sid=section.account_sid,
        key_sid=section.key_sid,
        key=bench.secret(section.key) or "",
        lines=frozenset(section.lines),
        url=section.url,
        ca_file=bench.ca_file(section),
        proxy=bench.proxy(section),
        timeout=bench.timeout,
    )
    made.presences[section.name] = bench.shared(f"presence {section.name}", lambda: TwilioCalls(settings))
    made.checks[f"presence {section.name}"] = lambda: check(settings, bench.clock.now())


def twilio_callback(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.twilio.callback import TwilioCallback
    from noshowd.adapters.twilio.settings import CallbackSettings

    web = bench.config.web
    settings = CallbackSettings(
        name=section.name,
        address=f"{web.public_url if web is not None else ''}{section.path}",
        path=section.path,
        token=bench.secret(section.token) or "",
        lines=frozenset(section.lines),
    )
    webhook = TwilioCallback(settings)
    made.presences[section.name] = webhook
    made.webhooks.append(webhook)
    _posted_to(bench, section, "each number's StatusCallback at Twilio", made)


def _posted_to(bench: Bench, section: Any, where: str, made: Adapters) -> None:
    """What a trial can say of a vendor that calls us: whether it does, only its calls can show."""
    web = bench.config.web
    address = f"{web.public_url if web is not None else ''}{section.path}"
    says = f"takes posts at {address}; whether any come is shown only by calls"
    do = f"Name this address in {where}, and ring once to see it."
    lines = [
        Finding(grade=Grade.GOOD, what=f"line {line}", says="calls of it are taken when they are posted")
        for line in sorted(section.lines)
    ]

    async def check() -> list[Finding]:
        return [Finding(grade=Grade.GAP, what="posts", says=says, do=do), *lines]

    made.checks[f"presence {section.name}"] = check
