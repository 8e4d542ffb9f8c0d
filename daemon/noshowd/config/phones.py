"""Telephone systems and services: what each of them is told in its [[presence]]."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from noshowd.config.accounts import Reach
from noshowd.config.secrets import SecretRef
from noshowd.config.values import FilePath, Name, Phone, Port, Section, Text, Url, WebhookPath, Zone


class SipgatePresence(Reach):
    """sipgate call history: knows a call only once it has ended."""

    kind: Literal["sipgate"]
    name: Name = Field(default="sipgate", description="Name of the source.")
    token_id: Text = Field(description="Id of the personal access token.", examples=["token-ABC123"])
    token: SecretRef = Field(description="The personal access token.", examples=[{"credential": "sipgate-token"}])
    lines: tuple[Phone, ...] = Field(
        default=(),
        description="Lines it sees completely; without it, all lines of the account.",
        examples=[["+49 89 23714480"]],
    )
    url: Url = Field(default="https://api.sipgate.com/v2", description="REST API.")


class SipgateWebhookPresence(Section):
    """Calls that sipgate.io tells of as they happen: proves calls and never absence. Needs [web] with public_url."""

    kind: Literal["sipgate_webhook"]
    name: Name = Field(default="sipgate_live", description="Name of the source.")
    path: WebhookPath = Field(
        default="/webhooks/sipgate",
        description="Where sipgate.io posts to, below web.public_url; an end that nobody guesses keeps strangers away.",
    )
    public_key: FilePath = Field(
        description="File with the public key that sipgate.io publishes (PEM).",
        examples=["/etc/noshowd/sipgate-io.pem"],
    )
    lines: tuple[Phone, ...] = Field(
        min_length=1, description="Our lines; calls over others are not taken.", examples=[["+49 89 23714480"]]
    )


class FritzboxPresence(Section):
    """Call monitor of an AVM FRITZ!Box in the same network (dial #96*5* once to switch it on)."""

    kind: Literal["fritzbox"]
    name: Name = Field(default="fritzbox", description="Name of the source.")
    host: Text = Field(default="fritz.box", description="The box.")
    port: Port = Field(default=1012, description="Port of its call monitor.")
    lines: tuple[Phone, ...] = Field(
        min_length=1, description="Numbers that ring at this box.", examples=[["+49 89 23714480"]]
    )
    area_code: Text | None = Field(
        default=None, description="Area code for numbers dialled without one.", examples=["089"]
    )
    zone: Zone | None = Field(
        default=None, description="Zone of the box, which writes local time; otherwise that of [us].", examples=["UTC"]
    )


class FritzboxListPresence(Section):
    """Call list of an AVM FRITZ!Box over TR-064, the slower check beside its call monitor (extra noshowd[fritzbox]).

    It knows whole minutes and never whether a short call of ours was answered.
    """

    kind: Literal["fritzbox_list"]
    name: Name = Field(default="fritzbox_list", description="Name of the source.")
    host: Text = Field(default="fritz.box", description="The box.")
    port: Port | None = Field(
        default=None, description="Port of TR-064; otherwise 49000, or 49443 with tls.", examples=[49000]
    )
    tls: bool = Field(default=False, description="Encrypt; the box signs its own certificate, which cannot be checked.")
    username: Text = Field(
        description="User of the box with the right for voice messages, fax and call list.", examples=["noshowd"]
    )
    password: SecretRef = Field(description="Its password.", examples=[{"credential": "fritzbox-password"}])
    lines: tuple[Phone, ...] = Field(
        min_length=1, description="Numbers that ring at this box.", examples=[["+49 89 23714480"]]
    )
    area_code: Text | None = Field(
        default=None, description="Area code for numbers dialled without one.", examples=["089"]
    )
    zone: Zone | None = Field(
        default=None, description="Zone of the box, which writes local time; otherwise that of [us].", examples=["UTC"]
    )


class AsteriskPresence(Section):
    """Asterisk or FreePBX, live over its manager interface (AMI), in the same network or through a tunnel."""

    kind: Literal["asterisk"]
    name: Name = Field(default="asterisk", description="Name of the source.")
    host: Text = Field(default="127.0.0.1", description="The telephone system.")
    port: Port = Field(default=5038, description="Port of its manager interface.")
    username: Text = Field(description="Manager user with the read class call and no other.", examples=["noshowd"])
    secret: SecretRef = Field(description="Its secret.", examples=[{"credential": "asterisk-secret"}])
    lines: tuple[Phone, ...] = Field(
        min_length=1,
        description="Our lines of which every call goes through this system.",
        examples=[["+49 89 23714480"]],
    )
    extensions: dict[str, Phone] = Field(
        default={}, description="Our line behind an extension.", examples=[{"201": "+49 89 23714481"}]
    )
    area_code: Text | None = Field(
        default=None, description="Area code for numbers dialled without one.", examples=["089"]
    )


class PlacetelPresence(Section):
    """Calls that Placetel tells of as they happen (notify API): proves calls and never absence. Needs [web]."""

    kind: Literal["placetel"]
    name: Name = Field(default="placetel", description="Name of the source.")
    path: WebhookPath = Field(
        default="/webhooks/placetel",
        description="Where Placetel posts to, below web.public_url (Settings, External APIs).",
    )
    secret: SecretRef = Field(
        description="The shared secret set at Placetel.", examples=[{"credential": "placetel-secret"}]
    )
    lines: tuple[Phone, ...] = Field(
        min_length=1,
        description="Our lines that are switched on for notifications; calls over others are not taken.",
        examples=[["+49 89 23714480"]],
    )


class TwilioPresence(Reach):
    """Twilio's list of calls, live and afterwards."""

    kind: Literal["twilio"]
    name: Name = Field(default="twilio", description="Name of the source.")
    account_sid: Text = Field(description="SID of the account.", examples=["AC0123456789abcdef0123456789abcdef"])
    key_sid: Text = Field(
        description="SID of an API key of this account (or that of the account itself).",
        examples=["SK0123456789abcdef0123456789abcdef"],
    )
    key: SecretRef = Field(
        description="Secret of the key (or the auth token).", examples=[{"credential": "twilio-key"}]
    )
    lines: tuple[Phone, ...] = Field(min_length=1, description="Our numbers at Twilio.", examples=[["+49 89 23714480"]])
    url: Url = Field(default="https://api.twilio.com", description="REST API.")


class TwilioCallbackPresence(Section):
    """Status callbacks of Twilio: calls as they happen; proves calls and never absence. Needs [web]."""

    kind: Literal["twilio_callback"]
    name: Name = Field(default="twilio_live", description="Name of the source.")
    path: WebhookPath = Field(
        default="/webhooks/twilio", description="Where Twilio posts to (StatusCallback), below web.public_url."
    )
    token: SecretRef = Field(
        description="Auth token of the account, or the secret of a shared key for webhooks.",
        examples=[{"credential": "twilio-token"}],
    )
    lines: tuple[Phone, ...] = Field(
        min_length=1,
        description="Our numbers at Twilio; calls over others are not taken.",
        examples=[["+49 89 23714480"]],
    )


class ThreeCxPresence(Reach):
    """3CX v20: running calls and the call history over its XAPI."""

    kind: Literal["threecx"]
    name: Name = Field(default="threecx", description="Name of the source.")
    url: Url = Field(
        description="The telephone system, with its port where it has one.", examples=["https://firma.3cx.de:5001"]
    )
    client_id: Text = Field(description="Client of Integrations, API.", examples=["noshowd"])
    secret: SecretRef = Field(description="Its API key.", examples=[{"credential": "threecx-key"}])
    lines: tuple[Phone, ...] = Field(
        min_length=1, description="Our lines at this system.", examples=[["+49 89 23714480"]]
    )
    extensions: dict[str, Phone] = Field(
        min_length=1,
        description="Our line behind each extension; calls of others are nobody's.",
        examples=[{"100": "+49 89 23714480"}],
    )
    area_code: Text | None = Field(
        default=None, description="Area code for numbers dialled without one.", examples=["089"]
    )
