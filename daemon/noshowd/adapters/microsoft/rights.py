"""What each right at Microsoft is for, how far it reaches, and what stays unknown or undone without it.

The smallest set is the default: reading calendars and sending mail, limited to named mailboxes. Every other right is an
opt-in of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

#: Read besides, so that addresses become ids: names and addresses of the firm.
_PROFILE, _PROFILES = "User.Read", "User.ReadBasic.All"


class Right(StrEnum):
    """The opt-ins, by the name they have in the configuration."""

    ATTENDANCE_REPORTS = "attendance_reports"
    LIVE_ROSTER = "live_roster"
    MEETING_CHAT = "meeting_chat"
    COLLEAGUE_PRESENCE = "colleague_presence"
    TASKS = "tasks"
    VERIFY_MAIL = "verify_mail"
    MOVE_EVENTS = "move_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an administrator, or a person, is asked for."""

    #: 1 calendars and mail, 2 evidence, 3 acting.
    step: int
    #: Application permissions of Graph.
    application: tuple[str, ...]
    #: Delegated permissions of Graph; () where one person cannot give it.
    delegated: tuple[str, ...] = ()
    #: Role of Exchange Online that limits it to named mailboxes; None where nothing does.
    scoped_role: str | None = None
    #: Teams asks for an application access policy besides.
    teams_policy: bool = False
    #: How far it reaches, in a sentence for a works council.
    reach: str
    #: What is unknown or undone without it.
    without: str


CALENDARS = Grant(
    step=1,
    application=("Calendars.Read",),
    delegated=("Calendars.Read",),
    scoped_role="Application Calendars.Read",
    reach="Reads the appointments of the named mailboxes, with their texts and people, and of no other mailbox.",
    without="No calendar can be read: nothing is watched.",
)
SEND_MAIL = Grant(
    step=1,
    application=("Mail.Send",),
    delegated=("Mail.Send",),
    scoped_role="Application Mail.Send",
    reach="Sends mail in the name of the named mailboxes; reads none. A mail in doubt is asked about.",
    without="No mail can be sent from the host's own mailbox.",
)
GRANTS: Mapping[Right, Grant] = MappingProxyType(
    {
        Right.ATTENDANCE_REPORTS: Grant(
            step=2,
            application=("OnlineMeetings.Read.All", "OnlineMeetingArtifact.Read.All", _PROFILES),
            delegated=("OnlineMeetings.Read", "OnlineMeetingArtifact.Read.All"),
            teams_policy=True,
            reach="Reads who was in a Teams meeting and when, after its end, for organisers whom a policy of Teams "
            "names; looked at for watched meetings only.",
            without="Who was in a Teams meeting stays unknown after it, too: people are asked.",
        ),
        Right.LIVE_ROSTER: Grant(
            step=2,
            application=("OnlineMeetings.Read.All", _PROFILES),
            teams_policy=True,
            reach="Is told by Microsoft who joins and leaves a watched Teams meeting while it runs (a beta of Graph).",
            without="While a Teams meeting runs, nothing proves that somebody is missing: noshowd asks.",
        ),
        Right.MEETING_CHAT: Grant(
            step=2,
            application=("Chat.Read.All", _PROFILES),
            delegated=("Chat.Read",),
            reach="May read the chats of the whole tenant; noshowd reads those of watched meetings and keeps nothing "
            "but the messages of Teams itself that a call began or ended.",
            without="That a call began, and who opened it, stays unknown while it runs.",
        ),
        Right.COLLEAGUE_PRESENCE: Grant(
            step=2,
            application=("Presence.Read.All", _PROFILES),
            delegated=("Presence.Read.All",),
            reach='May read the presence of every colleague; noshowd reads "in a call" of the one whom it is about to '
            "ask about a meeting, to leave them alone meanwhile, and stores nothing.",
            without="Somebody who is in another call may be asked about a meeting all the same.",
        ),
        Right.TASKS: Grant(
            step=3,
            application=("Tasks.ReadWrite.All",),
            delegated=("Tasks.ReadWrite",),
            reach="May read and write the To Do lists of the whole tenant, as Microsoft limits this right to no "
            "mailbox; noshowd uses the list that bears its name.",
            without="Recall tasks come as a message to the person.",
        ),
        Right.VERIFY_MAIL: Grant(
            step=3,
            application=("Mail.ReadWrite",),
            delegated=("Mail.ReadWrite",),
            scoped_role="Application Mail.ReadWrite",
            reach="May read and write the mail of the named mailboxes; noshowd looks up its own messages only.",
            without="A mail of which it is not known whether it left is asked about, and no drafts are made.",
        ),
        Right.MOVE_EVENTS: Grant(
            step=3,
            application=("Calendars.ReadWrite",),
            delegated=("Calendars.ReadWrite",),
            scoped_role="Application Calendars.ReadWrite",
            reach="Moves and creates appointments of the named mailboxes once a new time was accepted, and keeps one "
            "of 1 January 2000 there that says which installation writes to guests.",
            without="An accepted new time cannot be entered: the host is asked to move the meeting. Another "
            "installation that writes to the same guests is not noticed.",
        ),
    }
)

#: Why nobody is written to in a Teams chat.
NO_CHAT = (
    "Graph lets an application write into a Teams chat for the import of old messages only (Teamwork.Migrate.All), "
    "and opens no chat with a guest; people are reached by mail and Slack."
)
#: Rights to mailboxes that others share with the person who signs in.
_SHARED = frozenset({"Calendars.Read", "Calendars.ReadWrite", "Mail.Send", "Mail.ReadWrite"})


def delegated_scopes(rights: Iterable[Right], *, shared: bool) -> list[str]:
    """What one person is asked to agree to, the narrowest of each; with `shared` for others' mailboxes as well."""
    wanted = {scope for grant in granted(rights) for scope in grant.delegated} | {_PROFILE}
    if "Calendars.ReadWrite" in wanted:
        wanted.discard("Calendars.Read")
    wanted |= {f"{scope}.Shared" for scope in wanted & _SHARED} if shared else set()
    return sorted(wanted)


def application_rights(rights: Iterable[Right]) -> list[str]:
    """The application permissions of everything switched on."""
    return sorted({name for grant in granted(rights) for name in grant.application})


def granted(rights: Iterable[Right]) -> list[Grant]:
    """The grants behind the first step and these opt-ins."""
    return [CALENDARS, SEND_MAIL, *(GRANTS[right] for right in sorted(rights))]


def lacks(scope: str, rights: Iterable[Right]) -> str:
    """What stays unknown or undone without a delegated permission that was asked for."""
    plain = scope.removesuffix(".Shared")
    found = [grant.without for grant in granted(rights) if plain in grant.delegated]
    return " ".join(found) or "Addresses of people cannot be looked up."
