"""Random meetings with their truth and with what sources would tell of it. Imports nothing of noshowd.

`cases(seed, count, scale)` gives plain JSON values, one a meeting:

- `versions`: what the calendar says and from when on it is known (`known_at`); the first is known from the beginning;
- `people`, `kind`, `caller`, `phone`: as an invitation and a configuration would have them;
- `truth`: who really was in the room or its lobby when (`stays`), or in the room alone (`inside`), who really rang
  whom (`calls`), the call in which a video meeting was held instead (`instead`), whether they met elsewhere, and what
  was meant to happen (`plan`);
- `sources`: see `sensor.look`;
- `answers`: how long each of our people takes to answer a question, None for never; they answer truthfully.

All times are whole seconds since 1970. The same seed gives the same meetings on every machine.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from mission.beside import COLLEAGUE, Beside
from mission.people import our_people, their_people, weighted
from mission.room import Room
from mission.telephone import SWITCHBOARD, Telephone

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
#: Monday, 5 January 2026, 00:00 UTC.
FIRST_DAY = 1767571200
NOISE = Path(__file__).with_name("noise.toml")
#: How long before the start the window of observation opens.
EARLY = 15 * MINUTE
_TELEPHONES = {
    "live": ("live_calls",),
    "ended_only": ("ended_calls",),
    "both": ("live_calls", "ended_calls"),
    "none": (),
}

Case = dict[str, Any]


def cases(seed: int, count: int, scale: float = 1.0, *, only: str | None = None, first: int = 0) -> Iterator[Case]:
    """`count` meetings of this seed from number `first` on; `only` restricts to `video` or `phone`."""
    settings = tomllib.loads(NOISE.read_text(encoding="utf-8"))
    for number in range(first, first + count):
        yield case(seed, number, scale, settings, only=only)


def case(seed: int, number: int, scale: float, settings: dict[str, Any], *, only: str | None = None) -> Case:
    """One meeting, made from the seed, its number and the scale alone."""
    random = Random(f"{seed}/{number}/{scale}")  # not for secrets: a reproducible world is the point
    noise = {
        name: min(0.5, share * scale) if name != "moved_late" else share
        for group in settings["noise"].values()
        for name, share in group.items()
    }
    kind = only or weighted(random, settings["kinds"])
    plan = weighted(random, settings["mix"])
    made = _invitation(random, kind, plan, settings)
    made["key"] = f"m{seed}-{number}"
    _reschedule(random, made, plan, noise)
    (_video if kind == "video" else _phone)(random, made, plan, noise, settings)
    made["answers"] = {
        p["key"]: random.randrange(30, 3 * HOUR) if random.random() < settings["people"]["answers"] else None
        for p in made["people"]
        if p["side"] == "ours"
    }
    return made


def _invitation(random: Random, kind: str, plan: str, settings: dict[str, Any]) -> Case:
    day = FIRST_DAY + random.randrange(52) * 7 * DAY + random.randrange(5) * DAY
    start = day + random.randrange(7 * 4, 17 * 4) * 15 * MINUTE
    length = random.choices((10, 15, 30, 45, 60, 90), weights=(3, 12, 45, 15, 22, 3))[0] * MINUTE
    seen = random.random() < settings["phone"]["all_lines_seen"]
    sizes = ((1, 1),) * 7 + ((1, 2), (1, 3), (2, 1), (2, 2)) if kind == "video" else ((1, 1),)
    ours, theirs = random.choice(sizes)
    guests = their_people(random, theirs)
    return {
        "kind": kind,
        "start": start,
        "end": start + length,
        "versions": [{"known_at": start - 7 * DAY, "start": start, "end": start + length, "cancelled": False}],
        "people": our_people(random, ours, all_lines_seen=seen) + guests,
        "caller": random.choices(("ours", "theirs", "unknown"), weights=(60, 25, 15))[0],
        "phone": guests[0]["lines"][0] if kind == "phone" else None,
        "truth": {"plan": plan, "stays": {}, "inside": {}, "calls": [], "instead": None, "elsewhere": None},
    }


def _reschedule(random: Random, made: Case, plan: str, noise: dict[str, float]) -> None:
    """Cancelled or moved: a second version, known to the calendar at once. What was really agreed is the last one."""
    if plan not in ("cancelled", "moved"):
        return
    start, end = made["start"], made["end"]
    late = random.random() < noise["moved_late"]
    known_at = start + (random.randrange(60, 12 * MINUTE) if late else -random.randrange(5 * MINUTE, 20 * HOUR))
    if plan == "cancelled":
        made["versions"].append({"known_at": known_at, "start": start, "end": end, "cancelled": True})
        return
    by = random.randrange(2, 16) * 15 * MINUTE
    made["versions"].append({"known_at": known_at, "start": start + by, "end": end + by, "cancelled": False})
    made["start"], made["end"] = start + by, end + by


def _outages(random: Random, made: Case, noise: dict[str, float]) -> list[list[int]]:
    """Down once or twice, for one minute up to an hour, somewhere near the meeting."""
    outages: list[list[int]] = []
    while random.random() < noise["outage"] and len(outages) < 2:
        since = made["start"] + random.randrange(-20 * MINUTE, 40 * MINUTE)
        outages.append([since, since + random.randrange(MINUTE, random.choice((5, 15, 60)) * MINUTE + 1)])
    return sorted(outages)


# --- video ----------------------------------------------------------------------------------------------------------


def _video(random: Random, made: Case, plan: str, noise: dict[str, float], settings: dict[str, Any]) -> None:
    kind = weighted(random, settings["sources"]["video"])
    room = Room(random, made, noise, sees_lobby=kind in ("history_with_lobby", "snapshot"))
    # dice of its own, so that the rooms are those of a world without telephones
    by_telephone = Random(f"{made['key']}/beside")
    beside = Beside(by_telephone, made, noise)
    length = (made["end"] - made["start"]) / MINUTE
    if plan in ("held", "moved") and room.happens("met_elsewhere"):
        made["truth"]["elsewhere"] = [made["start"], made["end"]]
        if random.random() < 0.4:
            room.attend("ours", arrive=(-2, 1), leave=(2, 5))
    elif plan in ("held", "moved") and beside.happens("instead"):
        beside.instead(room)
    else:
        _attend(random, room, plan, length)
        if plan in ("theirs_missing", "ours_missing", "missed_each_other", "nobody"):
            beside.around_a_miss()
    room.uninvited()
    made["truth"]["stays"] = room.stays
    made["truth"]["inside"] = room.inside
    if kind != "none":
        made["sources"] = [_room_source(random, made, kind, room.traces, noise)]
    else:
        made["sources"] = []
    telephones = weighted(by_telephone, settings["sources"]["beside"])
    made["sources"] += [_line_source(by_telephone, made, which, noise) for which in _TELEPHONES[telephones]]


def _attend(random: Random, room: Room, plan: str, length: float) -> None:
    around_end = (length * 0.7, length + 6)
    patience = random.choice(((5, 9), (9, 16), (15, length + 1)))
    if plan in ("held", "moved"):
        for side in ("ours", "theirs"):
            room.attend(side, arrive=(-5, 3), leave=around_end)
    elif plan in ("ours_late", "theirs_late"):
        late = "ours" if plan == "ours_late" else "theirs"
        prompt = "theirs" if late == "ours" else "ours"
        arrive = min(14.0, length * 0.8)
        room.attend(prompt, arrive=(-4, 2), leave=(arrive + 3, length + 6))
        room.attend(late, arrive=(min(4.0, arrive), arrive), leave=(arrive + 3, length + 6))
    elif plan == "theirs_missing":
        room.attend("ours", arrive=(-4, 3), leave=patience)
    elif plan == "ours_missing":
        room.attend("theirs", arrive=(-4, 3), leave=patience)
    elif plan == "missed_each_other":
        first, second = random.sample(("ours", "theirs"), 2)
        room.attend(first, arrive=(-4, 0), leave=(5, 7))
        room.attend(second, arrive=(7.5, 9.5), leave=(11, 16))
    elif plan == "cancelled" and random.random() < 0.3:
        room.attend(random.choice(("ours", "theirs")), arrive=(-2, 2), leave=(4, 9))


def _room_source(
    random: Random, made: Case, kind: str, traces: list[dict[str, Any]], noise: dict[str, float]
) -> dict[str, Any]:
    blind = set() if kind in ("history_with_lobby", "snapshot") else {"lobby"}
    if random.random() < noise["blind_more"]:
        blind.add(random.choice(("dial_in", "outsiders", "opted_out")))
    lag = {"snapshot": 3, "ended_only": 0}.get(kind, random.choice((10, 15, 30, 60)))
    theirs = {p["key"] for p in made["people"] if p["side"] == "theirs"}
    stays = []
    for trace in traces:
        if _hidden(random, trace, blind, theirs):
            continue
        stays.append({**trace, "delay": random.randrange(0, lag + 1)})
    began = min((stay["began"] for stay in stays), default=None)
    over = max((stay["ended"] or made["end"] for stay in stays), default=made["end"])
    record_from = None
    if began is not None:
        record_from = began + (random.randrange(20, 150) if random.random() < noise["record_late"] else 0)
    if kind == "ended_only" and record_from is not None:
        record_from = over + random.randrange(3 * MINUTE, 20 * MINUTE)
    return {
        "name": f"{kind}_rooms",
        "kind": kind if kind in ("snapshot", "ended_only") else "history",
        "presence_only": kind == "presence_only",
        "beside": False,
        "lag": lag,
        "settles_after": 30 * MINUTE if kind == "ended_only" else 5 * MINUTE,
        "blind": sorted(blind),
        "lines": [],
        "stays": stays,
        "calls": [],
        "over": over,
        "record_from": record_from,
        "outages": _outages(random, made, noise),
    }


def _hidden(random: Random, trace: dict[str, Any], blind: set[str], theirs: set[str]) -> bool:
    identity = trace["identity"]
    if trace["where"] == "lobby" and "lobby" in blind:
        return True
    if identity.get("dial_in") and "dial_in" in blind:
        return True
    if "outsiders" in blind and (not identity["verified"] or identity["human"] in theirs):
        return True
    return "opted_out" in blind and random.random() < 0.3


# --- telephone ------------------------------------------------------------------------------------------------------


def _phone(random: Random, made: Case, plan: str, noise: dict[str, float], settings: dict[str, Any]) -> None:
    telephone = Telephone(random, made, noise)
    if plan in ("held", "moved"):
        telephone.talk(-4, 5)
    elif plan in ("ours_late", "theirs_late"):
        telephone.talk(6, 13)
    elif plan == "theirs_missing":
        if made["caller"] != "theirs":
            telephone.we_try()
    elif plan == "ours_missing":
        if made["caller"] != "ours":
            telephone.they_try()
    elif plan == "missed_each_other":
        telephone.we_try()
        telephone.they_try()
    telephone.unrelated()
    made["truth"]["calls"] = telephone.calls
    telephones = weighted(random, settings["sources"]["phone"])
    made["sources"] = [_line_source(random, made, which, noise) for which in _TELEPHONES[telephones]]


def _line_source(random: Random, made: Case, kind: str, noise: dict[str, float]) -> dict[str, Any]:
    lines = [line for p in made["people"] if p["side"] == "ours" for line in p["lines"]]
    lines += [SWITCHBOARD] if made["kind"] == "phone" else [SWITCHBOARD, COLLEAGUE]
    lag = 2 if kind == "live_calls" else 60
    calls = [
        {**call, "delay": random.randrange(0, lag) + call.get("late", 0)}
        for call in made["truth"]["calls"]
        if call["line"] in lines
    ]
    return {
        "name": kind,
        "kind": kind,
        "presence_only": False,
        "beside": made["kind"] == "video",
        "lag": lag,
        "settles_after": 5 * MINUTE,
        "blind": [],
        "lines": lines,
        "stays": [],
        "calls": calls,
        "over": made["end"],
        "record_from": None,
        "outages": _outages(random, made, noise),
    }
