"""Writes the golden files: every template on its full and its bare sample. Run it, then read what changed.

PYTHONPATH=daemon python tests/wording/golden.py
"""

from __future__ import annotations

from pathlib import Path

from noshowd.wording import Wording
from noshowd.wording.check import Complaint, samples
from noshowd.wording.languages import languages

FOLDER = Path(__file__).parent / "golden"


def written(language: str) -> str:
    """All texts of a language, one after the other."""
    parts = []
    for one in samples(Wording(), language):
        if isinstance(one, Complaint):
            raise TypeError(one.message)
        if not one.name.endswith("hostile"):
            text = one.text
            parts.append(f"=== {one.name}\nSubject: {text.subject}\nPreview: {text.preview}\n\n{text.text}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in languages():
        (FOLDER / f"{name}.txt").write_text(written(name), encoding="utf-8")
