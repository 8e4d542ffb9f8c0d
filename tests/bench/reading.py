"""How fast events are understood, and that no text, however hostile, holds the reader up.

Printed and never judged: processor time on one core, the best of three rounds.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import walk_packages

import noshowd.reading
from noshowd.reading.body import EXAMINED, READ
from noshowd.reading.classify import classify
from noshowd.reading.numbers import e164

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "reading" / "cases"
CORPUS = ROOT.parent / "shared" / "corpus" / "detection.jsonl"
HOSTILE = 2_000_000


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Seconds of processor time."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def samples() -> list[dict]:
    files = [CASES / f"{name}.jsonl" for name in ("caller", "graph", "phone_de", "skip")]
    files += [CORPUS] if CORPUS.exists() else []
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def speed(title: str, chosen: Iterable[dict]) -> None:
    events = list(chosen)
    lines = [json.dumps(event) for event in events]

    def work() -> None:
        for _ in range(max(1, 2_000 // len(lines))):
            e164.cache_clear()
            for line in lines:
                classify(json.loads(line))

    count = max(1, 2_000 // len(lines)) * len(lines)
    print(f"{title:<44}{len(lines):>6} samples {count / best(work):>10,.0f} events/s")


def has_digits(sample: dict) -> bool:
    words = {key: value for key, value in sample["event"].items() if key not in ("start", "end", "id")}
    return bool(re.search(r"\d{4}", json.dumps(words)))


def kind_of(sample: dict) -> tuple[str, bool]:
    return sample["provider"], has_digits(sample)


def hostile_bodies() -> dict[str, str]:
    link = "https://us02web.zoom.us/j/81234567890?pwd=abc"
    seeds = {
        "open tags": "<div>",
        "half tags": '<a href="',
        "comments": "<!--",
        "entities": "&amp;",
        "links to nowhere": "https://example.com/a ",
        "one endless link": "https://zoom.us/j/",
        "wrapped links": "https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.com%2F ",
        "digits": "0171 1234567 ",
        "digits without end": "1",
        "labelled digits": "Tel. 0221 123456 ",
        "caller words": "ich wir rufe Sie ",
        "call words": "please call the ",
        "words": "Besprechung ",
        "dots": "a.",
        "dashes": "a-",
        "spaces": " ",
        "line ends": "\n",
        "colons": "Location: \n",
        "meet marks": "-::~:~::~:~",
        "percent": "%25",
        "brackets": "((((",
        "a link at the end": "Hallo Welt, ",
    }
    bodies = {name: (seed * (HOSTILE // len(seed) + 1))[:HOSTILE] for name, seed in seeds.items()}
    bodies["a link just inside the bound"] = "x " * ((EXAMINED - len(link)) // 2) + link + " y" * HOSTILE
    return bodies


def hostile() -> None:
    print(f"\nhostile bodies of {HOSTILE:,} characters; examined: {EXAMINED:,} for links, {READ:,} for words")
    for name, body in hostile_bodies().items():
        worst = 0.0
        for event in (
            {"description": body},
            {"description": body, "location": body, "summary": body},
        ):
            sample = {"provider": "text", "region": "DE", "event": event}
            worst = max(worst, best(partial(classify, sample), rounds=2))
        html = {"provider": "graph", "region": "DE", "event": {"body": {"contentType": "html", "content": body}}}
        worst = max(worst, best(partial(classify, html), rounds=2))
        print(f"{name:<44}{worst * 1000:>10.1f} ms")


def patterns() -> None:
    """Each pattern against long strings of its own letters: four times the length may take four times as long."""
    print("\nslowest patterns at 12,000 and 48,000 characters")
    seeds = [
        "a",
        " ",
        "1",
        "a ",
        "a.",
        "1 ",
        "(",
        "<",
        "ich ",
        "Sie rufen ",
        "call me ",
        "tel 1",
        "a\n",
        "location: ",
        "-",
        "19:meeting_",
        "&amp;",
    ]
    rows = []
    for name, pattern in all_patterns():
        for seed in seeds:
            short, long = ((seed * size)[:size] for size in (12_000, 48_000))
            first = best(partial(consume, pattern, short), rounds=1)
            second = best(partial(consume, pattern, long), rounds=1)
            rows.append((second, first, name, seed))
    for second, first, name, seed in sorted(rows, reverse=True)[:8]:
        print(f"{name:<36}{seed!r:<16}{first * 1000:>9.2f} ms {second * 1000:>9.2f} ms")


def consume(pattern: re.Pattern[str], text: str) -> None:
    for _ in pattern.finditer(text):
        pass
    pattern.fullmatch(text)


def all_patterns() -> Iterable[tuple[str, re.Pattern[str]]]:
    for module in walk_packages(noshowd.reading.__path__, "noshowd.reading."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name.rpartition('.')[2]}.{name}", value


def main() -> None:
    everything = samples()
    for sample in everything:
        classify(sample)
    for (provider, digits), group in groupby(sorted(everything, key=kind_of), key=kind_of):
        speed(f"{provider}, {'with' if digits else 'without'} digits", group)
    short = [
        s for s in everything if s["provider"] == "text" and not has_digits(s) and len(json.dumps(s["event"])) < 300
    ]
    speed("short texts without digits", short)
    judged = [s for s in everything if s["provider"] == "text" and s["expect"].get("phone")]
    speed("texts with a telephone number to judge", judged)
    hostile()
    patterns()


if __name__ == "__main__":
    main()
