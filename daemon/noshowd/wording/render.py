"""Templates into texts: plain text first, HTML that says the same, a subject and a discreet preview."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import escape

from noshowd.wording.cleaning import block, one_line
from noshowd.wording.context import WordingContext
from noshowd.wording.languages import FALLBACK, languages, search_path
from noshowd.wording.lexicon import Lexicon, LexiconError
from noshowd.wording.sandbox import Sandbox, environment
from noshowd.wording.values import variables

SUBJECT_LIMIT = 150
TEXT_LIMIT = 10_000
#: Characters of a template's file; the longest built-in one has a twentieth of it.
SOURCE_LIMIT = 50_000
_HEADERS = ("subject", "preview")


class TemplateError(Exception):
    """A template cannot be used. The message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message ready to be sent. `html` is a fragment that says what `text` says."""

    subject: str
    #: Discreet line for previews on a shared screen; empty for guests.
    preview: str
    text: str
    html: str
    #: Two letters, for headers and screen readers.
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """One file: header lines, an empty line, the body."""

    name: str
    sandbox: Sandbox
    headers: dict[str, jinja2.Template]
    body: jinja2.Template


class Wording:
    """All languages. `own` is a folder in which users override single templates."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own
        self._known = languages(own)
        self.lexicon = cache(self._lexicon)
        self._template = cache(_find)

    def render(self, context: WordingContext, language: str) -> Text:
        """The text of one message or task, in a language as `folder_for` names it.

        A user's template that fails is passed over for the built-in one, a language without words for English.
        """
        try:
            return self.render_strictly(context, language)
        except TemplateError:
            if self.own is None:
                raise
            folder = self._folder(language)
            built_in = folder if folder in languages() else FALLBACK
            return self._render(context, built_in, search_path(built_in))

    def render_strictly(self, context: WordingContext, language: str) -> Text:
        """As `render`, but a user's template that fails raises `TemplateError`."""
        return self._render(context, language, search_path(self._folder(language), self.own))

    def label(self, tap: str, language: str) -> str:
        """What stands on the button of a tap."""
        return self.lexicon(language).label(tap)

    def _lexicon(self, language: str) -> Lexicon:
        """The words of a language; a user's own that cannot be read are passed over."""
        folder = self._folder(language)
        try:
            return Lexicon(folder, self.own)
        except LexiconError:
            return Lexicon(folder if folder in languages() else FALLBACK)

    def _folder(self, language: str) -> str:
        """The folder of a language; a language without one is spoken to in English rather than not at all."""
        return language if language in self._known else FALLBACK

    def _render(self, context: WordingContext, language: str, folders: tuple[Path, ...]) -> Text:
        lexicon = self.lexicon(language)
        words = variables(context, lexicon)
        template = self._template(folders, candidates(context))
        template.sandbox.begin()
        try:
            headers = {key: one_line(part.render(words), SUBJECT_LIMIT) for key, part in template.headers.items()}
            text = _tidy(template.body.render(words))
        except jinja2.UndefinedError as error:
            raise TemplateError(f"{template.name}: {error}{_meant(str(error), words)}") from None
        except (jinja2.TemplateError, TypeError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            raise TemplateError(f"{template.name}: {error}") from None
        if context.to_guest and context.own_text is not None:
            text = block(context.own_text)
        elif context.shadow and not context.to_guest:
            text = f"{lexicon.phrase('shadow')}\n\n{text}"
        return Text(
            subject=headers["subject"],
            preview=headers.get("preview", ""),
            text=text,
            html=_html(text, lexicon.language, _addresses(words)),
            language=lexicon.language,
        )


def candidates(context: WordingContext) -> tuple[str, ...]:
    """Names of the templates that would do, the most special first: by notice, by cause, by medium, any."""
    special = (context.notice, context.cause.value, context.medium.value)
    return (*(f"{context.kind.value}.{name}" for name in special if name), context.kind.value)


def _find(folders: tuple[Path, ...], names: tuple[str, ...]) -> _Template:
    sandbox = environment(folders)
    assert sandbox.loader is not None
    for name in names:
        try:
            source, file, _ = sandbox.loader.get_source(sandbox, f"{name}.txt")
        except jinja2.TemplateNotFound:
            continue
        except UnicodeDecodeError:
            path = next(path for path in (folder / f"{name}.txt" for folder in folders) if path.is_file())
            raise TemplateError(f"{path} is not UTF-8 text: save it in that encoding") from None
        except OSError as error:
            raise TemplateError(f"{error.filename}: {error.strerror or error}") from None
        if len(source) > SOURCE_LIMIT:
            raise TemplateError(f"{file} has {len(source):,} characters; a template has at most {SOURCE_LIMIT:,}")
        return _compile(sandbox, file or name, source)
    raise TemplateError(f"there is no template {names[-1]}.txt")


def _compile(sandbox: Sandbox, file: str, source: str) -> _Template:
    head, _, body = source.replace("\r\n", "\n").partition("\n\n")
    headers: dict[str, jinja2.Template] = {}
    try:
        for line in head.split("\n"):
            key, colon, value = line.partition(":")
            if not colon or key.strip().casefold() not in _HEADERS:
                raise TemplateError(f"{file}: the header {line[:40]!r} is not one of Subject: and Preview:")
            headers[key.strip().casefold()] = sandbox.from_string(value.strip())
        if "subject" not in headers:
            raise TemplateError(f"{file}: it begins with no line Subject:")
        return _Template(name=file, sandbox=sandbox, headers=headers, body=sandbox.from_string(body))
    except (jinja2.TemplateError, RecursionError) as error:
        raise TemplateError(f"{file}: {error}") from None


def _meant(message: str, words: dict[str, Any]) -> str:
    """A variable that may have been meant by the unknown one of a message (`'gues' is undefined`)."""
    close = get_close_matches(message.partition("'")[2].partition("'")[0], list(words), n=1)
    return f" (perhaps {close[0]} is meant)" if close else ""


def _tidy(text: str) -> str:
    """No trailing spaces, never more than one empty line, bounded."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()[:TEXT_LIMIT]


def _addresses(words: dict[str, Any]) -> list[str]:
    return [words[name] for name in ("link", "page", "mailto", "privacy_url", "opt_out_url") if words[name]]


def _html(text: str, language: str, addresses: list[str]) -> str:
    """The text as paragraphs; only addresses that we put into it ourselves become links."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        html = str(escape(paragraph))
        for address in sorted(addresses, key=len, reverse=True):
            html = _linked(html, str(escape(address)))
        paragraphs.append(f"<p>{html.replace(chr(10), '<br>')}</p>")
    return f'<div lang="{language}">{"".join(paragraphs)}</div>'


def _shown(address: str) -> str:
    """What is read in the place of a link: of a prepared mail only to whom it goes."""
    return address.partition("?")[0].removeprefix("mailto:") if address.startswith("mailto:") else address


def _linked(html: str, address: str) -> str:
    """Turn lines that are nothing but this address, or end in it, into links."""
    return re.sub(
        rf"(^|[\s:]){re.escape(address)}(?=$|\n)",
        lambda found: f'{found[1]}<a href="{address}">{_shown(address)}</a>',
        html,
        flags=re.MULTILINE,
    )
