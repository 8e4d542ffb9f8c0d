"""The words of the pages' frame. What a question says comes with the question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language."""

    language: str
    recipient: str
    sender: str
    subject: str
    message: str
    #: Said above the form again when a button was pressed faster than a person reads.
    too_fast: str
    form_too_old: str
    empty_message: str
    message_too_long: str
    gone_title: str
    gone: str
    too_often_title: str
    too_often: str
    broken_title: str
    broken: str
    thanks: str
    change: str
    opt_out_title: str
    opt_out: str
    opted_out: str
    #: What became of an answer, by the word of the answer box.
    results: dict[str, str]


ENGLISH = Texts(
    language="en",
    recipient="To",
    sender="From",
    subject="Subject",
    message="Message",
    too_fast="That was very quick. Please read once more and press again.",
    form_too_old="This page was open for a long time. Please check once more and press again.",
    empty_message="The message is empty. Please write something, or choose another answer.",
    message_too_long="The message is too long. Please shorten it.",
    gone_title="This link does not lead anywhere",
    gone="It may be too old, or incomplete. Please use the link of the latest message.",
    too_often_title="One moment, please",
    too_often="There were many requests in a short time. Please try again in a minute.",
    broken_title="That did not work",
    broken="Nothing was changed. Please try again in a moment.",
    thanks="Thank you",
    change="Answer differently",
    opt_out_title="No more messages",
    opt_out="You will get no more messages like this one about appointments with us. Invitations stay as they are.",
    opted_out="You will get no more of these messages.",
    results={
        "noted": "Your answer is noted.",
        "already decided": "This was already decided.",
        "too late": "It is too late for this answer.",
        "not yours to answer": "This question was for somebody else.",
        "not understood": "This could not be matched to a question.",
    },
)

GERMAN = Texts(
    language="de",
    recipient="An",
    sender="Von",
    subject="Betreff",
    message="Nachricht",
    too_fast="Das ging sehr schnell. Bitte noch einmal lesen und erneut drücken.",
    form_too_old="Diese Seite war lange offen. Bitte noch einmal prüfen und erneut drücken.",
    empty_message="Die Nachricht ist leer. Bitte etwas schreiben oder eine andere Antwort wählen.",
    message_too_long="Die Nachricht ist zu lang. Bitte kürzen.",
    gone_title="Dieser Link führt nirgendwohin",
    gone="Er ist vielleicht zu alt oder unvollständig. Bitte den Link der neuesten Nachricht verwenden.",
    too_often_title="Einen Moment, bitte",
    too_often="Es gab viele Anfragen in kurzer Zeit. Bitte in einer Minute noch einmal versuchen.",
    broken_title="Das hat nicht geklappt",
    broken="Es wurde nichts verändert. Bitte gleich noch einmal versuchen.",
    thanks="Danke",
    change="Anders antworten",
    opt_out_title="Keine Nachrichten mehr",
    opt_out="Nachrichten wie diese zu Terminen mit uns kommen dann nicht mehr. Einladungen bleiben, wie sie sind.",
    opted_out="Es kommen keine solchen Nachrichten mehr.",
    results={
        "noted": "Die Antwort ist notiert.",
        "already decided": "Das war bereits entschieden.",
        "too late": "Für diese Antwort ist es zu spät.",
        "not yours to answer": "Diese Frage war für jemand anderen.",
        "not understood": "Das ließ sich keiner Frage zuordnen.",
    },
)


def texts_for(language: str) -> Texts:
    """German for anything German (`de`, `de-AT`, an Accept-Language that begins so), else English."""
    return GERMAN if language.strip().lower().startswith("de") else ENGLISH
