"""What tells who was there: one [[presence]] for each source."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from noshowd.config.accounts import Reach
from noshowd.config.call_records import AsteriskCdrPresence, CdrFilesPresence, CdrPresence
from noshowd.config.phones import (
    AsteriskPresence,
    FritzboxListPresence,
    FritzboxPresence,
    PlacetelPresence,
    SipgatePresence,
    SipgateWebhookPresence,
    ThreeCxPresence,
    TwilioCallbackPresence,
    TwilioPresence,
)
from noshowd.config.refusal import refuse
from noshowd.config.secrets import SecretRef
from noshowd.config.values import Name, Section, Text, Url, WebhookPath, fitting, shaped

_TOPIC = r"^projects/[^/]+/topics/[^/]+$"
_QUEUE = r"^projects/[^/]+/subscriptions/[^/]+$"
Topic = Annotated[str, shaped(_TOPIC), fitting(_TOPIC, "projects/PROJECT/topics/NAME")]
Queue = Annotated[str, shaped(_QUEUE), fitting(_QUEUE, "projects/PROJECT/subscriptions/NAME")]


class GoogleMeetPresence(Reach):
    """Google Meet, through an [[account]] of kind google."""

    kind: Literal["google_meet"]
    name: Name = Field(default="google_meet", description="Name of the source.")
    account: Name = Field(default="google", description="Name of the [[account]] whose key is used.")
    lookup: Literal["directory", "people", "off"] = Field(
        default="directory",
        description="How ids of participants become addresses: the directory (Admin SDK), the People API, or not.",
    )
    topic: Topic | None = Field(
        default=None,
        description="Pub/Sub topic by which Meet tells of comings and goings within seconds; needs queue.",
        examples=["projects/beispiel/topics/meet"],
    )
    queue: Queue | None = Field(
        default=None,
        description="Pull subscription of that topic; the key's service account must be allowed to read it.",
        examples=["projects/beispiel/subscriptions/noshowd"],
    )

    @model_validator(mode="after")
    def _topic_and_queue(self) -> Self:
        if (self.topic is None) != (self.queue is None):
            raise refuse("topic and queue together", do="Add the missing one, or remove both.")
        return self


class TeamsPresence(Reach):
    """Teams attendance and chat, through an [[account]] of kind microsoft."""

    kind: Literal["teams"]
    name: Name = Field(default="teams", description="Name of the source.")
    account: Name = Field(default="microsoft", description="Name of the [[account]] whose key is used.")
    path: WebhookPath = Field(
        default="/webhooks/teams",
        description="With the right live_roster: where Microsoft posts to, below web.public_url, which must be https.",
    )
    event_hub: SecretRef | None = Field(
        default=None,
        description="With live_roster and no open port: connection string of an Azure Event Hub with the right to "
        "listen (needs the extra noshowd[eventhub]).",
        examples=[{"credential": "event-hub"}],
    )
    event_hub_vault: Url | None = Field(
        default=None,
        description="Key Vault secret from which Microsoft reads how to send there; needs event_hub.",
        examples=["https://beispiel.vault.azure.net/secrets/graph-events"],
    )
    consumer_group: Text = Field(default="$Default", description="Consumer group of that hub.")

    @model_validator(mode="after")
    def _a_hub_to_read_and_to_write(self) -> Self:
        if (self.event_hub is None) != (self.event_hub_vault is None):
            raise refuse("event_hub and event_hub_vault together", do="Add the missing one, or remove both.")
        return self


class AskPresence(Section):
    """Our own people alone: they are asked in one tap, and nothing else is looked at."""

    kind: Literal["ask"]
    name: Name = Field(default="ask", description="Name of the source.")


Presence = Annotated[
    GoogleMeetPresence
    | TeamsPresence
    | SipgatePresence
    | SipgateWebhookPresence
    | FritzboxPresence
    | FritzboxListPresence
    | AsteriskPresence
    | CdrPresence
    | CdrFilesPresence
    | AsteriskCdrPresence
    | ThreeCxPresence
    | PlacetelPresence
    | TwilioPresence
    | TwilioCallbackPresence
    | AskPresence,
    Field(discriminator="kind"),
]
