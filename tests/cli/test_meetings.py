"""From the list of a day to what is known of one meeting."""

from __future__ import annotations

from pathlib import Path

import pytest

from noshowd.cli.main import main
from noshowd.store import meetings
from noshowd.store.database import open_database
from runtime.minimal import written
from store.samples import NINE, meeting

#: Two occurrences of one series.
KEYS = [f"7f1ee17eb6d4@google.com/{day}T090000Z" for day in ("20260302", "20260309")]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    file = written(tmp_path)
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(lambda conn: [meetings.put(conn, meeting(key), now=NINE, next_look_at=None) for key in KEYS])
    return str(file)


def test_what_the_list_shows_of_a_meeting_names_it(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["meetings", "-c", config, "2026-03-02"]) == 0
    shown = [line.split()[2] for line in capsys.readouterr().out.splitlines()]
    assert len(shown) == len(KEYS)
    for short, key in zip(shown, KEYS, strict=True):
        assert main(["explain", "-c", config, short]) == 0
        assert capsys.readouterr().out.startswith(f"{short}  {key} (round 1)")
    assert main(["explain", "-c", config, KEYS[0][:6]]) == 2
    assert ", ".join(shown) in capsys.readouterr().err
