"""Telephone systems in the house, and our own people where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from noshowd.config.secrets import SecretMissing
from noshowd.domain.evidence import CallResult
from noshowd.reading.numbers import NumberFormat, Numbering, normalise
from noshowd.runtime.bench import Adapters, Bench
from noshowd.store.health import SOURCE


def fritzbox(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.fritzbox.check import check
    from noshowd.adapters.fritzbox.presence import FritzboxMonitor
    from noshowd.adapters.fritzbox.settings import FritzboxSettings

    settings = FritzboxSettings(
        name=section.name,
        host=section.host,
        port=section.port,
        zone=section.zone or bench.config.us.zone,
        lines=frozenset(section.lines),
    )
    monitor = FritzboxMonitor(settings, bench.clock, partial(normalise, numbering=dialled(bench, section)))
    made.presences[section.name] = monitor
    made.streams[f"{SOURCE}{section.name}"] = monitor.run
    made.checks[f"presence {section.name}"] = lambda: check(settings)


def fritzbox_list(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.fritzbox.check import check_list
    from noshowd.adapters.fritzbox.list_presence import FritzboxCallList
    from noshowd.adapters.fritzbox.settings import CallListSettings

    if find_spec("fritzconnection") is None:
        raise SecretMissing("fritzconnection is not installed", do="Install noshowd[fritzbox].")
    settings = CallListSettings(
        name=section.name,
        host=section.host,
        port=section.port or (49443 if section.tls else 49000),
        tls=section.tls,
        username=section.username,
        password=bench.secret(section.password) or "",
        zone=section.zone or bench.config.us.zone,
        lines=frozenset(section.lines),
        timeout=bench.timeout,
    )
    numbers = partial(normalise, numbering=dialled(bench, section))
    made.presences[section.name] = bench.shared(f"presence {section.name}", lambda: FritzboxCallList(settings, numbers))
    made.checks[f"presence {section.name}"] = lambda: check_list(settings, numbers)


def dialled(bench: Bench, section: Any) -> Numbering:
    """Numbers as they are dialled in our country, perhaps without the area code."""
    return Numbering(format=NumberFormat.NATIONAL, region=bench.config.us.region, area=section.area_code)


def asterisk(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.asterisk.check import check
    from noshowd.adapters.asterisk.presence import AsteriskEvents
    from noshowd.adapters.asterisk.settings import AsteriskSettings

    settings = AsteriskSettings(
        name=section.name,
        host=section.host,
        port=section.port,
        username=section.username,
        secret=bench.secret(section.secret) or "",
        lines=frozenset(section.lines),
        extensions=section.extensions,
    )
    events = AsteriskEvents(settings, bench.clock, partial(normalise, numbering=dialled(bench, section)))
    made.presences[section.name] = events
    made.streams[f"{SOURCE}{section.name}"] = events.run
    made.checks[f"presence {section.name}"] = lambda: check(settings)


def cdr(bench: Bench, section: Any, made: Adapters) -> None:
    _call_records(
        bench,
        section,
        made,
        database=_with_password(section.database, bench.secret(section.password)),
        table=section.table,
    )


def cdr_files(bench: Bench, section: Any, made: Adapters) -> None:
    _call_records(
        bench,
        section,
        made,
        files=tuple(Path(place) for place in section.files),
        header=section.header,
        separator=section.separator,
        time_format=section.time_format,
    )


def asterisk_cdr(bench: Bench, section: Any, made: Adapters) -> None:
    from noshowd.adapters.cdr.settings import ASTERISK, FREEPBX, CdrSettings

    settings = CdrSettings(
        name=section.name,
        database=_with_password(section.database, bench.secret(section.password)),
        table=section.table,
        columns=FREEPBX if section.system == "freepbx" else ASTERISK,
        zone=section.zone or bench.config.us.zone,
        lines=frozenset(section.lines),
        extensions=section.extensions,
    )
    _table(bench, settings, dialled(bench, section), made)


def _call_records(bench: Bench, section: Any, made: Adapters, **place: Any) -> None:
    from noshowd.adapters.cdr.settings import CdrSettings, Columns, Times

    columns: dict[str, Any] = {key: column or None for key, column in section.columns.model_dump().items()}
    settings = CdrSettings(
        name=section.name,
        columns=Columns(**columns),
        times=Times(section.times),
        zone=section.zone or bench.config.us.zone,
        lines=frozenset(section.lines),
        extensions=section.extensions,
        results=_results(section),
        incoming=_folded(section.incoming),
        outgoing=_folded(section.outgoing),
        voicemail=_folded(section.voicemail),
        ringing=section.ringing,
        lag=section.lag,
        **place,
    )
    numbering = Numbering(format=NumberFormat(section.numbers), region=bench.config.us.region, area=section.area_code)
    _table(bench, settings, numbering, made)


def _table(bench: Bench, settings: Any, numbering: Numbering, made: Adapters) -> None:
    from noshowd.adapters.cdr.check import check
    from noshowd.adapters.cdr.presence import CdrSource

    numbers = partial(normalise, numbering=numbering)
    made.presences[settings.name] = bench.shared(f"presence {settings.name}", lambda: CdrSource(settings, numbers))
    made.checks[f"presence {settings.name}"] = lambda: check(settings, numbers, bench.clock.now())


def _results(section: Any) -> dict[str, CallResult]:
    words = {
        CallResult.ANSWERED: section.answered,
        CallResult.NO_ANSWER: section.no_answer,
        CallResult.BUSY: section.busy,
        CallResult.REJECTED: section.rejected,
        CallResult.FAILED: section.failed,
    }
    return {" ".join(word.casefold().split()): result for result, given in words.items() for word in given}


def _with_password(database: str, password: str | None) -> str:
    if password is None:
        return database
    return make_url(database).set(password=password).render_as_string(hide_password=False)


def _folded(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def ask(_bench: Bench, _section: Any, _made: Adapters) -> None:
    """Our own people are asked by the engine itself; there is nothing to look at."""
