"""Which folders of templates there are, and in which order they are searched."""

from __future__ import annotations

import re
from pathlib import Path

BUILT_IN = Path(__file__).parent / "templates"
#: How a folder of templates is named: a language, or a language and the way in which it addresses people.
NAME = re.compile(r"[a-z]{2,3}(?:_(?:formal|informal))?")
#: What is spoken where nothing else fits.
FALLBACK = "en"


def languages(own: Path | None = None) -> tuple[str, ...]:
    """Names that `Wording.render` takes: folders with templates for guests (`de_formal`, `de_informal`, `en`).

    A language is one that has its words, in a `words.toml`; other folders of a user are passed over.
    """
    found = {
        folder.name
        for root in (BUILT_IN, own)
        if root is not None and root.is_dir()
        for folder in root.iterdir()
        if folder.is_dir() and NAME.fullmatch(folder.name)
    }
    shared = {name.partition("_")[0] for name in found if "_" in name}
    worded = {name for name in found if any((place / "words.toml").is_file() for place in search_path(name, own))}
    return tuple(sorted(worded - shared))


def folder_for(language: str, salutation: str | None = None, own: Path | None = None) -> str:
    """The folder for a language and a way to address somebody (`formal` where nothing is known)."""
    known = languages(own)
    for name in (f"{language}_{salutation or 'formal'}", f"{language}_formal", language, FALLBACK):
        if name in known:
            return name
    return FALLBACK


def search_path(folder: str, own: Path | None = None) -> tuple[Path, ...]:
    """Where the templates of a folder lie: a user's own before the built-in, the special before the shared."""
    names = dict.fromkeys((folder, folder.partition("_")[0]))
    roots = [root for root in (own, BUILT_IN) if root is not None]
    return tuple(root / name for root in roots for name in names)
