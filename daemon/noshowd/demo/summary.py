"""Who got what and why, what was withheld and why, and the mails as their readers see them."""

from __future__ import annotations

from noshowd.demo.town import Town
from noshowd.demo.view import View
from noshowd.demo.watch import Story


def summarise(view: View, story: Story, town: Town) -> None:
    for m in story.meetings:
        view.line(f"{m.meeting.title} {m.phase} {m.verdict.outcome} {[r.value for r in m.verdict.reasons]}")
    for l in town.mail.post.sent:
        view.line(f"--- {l.at} {l.to} {l.message['Subject']}\n{l.text}")
