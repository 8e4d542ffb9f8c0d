"""The configuration of the demo's daemon, written into its folder as an administrator would have written it."""

from __future__ import annotations

from pathlib import Path

from noshowd.adapters.google.scopes import Scope
from noshowd.demo.cast import ANNA, BEN, CLARA, GUESTS, IDA
from noshowd.demo.town import APPLICATION, SECRET, TENANT, Town

ZONE = "Europe/Berlin"
_TEMPLATE = """\
mode = "live"

[us]
domains       = ["nordlicht.example", "suedwind.example", "weber-beratung.example"]
language      = "en"
zone          = "{zone}"
region        = "DE"
working_hours = "Mon-Fri 08:30-18:00"
signature     = "{{name}}"

[[person]]
address = "{anna.address}"
name    = "{anna.name}"
slack   = "{anna.slack}"

[[person]]
address = "{ben.address}"
name    = "{ben.name}"
slack   = "{ben.slack}"

[[person]]
address  = "{clara.address}"
name     = "{clara.name}"
language = "de"
lines    = ["{clara.phone}"]

{contacts}
[[account]]
kind          = "google"
name          = "google-anna"
calendars     = ["{anna.address}"]
key           = {{ file = "google-anna.json" }}
writes        = true
calendar_url  = "{google}/calendar/v3"
meet_url      = "{google}"
tasks_url     = "{google}"
gmail_url     = "{google}"
directory_url = "{google}"

[[account]]
kind          = "google"
name          = "google-clara"
calendars     = ["{clara.address}"]
key           = {{ file = "google-clara.json" }}
calendar_url  = "{google}/calendar/v3"
meet_url      = "{google}"
tasks_url     = "{google}"
gmail_url     = "{google}"
directory_url = "{google}"

[[account]]
kind               = "microsoft"
tenant             = "{tenant}"
client_id          = "{application}"
secret             = {{ file = "microsoft-secret" }}
mailboxes          = ["{ben.address}"]
rights             = ["attendance_reports", "meeting_chat", "tasks"]
authority          = "{microsoft}"
graph_url          = "{microsoft}/v1.0"
instance_discovery = false
ca_file            = "{ca_file}"

[[presence]]
kind    = "google_meet"
name    = "meet-anna"
account = "google-anna"

[[presence]]
kind    = "google_meet"
name    = "meet-clara"
account = "google-clara"
lookup  = "off"

[[presence]]
kind = "teams"

[[presence]]
kind     = "sipgate"
token_id = "token-DEMO"
token    = {{ file = "sipgate-token" }}
lines    = ["{clara.phone}"]
url      = "{sipgate}"

[[presence]]
kind = "ask"

[[channel]]
kind = "slack"
bot  = {{ file = "slack-bot" }}
app  = {{ file = "slack-app" }}
url  = "{slack}"

[[channel]]
kind     = "smtp"
host     = "127.0.0.1"
port     = {smtp_port}
security = "none"
username = "noshowd"
password = {{ file = "mail-password" }}
sender   = "noshowd@nordlicht.example"

[channel.replies]
host     = "127.0.0.1"
port     = {imap_port}
security = "none"
username = "noshowd"
password = {{ file = "mail-password" }}
every    = "2 min"

[[tasks]]
kind    = "google_tasks"
name    = "google_tasks"
account = "google-anna"

[[tasks]]
kind    = "microsoft_todo"
name    = "to_do"
account = "microsoft"

[store]
url = "sqlite:///{folder}/noshowd.db"

[web]
listen     = "127.0.0.1:{web_port}"
public_url = "http://127.0.0.1:{web_port}"

[run]
owner     = "{ida.address}"
poll_near = "4 min"
poll_far  = "15 min"

[[policy]]
name  = "Clara"
match = {{ people = ["{clara.address}"] }}

[[policy.when_they_are_missing]]
after  = "5 min"
send   = "courtesy_message"
medium = ["video"]

[[policy.when_they_are_missing]]
after    = "20 min"
send     = "reschedule_offer"
approval = "auto"

# Teams tells who was there only when a call has ended: too late for a word to whoever waits.
[[policy]]
name  = "Teams"
match = {{ people = ["{ben.address}"] }}

[[policy.when_they_are_missing]]
after = "confirmed"
send  = "recall_task"

[[policy.when_they_are_missing]]
after = "20 min"
send  = "reschedule_offer"

[[policy]]
name = "everybody else"

[logging]
format = "json"
"""
_CONTACT = """\
[[contact]]
match    = "{guest.address}"
name     = "{guest.name}"
language = "{guest.language}"
"""


def write_configuration(town: Town, folder: Path, web_port: int) -> Path:
    """Write noshowd.toml and the secrets it names into `folder`; the path of the former."""
    scopes = {scope.value for scope in Scope}
    secrets = {
        "google-anna.json": town.google.access.service_account(),
        "google-clara.json": town.google.access.authorized_user(CLARA.address, scopes),
        "microsoft-secret": SECRET,
        "sipgate-token": town.sipgate.token,
        "slack-bot": town.slack.workspace.bot_token,
        "slack-app": town.slack.workspace.app_token,
        "mail-password": town.mail.post.password,
    }
    for name, secret in secrets.items():
        path = folder / name
        path.write_text(secret)
        path.chmod(0o600)
    text = _TEMPLATE.format(
        zone=ZONE,
        contacts="\n".join(_CONTACT.format(guest=guest) for guest in GUESTS),
        anna=ANNA,
        ben=BEN,
        clara=CLARA,
        ida=IDA,
        google=town.google.url,
        microsoft=town.microsoft_url,
        ca_file=town.ca_file,
        tenant=TENANT,
        application=APPLICATION,
        sipgate=town.sipgate_url,
        slack=town.slack.url.rstrip("/"),
        smtp_port=town.mail.smtp_port,
        imap_port=town.mail.imap_port,
        web_port=web_port,
        folder=folder,
    )
    path = folder / "noshowd.toml"
    path.write_text(text)
    return path
