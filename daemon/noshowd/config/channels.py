"""How words and tasks leave: [[channel]] and [[tasks]]."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from noshowd.config.accounts import Reach
from noshowd.config.refusal import refuse
from noshowd.config.secrets import SecretRef
from noshowd.config.values import Address, Flag, Name, Port, Section, SlackName, Text, Url, Wait


class SlackChannel(Reach):
    """Slack, to our own side only. Buttons come back over Socket Mode, without an open port."""

    kind: Literal["slack"]
    name: Name = Field(default="slack", description="Name of the channel.")
    bot: SecretRef = Field(description="Bot token (xoxb-).", examples=[{"credential": "slack-bot"}])
    app: SecretRef | None = Field(
        default=None,
        description="App-level token (xapp-) for Socket Mode; without it nobody can answer in Slack.",
        examples=[{"credential": "slack-app"}],
    )
    owner: SlackName | None = Field(
        default=None, description="Who is told about noshowd's own troubles.", examples=["anna"]
    )
    url: Url = Field(default="https://slack.com/api", description="Web API.")


class Replies(Section):
    """The mailbox in which answers by mail are read (IMAP)."""

    host: Text = Field(description="IMAP server.", examples=["imap.example.com"])
    port: Port = Field(default=993, description="Its port.")
    security: Literal["tls", "starttls", "none"] = Field(default="tls", description="none only on this machine.")
    username: Text = Field(description="Login.", examples=["termine@beispiel-beratung.de"])
    password: SecretRef = Field(description="Its password.", examples=[{"credential": "imap-password"}])
    folder: Text = Field(default="INBOX", description="Folder that is read; nothing is deleted.")
    every: Wait = Field(default=timedelta(seconds=60), description="How often it is looked into.")
    invitations: tuple[Text, ...] = Field(
        default=("INBOX",),
        max_length=5,
        description="Folders in which the mail is searched by which a guest was invited, so that a message to them"
        " answers it; [] searches nowhere.",
        examples=[["INBOX", "Sent"]],
    )


class SmtpChannel(Reach):
    """E-mail through a mail server: to our own side, and to guests."""

    kind: Literal["smtp"]
    name: Name = Field(default="smtp", description="Name of the channel.")
    host: Text = Field(description="SMTP server.", examples=["smtp.example.com"])
    port: Port = Field(default=587, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="none only on this machine.")
    username: Text | None = Field(default=None, description="Login.", examples=["termine@beispiel-beratung.de"])
    password: SecretRef | None = Field(
        default=None, description="Its password.", examples=[{"credential": "smtp-password"}]
    )
    sender: Address = Field(
        description="Address that messages of noshowd itself come from.", examples=["termine@beispiel-beratung.de"]
    )
    as_host: Flag = Field(
        default=True,
        description="Mail to guests comes from the host's own address; the server must allow it.",
    )
    replies: Replies | None = Field(default=None, description="Where answers are read.")
    timeout: Wait = Field(default=timedelta(seconds=30), description="Longest time for one message.")


class GmailChannel(Reach):
    """Gmail, from the host's own mailbox and in the invitation's thread, through an account of kind google."""

    kind: Literal["gmail"]
    name: Name = Field(default="gmail", description="Name of the channel.")
    account: Name = Field(default="google", description="Name of the [[account]].")
    may_search: Flag = Field(
        default=False, description="True if the right to read was granted: a message in doubt is then looked up."
    )
    drafts: Flag = Field(default=False, description="True puts everything for guests into the sender's drafts.")
    replies: Replies | None = Field(default=None, description="Where answers are read.")


class MicrosoftMailChannel(Reach):
    """Exchange Online mail from the host's own mailbox, through an account of kind microsoft."""

    kind: Literal["microsoft_mail"]
    name: Name = Field(default="microsoft_mail", description="Name of the channel.")
    account: Name = Field(default="microsoft", description="Name of the [[account]].")
    replies: Replies | None = Field(default=None, description="Where answers are read.")


class ExchangeMailChannel(Reach):
    """Mail of an Exchange Server from the host's own mailbox, through an account of kind exchange."""

    kind: Literal["exchange_mail"]
    name: Name = Field(default="exchange_mail", description="Name of the channel.")
    account: Name = Field(default="exchange", description="Name of the [[account]].")
    replies: Replies | None = Field(default=None, description="Where answers are read.")


Channel = Annotated[
    SlackChannel | SmtpChannel | GmailChannel | MicrosoftMailChannel | ExchangeMailChannel, Field(discriminator="kind")
]


class AccountTasks(Section):
    """Where call-back tasks are put. Without one they come as a message to the person."""

    kind: Literal["google_tasks", "microsoft_todo", "exchange"] = Field(description="Task list of which service.")
    name: Name = Field(default="tasks", description="Name of this table in messages.")
    account: Name = Field(description="Name of the [[account]] whose rights are used.", examples=["google"])
    list: Text = Field(default="noshowd", description="Title of the task list; made when it is missing.")
    hold: Wait | None = Field(
        default=None,
        description="google_tasks: keep so long free in the person's calendar for the call-back.",
        examples=["15 min"],
    )

    @model_validator(mode="after")
    def _only_google_holds(self) -> Self:
        if self.hold is not None and self.kind != "google_tasks":
            raise refuse('hold only with kind = "google_tasks"', do="Remove hold.")
        return self


class CaldavTasks(Reach):
    """Call-back tasks on a CalDAV server (Nextcloud, Radicale, mailbox.org and others)."""

    kind: Literal["caldav"]
    name: Name = Field(default="caldav", description="Name of this table in messages.")
    lists: dict[Address, Url] = Field(
        min_length=1,
        description="Whose task list lies where.",
        examples=[{"anna@beispiel-beratung.de": "https://cloud.example.com/remote.php/dav/calendars/anna/aufgaben/"}],
    )
    username: Text = Field(description="Login of somebody who may write into these lists.", examples=["anna"])
    password: SecretRef = Field(description="The password, best one for apps.", examples=[{"credential": "caldav"}])


Tasks = Annotated[AccountTasks | CaldavTasks, Field(discriminator="kind")]
