"""Whether each server that the configuration names can be reached, is believed, and has our time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from noshowd.config.model import Config
from noshowd.ports import certificates
from noshowd.ports.check import Finding, Grade
from noshowd.runtime.bench import Bench

#: A clock further off than this moves windows and lateness; half a minute is what judging allows for.
SKEW = timedelta(seconds=10)


#: A stop of the daemon waits for a measurement under way, seconds.
_PATIENCE = 3.0
#: Addresses of an account that are asked only where something of this kind, or with this key, is switched on.
_ONLY_FOR = {
    "meet_url": "google_meet",
    "directory_url": "google_meet",
    "people_url": "people",
    "events_url": "topic",
    "pubsub_url": "topic",
    "gmail_url": "gmail",
    "tasks_url": "google_tasks",
}


#: Addresses that only others ask (Microsoft its vault), or that are mere names.
_NEVER = frozenset({"event_hub_vault", "scope"})


def addresses(section: Any, config: Config) -> list[str]:
    """One address for each server that a table makes use of."""
    kinds: set[str] = {one.kind for one in (*config.presence, *config.channel, *config.tasks)}
    kinds |= {"topic" for one in config.presence if getattr(one, "topic", None) is not None}
    kinds |= {"people" for one in config.presence if getattr(one, "lookup", None) == "people"}
    given = [
        value for key, value in section.model_dump(exclude=set(_NEVER)).items() if _ONLY_FOR.get(key) in (None, *kinds)
    ]
    found = [value for value in given if isinstance(value, str) and value.startswith(("https://", "http://"))]
    return list({urlsplit(value).netloc: value for value in reversed(found)}.values())[::-1]


async def reach(bench: Bench, section: Any, address: str) -> Finding:
    """Any answer is good: what is asked for needs no sign-in. Its Date header is compared with our clock."""
    host = urlsplit(address).netloc
    what = f"server {host}"
    # a table without these keys (a telephone system in the house) has no web server either
    ca_file, proxy = bench.ca_file(section), bench.proxy(section)
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        do = "Name a PEM file with certificates in ca_file."
        return Finding(grade=Grade.BAD, what=what, says=f"{ca_file} cannot be used: {error}", do=do)
    try:
        date = await asyncio.to_thread(_date, address, context, proxy, bench.timeout)
    except (OSError, HTTPException) as error:
        cause = getattr(error, "reason", error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            says = certificates.not_accepted(host, ca_file, cause.verify_message)
            return Finding(grade=Grade.BAD, what=what, says=says, do=certificates.remedy(says))
        do = "Check the network, the firewall and the proxy."
        return Finding(grade=Grade.UNREACHED, what=what, says=_why(cause), do=do)
    return _clock(what, date, bench.clock.now())


def _why(cause: object) -> str:
    return str(getattr(cause, "strerror", None) or type(cause).__name__)


def trust() -> Callable[[str | None], ssl.SSLContext]:
    """For several questions: what is trusted with each file of certificates, read once, for it takes a megabyte."""
    return cache(lambda ca_file: ssl.create_default_context(cafile=ca_file))


async def ahead(
    bench: Bench, section: Any, address: str, trusted: Callable[[str | None], ssl.SSLContext]
) -> timedelta | None:
    """How far our clock is ahead of this server's, within a second or two; None where it does not tell."""
    before = bench.clock.now()
    try:
        context = trusted(bench.ca_file(section))
        date = await asyncio.to_thread(_date, address, context, bench.proxy(section), _PATIENCE)
        after = bench.clock.now()
        # the header has whole seconds: on average half of one is cut off
        return before + (after - before) / 2 - parsedate_to_datetime(date) - timedelta(seconds=0.5)
    except (OSError, HTTPException, ValueError, TypeError):
        return None


def _date(address: str, context: ssl.SSLContext, proxy: str | None, timeout: float) -> str:
    """The Date header of whatever the server answers. Blocking."""
    proxies = ProxyHandler(None if proxy is None else {"http": proxy, "https": proxy})
    asks = build_opener(proxies, HTTPSHandler(context=context))
    request = Request(address, method="HEAD")  # noqa: S310 - only http and https come out of `addresses`
    try:
        with asks.open(request, timeout=timeout) as answer:
            return str(answer.headers.get("Date", ""))
    except HTTPError as refused:
        with refused:
            return str(refused.headers.get("Date", ""))


def _clock(what: str, date: str, now: datetime) -> Finding:
    try:
        off = now - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return Finding(grade=Grade.GOOD, what=what)
    if abs(off) <= SKEW:
        return Finding(grade=Grade.GOOD, what=what, says="it answers, and has our time")
    way = "ahead" if off > timedelta(0) else "behind"
    says = f"our clock is {abs(off).total_seconds():.0f} s {way}: lateness and absences would be reckoned wrongly"
    return Finding(
        grade=Grade.BAD, what=what, says=says, do="Switch on time synchronisation (timedatectl set-ntp true)."
    )
