"""Whatever is in the file: problems or a configuration, never an exception."""

from __future__ import annotations

import random

import pytest

from noshowd.config.generate import example

ROUNDS = 200
NOISE = [
    *'"[]{}=\n#.,: \t\\0é\x00',
    "us",
    "person",
    "address",
    '"a@b.de"',
    "[[account]]",
    "kind",
    '"google"',
    "true",
    "'",
]
BITS = [*'"[]{}=\n#\\0é\x00.', "'''", '"""', "true", "1979-05-27", "nan", "[["]


def _mutate(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                text = text[:at] + rng.choice(BITS) + text[at:]
            case 1:
                text = text[:at] + text[at + rng.randint(1, 12) :]
            case 2:
                lines = text.split("\n")
                first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
                lines[first], lines[second] = lines[second], lines[first]
                text = "\n".join(lines)
            case _:
                text = text.replace(rng.choice(['"', "true", "15", "anna", "min"]), rng.choice(BITS), 1)
    return text


def _try(read, rng: random.Random, times: int) -> None:
    plain = "\n".join(line.removeprefix("# ") for line in example().split("\n") if not line.startswith("##"))
    for _ in range(times):
        text = _mutate(plain, rng)
        _hold(read, text)


def test_no_file_makes_it_stumble(read):
    _try(read, random.Random(20261121), ROUNDS)


@pytest.mark.soak
def test_a_hundred_thousand_files(read, minimal, soak_rounds, soak_seed):
    """Half of them once were the smallest configuration, the others noise; and a share once was the whole example."""
    rng = random.Random(soak_seed)
    print(f"{500 * soak_rounds} files, seed {soak_seed}")
    for _ in range(soak_rounds):
        for _ in range(245):
            _hold(read, _mutate(minimal, rng))
            _hold(read, "".join(rng.choices(NOISE, k=rng.randint(0, 60))))
        _try(read, rng, 10)


def _hold(read, text: str) -> None:
    report = read(text.encode("utf-8", "replace").decode())
    assert (report.config is None) is bool(report.problems)
    assert all(p.file and p.message for p in report.problems)


def test_values_of_every_other_type_are_refused_in_words(read, minimal):
    values = ["1", "1.5", "true", '"x"', "[]", "[1]", "{}", "{ a = 1 }", "1979-05-27", "nan"]
    lines = minimal.split("\n")
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        for value in values if equals else ():
            report = read("\n".join([*lines[:number], f"{key} = {value}", *lines[number + 1 :]]))
            assert (report.config is None) is bool(report.problems)
            assert "pydantic" not in "".join(map(str, report.problems))
            assert "Input should" not in "".join(map(str, report.problems))
