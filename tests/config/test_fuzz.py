"""Whatever is in the file: problems or a configuration, never an exception."""

from __future__ import annotations

import random

from noshowd.config.generate import example

ROUNDS = 200
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


def test_no_file_makes_it_stumble(read):
    rng = random.Random(20261121)
    plain = "\n".join(line.removeprefix("# ") for line in example().split("\n") if not line.startswith("##"))
    for _ in range(ROUNDS):
        text = _mutate(plain, rng)
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
