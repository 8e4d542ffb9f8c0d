"""The example and the schema in config/ say what the models say."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema

from noshowd.config.generate import EXAMPLE, SCHEMA, example, schema
from noshowd.config.model import Config
from noshowd.config.translate import policies
from noshowd.domain.policy import Policy

FOLDER = Path(__file__).parents[2] / "config"
MAKE = "run: python -m noshowd.config.generate"


def _everything_on() -> str:
    """The example with every commented key in use."""
    return re.sub(r"^# (?=[a-z\[])", "", example(), flags=re.MULTILINE)


def test_the_files_are_fresh():
    assert (FOLDER / EXAMPLE).read_text(encoding="utf-8") == example(), MAKE
    assert (FOLDER / SCHEMA).read_text(encoding="utf-8") == schema(), MAKE


def test_the_example_can_be_used_as_it_is():
    assert Config.model_validate(tomllib.loads(example())).person


def test_every_key_of_the_example_is_right():
    config = Config.model_validate(tomllib.loads(_everything_on()))

    assert {account.kind for account in config.account} == {"google", "microsoft", "exchange"}
    assert config.web is not None


def test_the_ladders_of_the_example_are_the_built_in_ones():
    def rungs(policy: Policy):
        return {
            cause: [(s.kind, s.after, s.approval, s.window, s.media, s.every) for s in steps]
            for cause, steps in policy.ladders.items()
        }

    [written] = policies(Config.model_validate(tomllib.loads(_everything_on()))).values()

    assert rungs(written) == rungs(Policy())


def test_the_schema_accepts_the_example_and_refuses_an_unknown_key():
    described = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(described)
    data = tomllib.loads(_everything_on())
    jsonschema.validate(data, described)

    data["us"]["zonee"] = "UTC"
    assert list(jsonschema.Draft202012Validator(described).iter_errors(data))
