"""Calendars: one [[account]] for each login."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from noshowd.config.refusal import refuse
from noshowd.config.secrets import SecretRef
from noshowd.config.values import Address, FilePath, Flag, Name, ProxyUrl, Section, Text, Url


class Reach(Section):
    """How a vendor's servers are reached; each key overrides the global one."""

    ca_file: FilePath | None = Field(
        default=None,
        description="Certificates trusted for this connection, instead of the system's.",
        examples=["/etc/ssl/certs/own-ca.pem"],
    )
    proxy: ProxyUrl | None = Field(default=None, description="HTTP proxy.", examples=["http://proxy.example.com:3128"])


class GoogleAccount(Reach):
    """Google Calendar, with Meet presence, Tasks and Gmail where configured."""

    kind: Literal["google"]
    name: Name = Field(default="google", description="Name of the account in messages and other tables.")
    calendars: tuple[Address, ...] = Field(
        min_length=1,
        description="Calendars to watch; nothing else is read.",
        examples=[["anna@beispiel-beratung.de", "ben@beispiel-beratung.de"]],
    )
    key: SecretRef = Field(
        description="Key file of a service account, or an authorised user (JSON).",
        examples=[{"credential": "google-key"}],
    )
    subject: Address | None = Field(
        default=None,
        description="Whom a service account acts as where no other address is given; else the first calendar's owner.",
        examples=["anna@beispiel-beratung.de"],
    )
    writes: Flag = Field(default=False, description="May move and create events (accepted new times).")
    token_uri: Url | None = Field(
        default=None,
        description="Instead of the token address in the key.",
        examples=["https://oauth2.googleapis.com/token"],
    )
    calendar_url: Url = Field(default="https://www.googleapis.com/calendar/v3", description="Calendar API.")
    meet_url: Url = Field(default="https://meet.googleapis.com", description="Meet REST API.")
    tasks_url: Url = Field(default="https://tasks.googleapis.com", description="Tasks API.")
    gmail_url: Url = Field(default="https://gmail.googleapis.com", description="Gmail API.")
    directory_url: Url = Field(
        default="https://admin.googleapis.com", description="Admin SDK, which turns Meet ids into addresses."
    )


class MicrosoftAccount(Reach):
    """Microsoft 365 through Microsoft Graph."""

    kind: Literal["microsoft"]
    name: Name = Field(default="microsoft", description="Name of the account in messages and other tables.")
    tenant: Text = Field(description="Directory (tenant) id or domain.", examples=["beispiel.onmicrosoft.com"])
    client_id: Text = Field(
        description="Application (client) id of the app registration.",
        examples=["11111111-2222-3333-4444-555555555555"],
    )
    secret: SecretRef | None = Field(
        default=None, description="Client secret.", examples=[{"credential": "microsoft-secret"}]
    )
    certificate: SecretRef | None = Field(
        default=None,
        description="Private key and certificate (PEM), preferred to a client secret.",
        examples=[{"credential": "microsoft-certificate"}],
    )
    mailboxes: tuple[Address, ...] = Field(
        min_length=1, description="Mailboxes to watch; nothing else is read.", examples=[["anna@beispiel-beratung.de"]]
    )
    rights: Literal["read", "write"] = Field(
        default="read", description="write: may move and create events, tasks and mail (the app must be allowed to)."
    )
    authority: Url = Field(default="https://login.microsoftonline.com", description="Sign-in address of the cloud.")
    graph_url: Url = Field(default="https://graph.microsoft.com/v1.0", description="Graph address of the cloud.")
    instance_discovery: Flag = Field(default=True, description="False for a sign-in address Microsoft does not list.")

    @model_validator(mode="after")
    def _some_way_to_sign_in(self) -> Self:
        if self.secret is None and self.certificate is None:
            raise refuse("secret or certificate", do='Add secret = { credential = "microsoft-secret" }.', secret=True)
        return self


class ExchangeAccount(Reach):
    """Exchange Server through EWS (needs the extra noshowd[exchange])."""

    kind: Literal["exchange"]
    name: Name = Field(default="exchange", description="Name of the account in messages and other tables.")
    endpoint: Url | None = Field(
        default=None, description="EWS address of the server.", examples=["https://mail.example.com/EWS/Exchange.asmx"]
    )
    autodiscover: Flag = Field(default=False, description="Find the server by Autodiscover instead of endpoint.")
    username: Text = Field(
        description="Account that may read the mailboxes (impersonation or delegate).", examples=["EXAMPLE\\noshowd"]
    )
    password: SecretRef = Field(description="Its password.", examples=[{"credential": "exchange-password"}])
    auth_type: Literal["ntlm", "basic"] = Field(default="ntlm", description="How the server wants us to sign in.")
    access: Literal["impersonation", "delegate"] = Field(
        default="impersonation", description="Right by which the mailboxes are read."
    )
    mailboxes: tuple[Address, ...] = Field(
        min_length=1, description="Mailboxes to watch.", examples=[["anna@beispiel-beratung.de"]]
    )
    writes: Flag = Field(default=False, description="May move and create events and tasks.")

    @model_validator(mode="after")
    def _one_way_to_the_server(self) -> Self:
        if (self.endpoint is None) != self.autodiscover:
            raise refuse("either endpoint or autodiscover = true", do="Keep one of the two.")
        return self


Account = Annotated[GoogleAccount | MicrosoftAccount | ExchangeAccount, Field(discriminator="kind")]
