"""The small values a configuration is written in: durations, addresses, zones, numbers, regular expressions."""

from __future__ import annotations

import difflib
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

from noshowd.config.refusal import refuse

_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "week": 604800, "weeks": 604800,
}  # fmt: skip
_PART = re.compile(r"\s*(\d{1,6})\s*([a-z]+)", re.ASCII)
DURATION_ALLOWED = 'a duration such as "90 s", "15 min", "2 h" or "1 day"'


class Section(BaseModel):
    """A table of the configuration: frozen, and an unknown key is an error."""

    # defer_build: a table that is only read as part of a larger one needs no validator of its own
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=False, defer_build=True
    )


def parse_duration(given: Any) -> timedelta:
    """`"1 h 30 min"` as a timedelta; refuses numbers without a unit."""
    if isinstance(given, timedelta):
        return given
    if not isinstance(given, str) or len(given) > 40:
        raise refuse(DURATION_ALLOWED, do="Write it in quotes, with a unit.")
    if "-" in given:
        raise refuse(DURATION_ALLOWED, do="Write a duration above zero.")
    seconds, at = 0, 0
    text = given.strip().casefold()
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise refuse(DURATION_ALLOWED, do="Write a whole number of at most six digits, and its unit.")
        if part[2] not in _UNITS:
            raise refuse(DURATION_ALLOWED, do="Use s, min, h, day or week as the unit.")
        seconds += int(part[1]) * _UNITS[part[2]]
        at = part.end()
    if not text:
        raise refuse(DURATION_ALLOWED)
    return timedelta(seconds=seconds)


def duration_text(value: timedelta) -> str:
    """The duration as one would write it."""
    seconds = int(value.total_seconds())
    for unit, size in (("day", 86400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}s" if unit == "day" and count > 1 else f"{count} {unit}"
    return f"{seconds} s"


def _in_bounds(value: timedelta) -> timedelta:
    if value > timedelta(days=3660):
        raise refuse("at most ten years", do="Shorten it.")
    return value


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise refuse("longer than nothing", do="Write a duration above zero.")
    return value


Duration = Annotated[
    timedelta,
    AfterValidator(_in_bounds),
    BeforeValidator(parse_duration),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": r"^(\s*\d+\s*[a-zA-Z]+)+\s*$", "examples": ["15 min"]}),
]
#: Longer than nothing.
Wait = Annotated[Duration, AfterValidator(_positive)]

_ADDRESS = re.compile(r"^[^@\s<>\"(),;:*\\\x00-\x1f]+@[^@\s<>\"(),;:*\\\x00-\x1f]+\.[^@\s<>\"(),;:\\\x00-\x1f.]+$")
_DOMAIN = re.compile(r"^[^@\s<>\"(),;:/\\\x00-\x1f]+\.[^@\s<>\"(),;:/\\\x00-\x1f.]+$")


def _address(value: str) -> str:
    if not _ADDRESS.match(value):
        raise refuse("one e-mail address such as anna@example.com", do="Write the bare address, without a name.")
    return value.casefold()


def _domain(value: str) -> str:
    bare = value.removeprefix("@")
    if not _DOMAIN.match(bare):
        raise refuse("a domain such as example.com", do="Write the part behind the @ of your addresses.")
    return bare.casefold()


def _address_or_domain(value: str) -> str:
    if value.startswith("@"):
        return "@" + _domain(value)
    if not _ADDRESS.match(value):
        raise refuse("an address (meier@example.com) or a domain with @ (@example.com)")
    return value.casefold()


Text = Annotated[str, Field(min_length=1, max_length=500)]
Address = Annotated[str, Field(max_length=254), AfterValidator(_address)]
Domain = Annotated[str, Field(max_length=254), AfterValidator(_domain)]
AddressOrDomain = Annotated[str, Field(max_length=255), AfterValidator(_address_or_domain)]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        near = difflib.get_close_matches(value, known, n=1, cutoff=0.6)
        do = "Use a name of the IANA zone list." if known else "This machine has no time zones: install tzdata."
        raise refuse("a time zone such as Europe/Berlin", nearest="".join(near), do=do) from None
    return value


Zone = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_zone)]


def _phone(value: str) -> str:
    wanted = "a telephone number with its country, such as +49 89 23714480"
    if not value.strip().startswith(("+", "00")):
        raise refuse(wanted, do="Write it as one would dial it from abroad, beginning with +.")
    try:
        number = phonenumbers.parse("+" + value.strip().removeprefix("+").removeprefix("00"))
    except phonenumbers.NumberParseException:
        raise refuse(wanted) from None
    if not phonenumbers.is_possible_number(number):
        raise refuse(wanted, do="It has too few or too many digits for its country.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]

#: One or two repeats inside a repeated group is what makes a pattern run for ever.
_NESTED_REPEAT = re.compile(r"[*+}]\)?[*+{]|\([^()]*[*+{][^()]*\)[*+{]")


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError):
        raise refuse("a word of the title, or a regular expression", do="Put a backslash before ( [ * + ? .") from None
    if _NESTED_REPEAT.search(value):
        raise refuse("a pattern without a repeat inside a repeat", do='Write "(ab)+" rather than "(a+)+".')
    return value


TitlePattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_pattern)]


def _in_folder(value: Path, info: ValidationInfo) -> Path:
    if len(str(value)) > 4096 or "\0" in str(value):
        raise refuse("a path such as /etc/noshowd/own.pem")
    folder = (info.context or {}).get("folder")
    return Path(folder, value) if folder is not None else Path(value)


#: A path; a relative one lies beside the configuration.
FilePath = Annotated[Path, AfterValidator(_in_folder)]


def _address_of(value: str, schemes: tuple[str, ...]) -> str:
    scheme, sep, rest = value.partition("://")
    if not sep or scheme.casefold() not in schemes or not rest or re.search(r"\s", value):
        raise refuse(
            f"an address such as {schemes[0]}://example.com",
            do=f"Begin with {' or '.join(f'{known}://' for known in schemes)}.",
            secret="@" in value,
        )
    if "@" in rest.split("/", 1)[0]:
        raise refuse(
            "an address without user name and password",
            do="Name user and secret in keys of their own.",
            secret=True,
        )
    return value.rstrip("/")


def _url(value: str) -> str:
    return _address_of(value, ("https", "http"))


def _proxy(value: str) -> str:
    return _address_of(value, ("http", "https", "socks5"))


Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
ProxyUrl = Annotated[str, Field(max_length=2000), AfterValidator(_proxy)]


def fitting(pattern: str, allowed: str) -> AfterValidator:
    """Only texts that match as a whole. The pattern itself is for schemas; `allowed` is what a person reads."""
    known = re.compile(pattern)

    def check(value: str) -> str:
        if known.fullmatch(value) is None:
            raise refuse(allowed)
        return value

    return AfterValidator(check)


Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
_LANGUAGE = r"^[a-z]{2,3}$"
_COUNTRY = r"^[A-Z]{2}$"
_SLACK_NAME = r"^@?[\w.\-]+$"
_NAME = r"^[\w .@+-]+$"
_WEBHOOK = r"^/webhooks/[A-Za-z0-9_-]{1,100}$"


def shaped(pattern: str) -> Any:
    """What the JSON Schema says of a text that is `fitting`."""
    return Field(json_schema_extra={"pattern": pattern})


#: A language that has a folder of templates.
Language = Annotated[str, shaped(_LANGUAGE), fitting(_LANGUAGE, 'a language by its short name, such as "de" or "en"')]
Country = Annotated[str, shaped(_COUNTRY), fitting(_COUNTRY, 'a country by its two capital letters, such as "DE"')]
SlackName = Annotated[
    str,
    Field(max_length=81),
    shaped(_SLACK_NAME),
    fitting(_SLACK_NAME, 'a Slack name or member id, such as "anna" or "U024BE7LH"'),
]
Name = Annotated[
    str,
    Field(max_length=80),
    shaped(_NAME),
    fitting(_NAME, "a name of letters, digits, spaces and . @ + - _"),
]
WebhookPath = Annotated[
    str, shaped(_WEBHOOK), fitting(_WEBHOOK, "/webhooks/ and behind it letters, digits, - or _, at most 100")
]
