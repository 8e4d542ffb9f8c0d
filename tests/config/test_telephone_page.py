"""What docs/telephone.md tells people to write is right, and no telephone source is left out of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from noshowd.config.model import Config
from noshowd.config.sources import Presence

PAGE = (Path(__file__).parents[2] / "docs" / "telephone.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
NOT_TELEPHONE = {"google_meet", "teams"}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_example_is_a_configuration(number: int) -> None:
    text = EXAMPLES[number]
    given = tomllib.loads(
        text if "[[policy]]" in text else text.replace("[policy.guide]", '[[policy]]\nname = "x"\n[policy.guide]')
    )
    config = Config.model_validate({"us": {"domains": ["beispiel-beratung.de"]}, **given})
    assert config.presence or config.person or config.policy


def test_each_telephone_source_is_in_the_table() -> None:
    kinds = {get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(Presence)[0])}
    told = set(re.findall(r"`(\w+)`", "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))))
    assert kinds - NOT_TELEPHONE <= told
