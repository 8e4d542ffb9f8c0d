"""Calendars: one [[account]] for each login."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

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
    watch: Flag = Field(
        default=True, description="Have Google tell of changes, where web.public_url is an https address."
    )
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
    people_url: Url = Field(
        default="https://people.googleapis.com", description='People API, with lookup = "people" in its place.'
    )
    events_url: Url = Field(default="https://workspaceevents.googleapis.com", description="Workspace Events API.")
    pubsub_url: Url = Field(default="https://pubsub.googleapis.com", description="Pub/Sub API.")


MicrosoftRight = Literal[
    "attendance_reports",
    "live_roster",
    "meeting_chat",
    "colleague_presence",
    "tasks",
    "verify_mail",
    "move_events",
]
#: Sign-in address and Graph address of each of Microsoft's clouds.
_CLOUDS = {
    "global": ("https://login.microsoftonline.com", "https://graph.microsoft.com/v1.0"),
    "us_gov": ("https://login.microsoftonline.us", "https://graph.microsoft.us/v1.0"),
    "us_dod": ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us/v1.0"),
    "china": ("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0"),
}
#: Rights that Graph gives to an application only, and those that a national cloud does not have at all.
_APPLICATION_ONLY = frozenset({"live_roster"})
_NOT_IN_CLOUD: dict[str, frozenset[str]] = {
    "us_gov": frozenset({"live_roster"}),
    "us_dod": frozenset({"live_roster"}),
    "china": frozenset({"attendance_reports", "live_roster", "colleague_presence", "tasks"}),
}


class MicrosoftAccount(Reach):
    """Microsoft 365 through Microsoft Graph. Reads calendars and sends mail; all else is an opt-in of `rights`."""

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
    sign_in: Literal["application", "person"] = Field(
        default="application",
        description="person: the owner of the first mailbox signs in, with noshowd auth microsoft; without a secret.",
    )
    mailboxes: tuple[Address, ...] = Field(
        min_length=1, description="Mailboxes to watch; nothing else is read.", examples=[["anna@beispiel-beratung.de"]]
    )
    rights: tuple[MicrosoftRight, ...] = Field(
        default=(),
        description="Opt-ins beyond reading calendars and sending mail; noshowd doctor says what each reaches.",
        examples=[["attendance_reports", "tasks"]],
    )
    delta: Flag = Field(
        default=False, description="Ask for changes only, and read everything once an hour; for many mailboxes."
    )
    cloud: Literal["global", "us_gov", "us_dod", "china"] = Field(
        default="global", description="Which of Microsoft's clouds the tenant is in."
    )
    authority: Url = Field(
        default=_CLOUDS["global"][0], description="Sign-in address, where it is not that of the cloud."
    )
    graph_url: Url = Field(
        default=_CLOUDS["global"][1], description="Graph address, where it is not that of the cloud."
    )
    instance_discovery: Flag = Field(default=True, description="False for a sign-in address Microsoft does not list.")

    @model_validator(mode="before")
    @classmethod
    def _addresses_of_the_cloud(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("cloud"), str) and data["cloud"] in _CLOUDS:
            authority, graph = _CLOUDS[data["cloud"]]
            return {"authority": authority, "graph_url": graph} | data
        return data

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        application = self.secret is not None or self.certificate is not None
        if self.sign_in == "application" and not application:
            raise refuse(
                'secret or certificate, or sign_in = "person"',
                do='Add secret = { credential = "microsoft-secret" }.',
                secret=True,
            )
        if self.sign_in == "person" and application:
            raise refuse(
                'no secret and no certificate with sign_in = "person"', do="Keep one of the two ways.", secret=True
            )
        return self

    @model_validator(mode="after")
    def _rights_can_be_had(self) -> Self:
        if self.sign_in == "person":
            self._refuse_rights(_APPLICATION_ONLY, "Graph gives {} to an application only, not to one person")
        self._refuse_rights(_NOT_IN_CLOUD.get(self.cloud, frozenset()), f"cloud {self.cloud} has no {{}}")
        return self

    def _refuse_rights(self, closed: frozenset[str], why: str) -> None:
        asked = sorted(closed & set(self.rights))
        if asked:
            raise refuse(why.format(", ".join(asked)), do=f"Remove {', '.join(asked)} from rights.")


_EXCHANGE_ONLINE = (".outlook.office365.com", ".outlook.office.com", ".outlook.com", ".office365.us", ".outlook.cn")


class ExchangeAccount(Reach):
    """Exchange Server through EWS (needs the extra noshowd[exchange])."""

    kind: Literal["exchange"]
    name: Name = Field(default="exchange", description="Name of the account in messages and other tables.")
    endpoint: Url | None = Field(
        default=None, description="EWS address of the server.", examples=["https://mail.example.com/EWS/Exchange.asmx"]
    )
    autodiscover: Flag = Field(default=False, description="Find the server by Autodiscover instead of endpoint.")
    username: Text | None = Field(
        default=None,
        description="Account that may read the mailboxes (impersonation or delegate).",
        examples=["EXAMPLE\\noshowd"],
    )
    password: SecretRef | None = Field(
        default=None, description="Its password.", examples=[{"credential": "exchange-password"}]
    )
    auth_type: Literal["ntlm", "basic", "oauth"] | None = Field(
        default=None, description="How the server wants us to sign in; ntlm if left out.", examples=["oauth"]
    )
    token_url: Url | None = Field(
        default=None,
        description='With auth_type = "oauth": where tokens come from.',
        examples=["https://adfs.example.com/adfs/oauth2/token"],
    )
    client_id: Text | None = Field(
        default=None,
        description="With oauth: the application that is registered there.",
        examples=["11111111-2222-3333-4444-555555555555"],
    )
    client_secret: SecretRef | None = Field(
        default=None,
        description="Its secret; without username and password the application signs in itself.",
        examples=[{"credential": "exchange-client-secret"}],
    )
    scope: Text | None = Field(
        default=None,
        description="With oauth: what the token is asked for.",
        examples=["https://mail.example.com/user_impersonation"],
    )
    access: Literal["impersonation", "delegate"] = Field(
        default="impersonation", description="Right by which the mailboxes are read."
    )
    mailboxes: tuple[Address, ...] = Field(
        min_length=1, description="Mailboxes to watch.", examples=[["anna@beispiel-beratung.de"]]
    )
    delta: Flag = Field(
        default=False,
        description="Ask whether anything changed, and read a calendar then and once an hour; for many mailboxes.",
    )
    writes: Flag = Field(default=False, description="May move and create events and tasks.")

    @field_validator("endpoint")
    @classmethod
    def _a_server_of_ones_own(cls, endpoint: str | None) -> str | None:
        """EWS of Exchange Online ends on 1 April 2027, and before that wherever it is not asked for."""
        host = urlsplit(endpoint or "").hostname or ""
        if f".{host}".endswith(_EXCHANGE_ONLINE):
            raise refuse(
                "the EWS address of an Exchange Server of one's own; Exchange Online switches EWS off",
                do='Use [[account]] with kind = "microsoft" (Microsoft Graph) for these mailboxes.',
            )
        return endpoint

    @model_validator(mode="after")
    def _one_way_to_the_server(self) -> Self:
        if (self.endpoint is None) != self.autodiscover:
            raise refuse("either endpoint or autodiscover = true", do="Keep one of the two.")
        return self

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        account = (self.username, self.password)
        told = (self.token_url, self.client_id, self.client_secret, self.scope)
        if (self.username is None) != (self.password is None):
            raise refuse("username and password, or neither", do="An account signs in with both.")
        if self.auth_type != "oauth":
            if None in account:
                raise refuse('username and password, or auth_type = "oauth"', do="Name the account that signs in.")
            if any(one is not None for one in told):
                raise refuse(
                    'token_url, client_id, client_secret and scope with auth_type = "oauth" only',
                    do='Set auth_type = "oauth", or remove them.',
                )
            return self
        if None in (self.token_url, self.client_id, self.scope, self.endpoint):
            raise refuse("token_url, client_id, scope and endpoint together", do="Tokens are asked for one server.")
        if not str(self.token_url).startswith("https://"):
            raise refuse("a token_url that is https", do="A password is never sent there in the clear.")
        if self.username is None and self.client_secret is None:
            raise refuse(
                "username and password, or client_secret", do="Name who signs in: an account or an application."
            )
        return self


Account = Annotated[GoogleAccount | MicrosoftAccount | ExchangeAccount, Field(discriminator="kind")]
