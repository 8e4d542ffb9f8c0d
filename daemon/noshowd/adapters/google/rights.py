"""What each right at Google is for, and what remains unknown or undone without it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from noshowd.adapters.google.scopes import Scope

#: What is missing without the scope, in a sentence that a person reads.
WITHOUT: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.READ_EVENTS: "No calendar can be read: nothing is watched.",
        Scope.WRITE_EVENTS: "An accepted new time cannot be entered: the host is asked to move the meeting. Another "
        "installation that writes to the same guests is not noticed.",
        Scope.FREE_BUSY: "Free times are unknown: no new time can be offered.",
        Scope.MEET: "Who was in a Meet room is unknown: people are asked instead.",
        Scope.DIRECTORY: "Colleagues in a Meet room are known by their names only, which proves less than an address.",
        Scope.PEOPLE: "Colleagues in a Meet room are known by their names only, which proves less than an address.",
        Scope.TASKS: "Recall tasks come as a message to the person.",
        Scope.SEND_MAIL: "No mail can be sent through Gmail.",
        Scope.READ_MAIL: "A mail in doubt cannot be looked up: a person is asked whether it left.",
        Scope.DRAFT_MAIL: "No drafts can be made.",
        Scope.PUBSUB: "Meet tells of nobody's coming: rooms are looked into at the ordinary pace.",
    }
)

#: A wider scope that an API takes in place of a narrow one (facts, 1.1).
INSTEAD: Mapping[Scope, frozenset[Scope]] = MappingProxyType(
    {Scope.READ_EVENTS: frozenset({Scope.WRITE_EVENTS})},
)

#: To be told at every sign-in of a single person (facts, 1.8).
TESTING_TRAP = (
    "While the consent screen of your Google project is of type External and in the state Testing, Google ends this "
    "sign-in after 7 days. Publish the app (Google Cloud console, Google Auth platform, Audience, Publish app), or "
    "make it Internal where you have Google Workspace."
)


def missing(wanted: frozenset[Scope], granted: frozenset[str]) -> list[Scope]:
    """The wanted scopes that were not granted, neither themselves nor by a wider one."""
    return sorted(scope for scope in wanted if not ({scope} | INSTEAD.get(scope, frozenset())) & granted)


def narrowed(wanted: frozenset[Scope]) -> frozenset[Scope]:
    """The scopes to ask for: none that a wider one, wanted anyway, takes the place of."""
    return frozenset(scope for scope in wanted if not INSTEAD.get(scope, frozenset()) & wanted)
