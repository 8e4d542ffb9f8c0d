"""Metrics say how the installation does and name nobody; only this machine may ask."""

from __future__ import annotations

import re
from functools import partial

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from contract.channel_clock import MemoryBox, SteppingClock
from meta.source_tree import ROOT
from noshowd.domain.followup import State
from noshowd.domain.verdict import Outcome
from noshowd.runtime import metrics
from noshowd.store import calendars, health, meetings, outbox
from noshowd.store.database import Database
from noshowd.store.judged import Judged, NewRow
from noshowd.web.app import build_app
from noshowd.web.inside import Inside
from noshowd.web.questions import Question
from noshowd.web.tokens import Links, Signer
from store.samples import LEASE, NINE, at, followup, meeting, verdict


def fill(conn: sa.Connection) -> None:
    calendars.register(conn, [("google", "anna@ours.example")], now=NINE)
    health.beat(conn, "w1", version="1", started_at=NINE, now=at(29))
    meetings.put(conn, meeting(), now=NINE, next_look_at=NINE)
    (claim,) = meetings.claim_due(conn, now=NINE, lease=LEASE, limit=1, worker="w1")
    judged = Judged(
        claim=claim,
        verdict=verdict(at(16), Outcome.THEY_ARE_MISSING),
        phase="confirmed",
        next_look_at=None,
        became_at=at(15),
    )
    meetings.save_verdicts(conn, [judged])
    outbox.add(conn, [NewRow(followup=followup(), state=State.QUEUED, next_try_at=NINE)], now=NINE)


def test_the_numbers_are_those_of_the_database_and_name_nobody(database: Database) -> None:
    database.run_sync(fill)
    text = database.read_sync(lambda conn: metrics.exposition(conn, at(30))).decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["noshowd_messages", "nudge", "queued"] == 1
    assert found["noshowd_outcomes_day", "they_are_missing"] == 1
    assert found["noshowd_noticed_after_seconds", "0.99"] == 60
    assert found["noshowd_calendars", "google"] == 1
    assert found["noshowd_workers",] == 1
    assert "@" not in text
    assert "Quarterly" not in text


def outcomes(database: Database) -> dict[str, float]:
    text = database.read_sync(lambda conn: metrics.exposition(conn, at(30))).decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {one.labels["outcome"]: one.value for one in samples if one.name == "noshowd_outcomes_day"}


def test_a_corrected_case_leaves_the_count_and_no_outcome_hides_in_another(database: Database) -> None:
    def judge_as(conn: sa.Connection, outcome: Outcome) -> None:
        meetings.poke(conn, [meeting().key], now=at(20))
        (claim,) = meetings.claim_due(conn, now=at(20), lease=LEASE, limit=1, worker="w1")
        judged = Judged(
            claim=claim, verdict=verdict(at(20), outcome), phase="decided", next_look_at=None, became_at=at(20)
        )
        meetings.save_verdicts(conn, [judged])

    database.run_sync(fill)
    assert outcomes(database) == {"they_are_missing": 1}
    for outcome in (Outcome.HELD, Outcome.UNKNOWN, Outcome.CALLED_OFF, Outcome.NOT_WATCHED):
        database.run_sync(partial(judge_as, outcome=outcome))
        assert outcomes(database) == {outcome.value: 1}


@pytest.mark.parametrize("page", ["alerts.yml", "operations.md"])
def test_no_page_names_a_metric_that_does_not_exist(database: Database, page: str) -> None:
    text = database.read_sync(lambda conn: metrics.exposition(conn, NINE)).decode()
    named = set(re.findall(r"noshowd_\w+", (ROOT / "docs" / page).read_text(encoding="utf-8")))
    assert named <= set(re.findall(r"^# HELP (\w+)", text, re.MULTILINE))


class _Nothing:
    async def find(self, subject: str) -> Question | None:
        del subject
        return None


def _browser(host: str) -> TestClient:
    async def ready() -> bool:
        return False

    async def numbers() -> tuple[bytes, str]:
        return b"noshowd_workers 1\n", metrics.CONTENT_TYPE

    app = build_app(
        answers=MemoryBox(),
        links=Links(base_url="", signer=Signer(["k" * 32])),
        questions=_Nothing(),
        clock=SteppingClock(),
        inside=Inside(ready=ready, metrics=numbers),
    )
    return TestClient(app, client=(host, 1))


def test_this_machine_may_ask() -> None:
    browser = _browser("127.0.0.1")
    assert browser.get("/metrics").text == "noshowd_workers 1\n"
    assert (browser.get("/readyz").status_code, browser.get("/readyz").text) == (503, "not ready")


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_nobody_else_learns_that_there_is_anything(path: str) -> None:
    nowhere = _browser("192.0.2.1").get("/nowhere")
    through_a_proxy = _browser("127.0.0.1").get(path, headers={"x-forwarded-for": "192.0.2.1"})
    for answer in (_browser("192.0.2.1").get(path), through_a_proxy):
        assert (answer.status_code, answer.text) == (nowhere.status_code, nowhere.text)
