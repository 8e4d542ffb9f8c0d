"""Tries every template of a language, a user's own included, and tells what is wrong with each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from noshowd.domain.followup import TO_GUESTS, FollowUpKind
from noshowd.domain.policy import Guide
from noshowd.wording.context import WordingContext
from noshowd.wording.languages import languages
from noshowd.wording.own import folder_complaints
from noshowd.wording.phrases import PhraseError, phrases
from noshowd.wording.render import TemplateError, Text, Wording
from noshowd.wording.samples import contexts
from noshowd.wording.tone import check_tone

#: What Jinja2 replaces.
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
#: How the lines of a guide begin that are said on the telephone: the quoted ones, and the two steps.
_SPOKEN = ("„", "“", '"', "1. ", "2. ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong with a template."""

    language: str
    #: Sample on which it showed.
    sample: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A template as it comes out."""

    language: str
    name: str
    context: WordingContext
    text: Text


def samples(wording: Wording, language: str) -> Iterator[Sample | Complaint]:
    """Every template of a language on every sample, or why it could not be rendered."""
    for name, context in contexts():
        try:
            text = wording.render_strictly(context, language)
        except TemplateError as error:
            yield Complaint(language=language, sample=name, message=str(error))
        else:
            yield Sample(language=language, name=name, context=context, text=text)


def complaints(own: Path | None) -> Iterator[Complaint]:
    """What a guest should not read, what gives somebody away, what cannot be rendered, what nothing uses.

    The same thing in one language is told once, on the first sample that shows it.
    """
    told = set()
    for one in _complaints(own):
        if (one.language, one.message) not in told:
            told.add((one.language, one.message))
            yield one


def _complaints(own: Path | None) -> Iterator[Complaint]:
    for folder, file, message in folder_complaints(own) if own is not None else ():
        yield Complaint(language=folder, sample=file, message=message)
    wording, readable = Wording(own), _with_readable_phrases(own)
    for one in (one for language in languages(own) for one in samples(wording, language)):
        if isinstance(one, Complaint):
            yield one
            yield from _as_it_stands(own, one, readable)
        elif "hostile" not in one.name:  # its words are the stranger's
            for message in _wrong_with(one, readable):
                yield Complaint(language=one.language, sample=one.name, message=message)


def _as_it_stands(own: Path | None, failed: Complaint, readable: Path | None) -> Iterator[Complaint]:
    """What a guest should not read in an own template that cannot be rendered: all faults are told at once."""
    kind = failed.sample.partition("-")[0]
    if own is None or kind not in TO_GUESTS:
        return
    for path in sorted((own / failed.language).glob(f"{kind}*.txt")):
        source = _TAG.sub(" ", path.read_text(encoding="utf-8", errors="replace"))
        for finding in check_tone(source, readable):
            message = f"{finding.tone.value}: {finding.sentence} ({finding.phrase})"
            yield Complaint(language=failed.language, sample=failed.sample, message=message)


def _with_readable_phrases(own: Path | None) -> Path | None:
    """The folder whose phrases can be looked for; only the built-in ones where one of a user's cannot be read."""
    try:
        phrases(own)
    except PhraseError:
        return None
    return own


def guide_complaints(guides: Mapping[str, Guide]) -> Iterator[Complaint]:
    """What a guest should not hear in the guides that policies have of their own, by the policy's name."""
    for policy, guide in guides.items():
        for part in fields(guide):
            for finding in check_tone(getattr(guide, part.name)):
                message = f"{finding.tone.value}: {finding.sentence} ({finding.phrase})"
                yield Complaint(language="any", sample=f"policy {policy}, guide, {part.name}", message=message)


def _wrong_with(sample: Sample, own: Path | None) -> Iterator[str]:
    text = sample.text
    if not text.subject or not text.text:
        yield "the subject or the text is empty"
    for finding in check_tone(_heard_by_guests(sample), own):
        yield f"{finding.tone.value}: {finding.sentence} ({finding.phrase})"
    if sample.context.to_guest:
        yield from _told_to_guests(sample)
    else:
        yield from _seen_by_others(sample)


def _heard_by_guests(sample: Sample) -> str:
    """What a guest reads, or hears when somebody follows the guide of a task."""
    if sample.context.to_guest:
        return f"{sample.text.subject}.\n{sample.text.text}"
    if sample.context.kind is FollowUpKind.RECALL_TASK:
        return "\n".join(line for line in sample.text.text.split("\n") if line.startswith(_SPOKEN))
    return ""


def _told_to_guests(sample: Sample) -> Iterator[str]:
    if sample.context.title and sample.context.title in sample.text.text:
        yield "a message to a guest names the matter, which others may read"


def _seen_by_others(sample: Sample) -> Iterator[str]:
    """Subject and preview may show on a shared screen."""
    shown = f"{sample.text.subject}\n{sample.text.preview}"
    private = (*sample.context.guests, *sample.context.missing, sample.context.host_name, sample.context.title)
    for word in private:
        if word and word in shown:
            yield f"subject or preview shows {word!r} on a shared screen"
    if not sample.text.preview:
        yield "it has no preview, so a shared screen shows the text"
