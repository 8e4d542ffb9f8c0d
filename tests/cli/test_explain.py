"""What one command tells of a meeting: to whoever runs the service without names and verdicts, unless they ask."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from noshowd.cli.main import main
from noshowd.domain.evidence import Observation, Said, Statement
from noshowd.domain.followup import FollowUpKind, State
from noshowd.domain.verdict import Outcome, Reason
from noshowd.store import evidence, meetings, outbox
from noshowd.store.database import open_database
from noshowd.store.judged import Judged, NewRow
from runtime.minimal import written
from store.samples import LEASE, NINE, at, coverage, followup, meeting, sighting, verdict

#: Whatever says who of ours was there or not, and who it was.
TELLING = ("we_are_missing", "i_forgot", "forgot", "nudge", "Anna", "anna@ours.example")


def _an_absence_of_ours(conn: sa.Connection) -> None:
    meetings.put(conn, meeting(), now=NINE, next_look_at=NINE)
    seen = Observation(sightings=(sighting(),), coverages=(coverage(at(-15), at(6)),))
    evidence.append(conn, "m1", 1, seen, now=at(6))
    evidence.say(conn, "m1", 1, Statement(by="anna@ours.example", at=at(7), said=Said.I_FORGOT), now=at(7))
    [claim] = meetings.claim_due(conn, now=at(8), lease=LEASE, limit=1, worker="w")
    found = replace(
        verdict(at(8), Outcome.WE_ARE_MISSING), reasons=frozenset({Reason.GAP, Reason.SAID_FORGOT, Reason.NEVER_SEEN})
    )
    judged = Judged(claim=claim, verdict=found, phase="decided", next_look_at=at(9), became_at=at(7))
    meetings.save_verdicts(conn, [judged])
    nudge = followup(kind=FollowUpKind.NUDGE)
    outbox.add(conn, [NewRow(followup=nudge, state=State.QUEUED, next_try_at=at(8))], now=at(8))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NOSHOWD_TEST_PASSWORD", "x")
    file = written(tmp_path)
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(_an_absence_of_ours)
    return str(file)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_who_of_ours_was_missing_is_told_to_nobody_who_does_not_ask(
    config: str, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    assert main(["explain", "-c", config, "m1", *form]) == 0
    hidden = capsys.readouterr().out
    assert main(["explain", "-c", config, "m1", "--reveal", *form]) == 0
    revealed = capsys.readouterr().out
    assert not [word for word in TELLING if word in hidden]
    assert [word for word in TELLING if word in revealed] == list(TELLING)


def test_what_the_sources_could_see_and_what_is_left_out_is_told(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "-c", config, "m1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["because"][-1] == "2 more: hidden, see --reveal"
    assert len(told["because"]) == 2, "and the gap"
    assert any("meet would have seen everybody" in line for line in told["evidence"])
    assert any("colleague 1 said: hidden" in line for line in told["evidence"])
    assert [line.partition(" ")[2].partition(" ")[2] for line in told["followups"]] == ["a message or task: queued"]
