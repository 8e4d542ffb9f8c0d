"""The variables that templates may use: a context cleaned, bounded and written out in a language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from noshowd.domain.meeting import Kind
from noshowd.domain.verdict import Reason
from noshowd.wording.cleaning import NAME_LIMIT, block, one_line, plain_name
from noshowd.wording.context import WordingContext
from noshowd.wording.lexicon import Lexicon

#: Names in one text; more are only counted.
MOST_NAMES = 5
MOST_TIMES = 5
MOST_LISTED = 20
#: Reasons told in a question; `noshowd explain` has all.
MOST_REASONS = 2


def variables(context: WordingContext, lexicon: Lexicon) -> dict[str, Any]:
    """Every name a template may use; unknown facts are empty."""
    return {
        "phone_call": context.medium is Kind.PHONE,
        "title": one_line(context.title),
        "link": address(context.link),
        "phone": readable(context.phone),
        "phone_link": "" if context.to_guest or not _E164.fullmatch(context.phone or "") else f"tel:{context.phone}",
        "facts": _facts(context, lexicon),
        "guide": _guide(context, lexicon),
        "minutes": max(1, min(60, context.minutes)),
        "page": address(context.page),
        "by_reply": context.by_reply,
        "reply_words": lexicon.either([lexicon.reply(tap) for tap in context.choices]) if context.choices else "",
        "first_word": lexicon.reply(context.choices[0]) if context.choices else "",
        "mailto": address(context.mailto, 4000),
        "approval": context.approval.value,
        "note": lexicon.say(context.note) if context.note else "",
        "part": one_line(context.part, 80),
        "part_name": one_line(lexicon.part(context.part), 120),
        "cost": lexicon.cost(context.part),
        "detail": one_line(context.detail, 300),
        "shadow": context.shadow,
        "privacy_url": address(context.privacy_url),
        "opt_out_url": address(context.opt_out_url),
        **_day(context, lexicon),
        **_people(context, lexicon),
        **_times(context, lexicon),
        **_quoted(context),
    }


#: What is known of calls so far; facts for our own side, never for a guest.
_CALL_FACTS = (Reason.WE_RANG, Reason.THEY_RANG, Reason.VOICEMAIL, Reason.BUSY, Reason.NOBODY_RANG)
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def readable(phone: str | None) -> str:
    """A number as people write it, with its country; whatever is no number as it stands."""
    import phonenumbers  # slow to load, and only where there is a number

    if phone is None or not _E164.fullmatch(phone):
        return one_line(phone or "", 40)
    return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _facts(context: WordingContext, lexicon: Lexicon) -> list[str]:
    if context.to_guest or context.medium is not Kind.PHONE:
        return []
    return [lexicon.say(reason) for reason in _CALL_FACTS if reason in context.reasons]


def _guide(context: WordingContext, lexicon: Lexicon) -> dict[str, str]:
    """The firm's own words with what may be filled in; empty where there are none."""
    if context.guide is None or context.to_guest:
        return {}
    filled = {
        "{host}": one_line(context.host_name or context.reader_name or "", NAME_LIMIT),
        "{time}": lexicon.clock(context.start, context.zone),
    }

    def fill(text: str) -> str:
        for name, value in filled.items():
            text = text.replace(name, value) if value else _without(name, text)
        return one_line(text, 400)

    return {one.name: fill(getattr(context.guide, one.name)) for one in fields(context.guide)}


def _without(name: str, text: str) -> str:
    """The sentences that have no need of a name nobody knows."""
    kept = [sentence for sentence in re.split(r"(?<=[.!?])\s+", text) if name not in sentence]
    return " ".join(kept) or text.replace(name, "")


def _people(context: WordingContext, lexicon: Lexicon) -> dict[str, Any]:
    caller = context.host_name or ("" if context.to_guest else context.reader_name)
    host = one_line(caller or "", NAME_LIMIT)
    return {
        "host": host,
        "greeting": _greeting(context, lexicon),
        "signature": block(context.signature.replace("{name}", host), 1000) or host,
        # a template for guests gets no other guest's name, whatever a user writes into it
        "guests": "" if context.to_guest else names(context.guests or context.missing, lexicon),
        "missing": "" if context.to_guest else names(context.missing, lexicon),
        "present": "" if context.to_guest else names(context.present, lexicon),
        "in_lobby": "" if context.to_guest else names(context.in_lobby, lexicon),
        "at_least_missing": 0 if context.to_guest else context.at_least_missing,
        "nobody_in_lobby": context.nobody_in_lobby and not context.in_lobby,
        "may_be_lost": Reason.MAY_BE_LOST in context.reasons and not context.to_guest,
        "reasons": [lexicon.say(reason) for reason in sorted(context.reasons)[:MOST_REASONS]],
    }


def _times(context: WordingContext, lexicon: Lexicon) -> dict[str, Any]:
    zone = context.zone

    def written(how: Callable[[datetime, str], str], at: datetime | None) -> str:
        return how(at, zone) if at is not None else ""

    offered = context.free_times[:MOST_TIMES]
    since = written(lambda at, zone: f"{lexicon.day(at, zone)}, {lexicon.clock(at, zone)}", context.since)
    return {
        "clock": lexicon.clock(context.start, zone),
        "day": lexicon.day(context.start, zone),
        "moment": lexicon.moment(context.start, zone),
        "zone": lexicon.zone_note(zone) if context.name_zone else "",
        "unchanged_since": written(lexicon.day, context.unchanged_since),
        "changed_at": written(lambda at, zone: _when(at, context.now, zone, lexicon), context.changed_at),
        "accepted": context.accepted,
        "accepted_on": written(lexicon.day, context.accepted_on),
        "absent_since": "" if context.to_guest else written(lexicon.clock, context.absent_since),
        "next_step": lexicon.next_step(context.next_step) if context.next_step else "",
        "next_clock": written(lexicon.clock, context.next_step_at),
        "times": lexicon.moments(offered, zone) if offered else "",
        "first_time": lexicon.moment(offered[0], zone) if offered else "",
        "until": written(lambda at, zone: _when(at, context.now, zone, lexicon), context.until),
        "since": since,
        "trouble": one_line(lexicon.trouble(context.part, since), 300),
        "listed": [
            {
                "clock": lexicon.clock(one.start, zone),
                "title": one_line(one.title),
                "guests": names(one.guests, lexicon),
                "told": "" if one.told is None else lexicon.told(one.told),
            }
            for one in context.listed[:MOST_LISTED]
        ],
    }


def _day(context: WordingContext, lexicon: Lexicon) -> dict[str, Any]:
    """What the word at the end of a day tells."""
    zone = context.zone
    counts = [f"{lexicon.say(outcome)}: {count}" for outcome, count in context.outcomes]
    return {
        "outcomes": ", ".join(counts),
        "trials": [
            {
                "clock": lexicon.clock(one.start, zone),
                "title": one_line(one.title),
                "outcome": lexicon.say(one.outcome),
                "kinds": lexicon.both([lexicon.say(kind) for kind in one.kinds]) if one.kinds else "",
                "asked": one.asked,
            }
            for one in context.trials[:MOST_LISTED]
        ],
        "outages": [
            {
                "part_name": one_line(lexicon.part(one.part), 120),
                "began": _stamp(one.began, context.now, zone, lexicon),
                "ended": _stamp(one.ended, context.now, zone, lexicon) if one.ended is not None else "",
            }
            for one in context.outages[:MOST_LISTED]
        ],
        "judged_right": context.judged_right,
        "judged_wrong": context.judged_wrong,
        "enough": context.enough,
    }


def _stamp(at: datetime, now: datetime, zone: str, lexicon: Lexicon) -> str:
    """`10:00` today, else with its day before it."""
    place, clock = ZoneInfo(zone), lexicon.clock(at, zone)
    same = at.astimezone(place).date() == now.astimezone(place).date()
    return clock if same else f"{lexicon.day(at, zone)}, {clock}"


def _when(at: datetime, now: datetime, zone: str, lexicon: Lexicon) -> str:
    """`um 10:00 Uhr` today, else with its day."""
    place = ZoneInfo(zone)
    if at.astimezone(place).date() == now.astimezone(place).date():
        return lexicon.phrase("today_at").format(clock=lexicon.clock(at, zone))
    return lexicon.moment(at, zone)


def _quoted(context: WordingContext) -> dict[str, str]:
    return {
        "quoted_to": one_line(context.quoted_to, 200),
        "quoted_from": one_line(context.quoted_from, 200),
        "quoted_subject": one_line(context.quoted_subject, 200),
        "quoted_text": block(context.quoted_text),
    }


def address(text: str | None, limit: int = 2000) -> str:
    """A link as it is; nothing when it is not one plain address."""
    plain = (text or "").strip()
    if len(plain) > limit or any(not c.isprintable() or c in " <>\"'`|" for c in plain):
        return ""
    return plain if plain.casefold().startswith(("https://", "http://", "tel:", "mailto:")) else ""


def names(raw: tuple[str, ...], lexicon: Lexicon) -> str:
    """`Andrea Meier, Bernd Vogt und 3 weitere`"""
    cleaned = [name for name in (one_line(one, NAME_LIMIT) for one in raw) if name]
    shown = cleaned[:MOST_NAMES]
    if len(cleaned) > MOST_NAMES:
        shown.append(lexicon.phrase("more").format(count=len(cleaned) - MOST_NAMES))
    return lexicon.both(shown) if shown else ""


def _greeting(context: WordingContext, lexicon: Lexicon) -> str:
    if context.greeting.strip():
        return one_line(context.greeting)
    name = plain_name(context.reader_name or "")
    return lexicon.phrase("greeting").format(name=name) if name else lexicon.phrase("greeting_without_name")
