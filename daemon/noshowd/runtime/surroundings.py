"""What noshowd stands on: database, disk, time zones, and its own web address as seen from outside."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import tomllib
from datetime import datetime
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from noshowd.config.exposure import exposed
from noshowd.config.model import Config
from noshowd.config.problems import dotted
from noshowd.config.secrets import SecretMissing
from noshowd.ports.check import Finding, Grade
from noshowd.runtime.bench import Bench
from noshowd.store import care
from noshowd.store.database import open_database
from noshowd.store.errors import StoreError

_MEGABYTE = 1_000_000
#: Below this much free space a database of a small firm is full within weeks; a tenth of it, within days.
_ROOM = 1_000 * _MEGABYTE


def database(url: str, now: datetime) -> list[Finding]:
    """Whether everything in the database can be read, and it can be written. Blocking."""
    try:
        with open_database(url) as opened:
            problems = opened.read_sync(care.problems)
            opened.run_sync(lambda conn: care.try_to_write(conn, now=now))
    except StoreError as error:
        return [
            Finding(
                grade=Grade.UNREACHED,
                what="database",
                says=str(error),
                do="Start it, free it, make room, or correct [store].",
            )
        ]
    do = "Stop noshowd and put a backup in its place (docs/installing.md, rolling back)."
    found = [Finding(grade=Grade.BAD, what="database", says=problem, do=do) for problem in problems]
    return found or [Finding(grade=Grade.GOOD, what="database", says="nothing is damaged, and it can be written")]


def disk(folder: Path) -> Finding:
    """Whether there is room where noshowd writes."""
    free = shutil.disk_usage(folder).free
    says = f"{free / _MEGABYTE:,.0f} MB free at {folder}"
    if free >= _ROOM:
        return Finding(grade=Grade.GOOD, what="disk", says=says)
    grade = Grade.BAD if free < _ROOM / 10 else Grade.GAP
    return Finding(grade=grade, what="disk", says=says, do="Make room: on a full disk nothing is sent.")


def zones(now: datetime) -> Finding:
    """Whether the rules of the time zones are of this time: governments change them at short notice."""
    try:
        version = metadata.version("tzdata")
    except metadata.PackageNotFoundError:  # whoever packages noshowd may leave them to the system
        return Finding(grade=Grade.GAP, what="time zones", says="their rules are those of this system, of unknown age")
    year = version.partition(".")[0]
    if year.isdecimal() and int(year) < now.year - 1:
        says = f"the rules are those of {version}: appointments in some zones may be an hour off"
        return Finding(grade=Grade.GAP, what="time zones", says=says, do="Upgrade noshowd, or its library tzdata.")
    return Finding(grade=Grade.GOOD, what="time zones", says=f"rules of {version}")


async def web_address(bench: Bench) -> list[Finding]:
    """Whether the pages answer under the address that stands in every link. Nothing where there is none."""
    web = bench.config.web
    if web is None or web.public_url is None:
        return []
    what = f"pages at {urlsplit(web.public_url).netloc}"
    try:
        answer = await asyncio.to_thread(_healthz, web.public_url, bench.config, bench.timeout)
    except (OSError, HTTPException) as error:
        says = f"{getattr(error, 'reason', error)}: links in messages lead nowhere (as seen from this machine)"
        do = "Let the reverse proxy hand this address on to [web] listen, and start noshowd."
        return [Finding(grade=Grade.BAD, what=what, says=says, do=do)]
    if answer.strip() != "ok":
        do = "Somebody else answers there: correct public_url, or the reverse proxy."
        return [Finding(grade=Grade.BAD, what=what, says="these are not noshowd's pages", do=do)]
    return [Finding(grade=Grade.GOOD, what=what, says="they answer (as seen from this machine)")]


def _healthz(url: str, config: Config, patience: float) -> str:
    network = config.network
    proxies = ProxyHandler(None if network.proxy is None else {"http": network.proxy, "https": network.proxy})
    ca_file = None if network.ca_file is None else str(network.ca_file)
    asks = build_opener(proxies, HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)))
    with asks.open(Request(f"{url}/healthz"), timeout=patience) as answer:  # noqa: S310 - the configuration has only http and https
        return str(answer.read(100).decode(errors="replace"))


def kept_close(file: Path) -> list[Finding]:
    """Which secrets of the configuration in `file`, or itself, others on this machine can get at."""
    content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    return [
        Finding(
            grade=Grade.GAP,
            what=f"secret {dotted(one.where)}" if one.where else "configuration",
            says=one.says,
            do=one.do,
        )
        for one in exposed(content, file=file)
    ]


async def surroundings(bench: Bench, url: str | SecretMissing, file: Path) -> list[Finding]:
    """All of it; `file` is the configuration."""
    if isinstance(url, SecretMissing):
        stored = [Finding(grade=Grade.BAD, what="database", says=str(url), do=url.do)]
    else:
        stored = await asyncio.to_thread(database, url, bench.clock.now())
    where = bench.state if bench.state.is_dir() else Path("/")
    return [*stored, disk(where), zones(bench.clock.now()), *kept_close(file), *await web_address(bench)]
