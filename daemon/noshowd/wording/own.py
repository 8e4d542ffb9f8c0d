"""What is wrong with a user's folder of templates before any of them is tried: names that nothing uses, bad words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from noshowd.domain.followup import Cause
from noshowd.domain.meeting import Kind
from noshowd.wording.languages import BUILT_IN, FALLBACK, NAME, languages, search_path
from noshowd.wording.lexicon import FILE as WORDS
from noshowd.wording.lexicon import Lexicon, LexiconError, fits, read_words
from noshowd.wording.phrases import FILE as PHRASES
from noshowd.wording.phrases import PhraseError, Phrases


def folder_complaints(own: Path) -> Iterator[tuple[str, str, str]]:
    """Folder, file and what is wrong, of all that a user has put there; hidden files are nobody's business."""
    for path in sorted(own.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "_")):
            yield from _folder(path, own)
        elif path.suffix == ".txt":
            yield "", path.name, "it lies outside a folder such as de_formal or en, where nothing looks for it"


def _folder(folder: Path, own: Path) -> Iterator[tuple[str, str, str]]:
    language = folder.name
    spoken = {*languages(own), *(name.partition("_")[0] for name in languages(own))}
    if not NAME.fullmatch(language):
        yield (
            language,
            "",
            f"no folder has this name{_meant(language, spoken)}; write de_formal, de_informal, fr or the like",
        )
        return
    if language not in spoken:
        yield (
            language,
            WORDS,
            f"there is none, so nothing is said in this language: copy {FALLBACK}/{WORDS} and translate it",
        )
        return
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            for message in _file(path, language):
                yield language, path.name, message
    if not any((place / PHRASES).is_file() for place in search_path(language, own)):
        yield (
            language,
            PHRASES,
            f"there is none, so no unkind phrase is found: copy {FALLBACK}/{PHRASES} and translate it",
        )


def _file(path: Path, language: str) -> Iterator[str]:
    if path.name == WORDS:
        yield from _words(path, language)
    elif path.name == PHRASES:
        try:
            Phrases(path)
        except PhraseError as error:
            yield str(error)
    elif path.suffix != ".txt":
        yield f"nothing uses it: a template ends in .txt, words are in {WORDS}"
    elif not path.name.startswith("_") and not _is_used(path.stem):
        yield f"nothing uses a template of this name{_meant(path.stem, _templates())}"


def _words(path: Path, language: str) -> Iterator[str]:
    try:
        own = read_words(path)
        Lexicon(language, path.parent.parent)
    except LexiconError as error:
        yield str(error)
        return
    known = _known_words()
    for table, words in own.items():
        if table not in known:
            yield f"nothing uses the table [{table}]{_meant(table, known)}"
            continue
        for word, text in words.items():
            yield from _word(f"[{table}] {word}", text, known[table].get(word), _meant(word, known[table]))
    if path.parent.name not in {folder.name for folder in BUILT_IN.iterdir()}:
        missing = [f"{table}.{word}" for table in known for word in known[table] if word not in own.get(table, {})]
        if missing:
            yield f"{len(missing)} words are said in English, for they are missing here: {', '.join(missing[:10])} ..."


def _word(where: str, text: object, built_in: str | None, meant: str) -> Iterator[str]:
    if built_in is None:
        yield f"nothing uses the word {where}{meant}"
    elif not isinstance(text, str):
        yield f"{where} is {text!r}, which is no text: put it in quotation marks"
    elif not fits(text, built_in):
        yield f"{where} is {text!r}, with a place for something unknown; the built-in one is {built_in!r}"


@cache
def _known_words() -> dict[str, dict[str, str]]:
    return {
        table: {word: str(text) for word, text in words.items()}
        for table, words in read_words(BUILT_IN / FALLBACK / WORDS).items()
    }


@cache
def _templates() -> frozenset[str]:
    return frozenset(path.stem for path in BUILT_IN.glob("*/*.txt"))


def _is_used(name: str) -> bool:
    """Whether something asks for it: a built-in name, or one for a cause or a medium."""
    kind, _, special = name.partition(".")
    return name in _templates() or (kind in _templates() and special in {*Cause, *Kind})


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (perhaps {close[0]} is meant)" if close else ""
