"""The page about stories is that of the format, and its example is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from noshowd.story.loading import load_story
from noshowd.story.runner import story_database, tell_story

ROOT = Path(__file__).parent.parent.parent


def test_the_page_is_fresh() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "story-reference", "--check"], check=False)
    assert done.returncode == 0, "run tools/story-reference and commit docs/stories.md"


async def test_the_example_on_the_page_comes_out_as_it_says(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "stories.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    path = tmp_path / "example.toml"
    path.write_text(found[1], encoding="utf-8")
    with story_database() as database:
        report = await tell_story(load_story(path), database)
    assert not report.problems
