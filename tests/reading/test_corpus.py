"""The shared corpus of real events: at least 99 % right, and never a wrong link."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from noshowd.reading.classify import classify
from noshowd.reading.score import Score

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "detection.jsonl"


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus is not beside this checkout")
def test_shared_corpus():
    score = Score()
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        score.add(sample, classify(sample))

    assert score.wrong_urls == 0, score.table()
    assert score.plain.right >= 0.99 * score.plain.total, score.table()
