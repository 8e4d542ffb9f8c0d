"""noshowd under a real systemd, with the units that `noshowd install-service` wrote: readiness, restarts, credentials,
sandbox, reload, commands, failure, stop.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator

import pytest

from real.booted import Machine, booted, installed_tree

NOSHOWD = "/opt/noshowd/bin/noshowd"
SECRET = "as-root-knows-it"
# Nobody listens on port 9: the account is tried, and the answer is no.
CONFIG = """
[[person]]
address = "anna@example.org"
[[account]]
kind = "exchange"
endpoint = "https://127.0.0.1:9/EWS/Exchange.asmx"
username = "noshowd"
password = { credential = "exchange-password" }
auth_type = "basic"
mailboxes = ["anna@example.org"]
[web]
listen = "127.0.0.1:8642"
[[channel]]
kind = "smtp"
host = "127.0.0.1"
port = 9
security = "none"
sender = "noshowd@example.org"
"""
# No test waits for what is minutes in earnest.
IMPATIENT = "[Service]\\nRestartSec=0\\nWatchdogSec=4\\n"
#: Keeps what it is given where the sandbox of the caller lets it.
SENDMAIL = "#!/bin/sh\ncat > /var/lib/noshowd-failed/mail\n"

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with the unit and its configuration in place, and nothing started."""
    tree = installed_tree()
    etc = tree / "etc" / "noshowd"
    etc.mkdir(exist_ok=True)
    (etc / "noshowd.toml").write_text(CONFIG)
    (etc / "exchange-password").write_text(SECRET)
    (etc / "exchange-password").chmod(0o600)
    system = tree / "etc" / "systemd" / "system"
    shutil.rmtree(system / "noshowd.service.d", ignore_errors=True)
    with booted(tree) as machine:
        machine("sh", "-c", "rm -rf /var/lib/private/noshowd* /var/lib/noshowd*")
        assert "systemctl daemon-reload" in machine.tell(NOSHOWD, "install-service")
        machine.tell("sh", "-c", f"printf '{IMPATIENT}' > /etc/systemd/system/noshowd.service.d/test.conf")
        machine.tell("sh", "-c", f"cat > /usr/sbin/sendmail <<'END'\n{SENDMAIL}END\nchmod 755 /usr/sbin/sendmail")
        machine.tell("systemctl", "daemon-reload")
        yield machine


@pytest.fixture
def service(machine: Machine, program: Callable[[str], str]) -> Machine:
    """The service, started anew and ready."""
    program("systemd-nspawn")
    machine("systemctl", "reset-failed", "noshowd")  # it may never have run
    known = len(machine.journal())
    machine.tell("systemctl", "restart", "noshowd")
    _since(machine, known, until='"started"')
    return machine


def _since(machine: Machine, known: int, *, until: str) -> list[dict[str, object]]:
    """The records after the first `known`, once one has the word: the journal takes in its own time what we write."""
    _wait_until(lambda: any(until in line for line in machine.journal()[known:]))
    return [json.loads(line) for line in machine.journal()[known:]]


def _configure(machine: Machine, text: str) -> None:
    machine.tell("sh", "-c", 'printf %s "$0" > /etc/noshowd/noshowd.toml', text)


def test_started_means_that_every_account_was_tried(machine: Machine) -> None:
    machine.tell("systemctl", "stop", "noshowd")
    known = len(machine.journal())
    machine.tell("systemctl", "start", "noshowd")
    actions = [record["event"] for record in _since(machine, known, until='"started"')]
    assert actions.index("sync_failed") < actions.index("started")
    assert machine.show("StatusText") == ("shadow, watching 1 calendars, 1 of them cannot be read: see noshowd status")


@pytest.mark.parametrize(("path", "wanted"), [("readyz", "ready"), ("healthz", "ok"), ("metrics", "noshowd_calendars")])
def test_this_machine_can_ask_how_it_is(service: Machine, path: str, wanted: str) -> None:
    ask = f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:8642/{path}').read().decode())"
    assert wanted in service.tell("/opt/noshowd/bin/python", "-c", ask)


def test_the_journal_has_records_that_machines_read_and_no_secret(service: Machine) -> None:
    records = [json.loads(line) for line in service.journal()]
    assert all({"event", "action", "level", "timestamp"} <= set(record) for record in records)
    assert SECRET not in "".join(service.journal())


def test_a_killed_service_comes_back(service: Machine) -> None:
    before = service.show("MainPID")
    service.tell("systemctl", "kill", "-s", "KILL", "--kill-who=main", "noshowd")
    service.wait_for("NRestarts", "1")
    service.wait_for("ActiveState", "active")
    assert service.show("MainPID") not in (before, "0")


def test_the_watchdog_ends_a_service_that_hangs(service: Machine) -> None:
    service.tell("systemctl", "kill", "-s", "STOP", "--kill-who=main", "noshowd")
    service.wait_for("NRestarts", "1")
    service.wait_for("ActiveState", "active")
    assert "Watchdog timeout" in service.tell("journalctl", "-b", "--no-pager", "-u", "noshowd")


def test_the_credential_is_there_for_the_service_only(service: Machine) -> None:
    folder = "/run/credentials/noshowd.service"
    assert service.tell("cat", f"{folder}/exchange-password") == SECRET
    user = service.tell("stat", "-c", "%u", f"/proc/{service.show('MainPID')}").strip()
    assert int(user) >= 61184, "a user of its own (DynamicUser)"
    assert service("setpriv", "--reuid=65534", "--clear-groups", "cat", f"{folder}/exchange-password").returncode != 0
    assert SECRET not in service.tell("cat", f"/proc/{service.show('MainPID')}/environ")


def test_only_the_state_directory_can_be_written(service: Machine) -> None:
    pid = service.show("MainPID")
    user = service.tell("stat", "-c", "%u", f"/proc/{pid}").strip()
    script = "find / -path /proc -prune -o -type d -writable -print 2>/dev/null; true"
    inside = ("nsenter", "-t", pid, "-m", "--", "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    found = service.tell(*inside, "sh", "-c", script).split()
    # all but the state directory are the service's own and vanish with it
    assert set(found) == {"/tmp", "/var/tmp", "/var/lib/private/noshowd", "/run/noshowd"}
    service.tell(*inside, "touch", "/var/lib/noshowd/x")
    assert service(*inside, "touch", "/etc/x").returncode != 0


def test_the_commands_work_from_a_root_shell(service: Machine) -> None:
    status = json.loads(service(NOSHOWD, "status", "--json").stdout)
    assert len(status["workers"]) == 1
    assert any("a calendar of exchange" in trouble for trouble in status["troubles"])
    assert "Paused" in service.tell(NOSHOWD, "pause")
    assert json.loads(service(NOSHOWD, "status", "--json").stdout)["paused"] is True
    assert "Sending goes on" in service.tell(NOSHOWD, "resume")
    assert service(NOSHOWD, "meetings").returncode == 1, "there is none, which is not an error"
    assert "the key of no meeting" in service(NOSHOWD, "explain", "abc").stderr
    assert service(NOSHOWD, "check-config").returncode == 0
    assert "nothing is damaged" in service.tell(NOSHOWD, "db", "check")
    assert "complete copy" in service.tell(NOSHOWD, "db", "backup", f"/var/backups/{service.show('MainPID')}.db")
    assert json.loads(service(NOSHOWD, "export", "guest@example.com").stdout)["entries"] == []
    assert "backups and copies" in service(NOSHOWD, "forget", "guest@example.com").stdout
    assert "there is no [[account]] of kind google" in service(NOSHOWD, "auth", "google", "--client", "/x").stderr
    service.tell("systemctl", "restart", "noshowd")  # root has left nothing behind that the service cannot open


def test_a_root_shell_has_no_secret_and_doctor_tries_it_all_the_same(service: Machine) -> None:
    found = json.loads(service(NOSHOWD, "doctor", "--json").stdout)
    assert not any(one["what"] == "secret" for one in found["account exchange"]), "the service has it"
    assert {one["grade"] for one in found["account exchange"]} & {"bad", "unreached"}, "nobody listens there"
    service.tell("systemctl", "stop", "noshowd")
    alone = json.loads(service(NOSHOWD, "doctor", "--json").stdout)["account exchange"]
    assert "only there inside the service" in str(alone)


def test_what_root_asks_of_the_service_is_in_the_journal(service: Machine) -> None:
    known = len(service.journal())
    service(NOSHOWD, "meetings", "--reveal")
    record = next(one for one in _since(service, known, until='"command"') if one["event"] == "command")
    assert (record["command"], record["by"], record["reveal"]) == ("meetings", "root", True)
    service.tell("systemctl", "stop", "noshowd")
    service(NOSHOWD, "meetings", "--reveal")  # the shell does it alone, and the journal has it all the same
    said = service.tell("journalctl", "-b", "--no-pager", "-o", "cat", "-t", "noshowd")
    assert "meetings: names and verdicts of colleagues were shown to root" in said


def test_nobody_else_is_served(service: Machine) -> None:
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    assert service(*nobody, "ls", "/run/noshowd/").returncode != 0
    assert service(*nobody, NOSHOWD, "status").returncode != 0
    pid = service.show("MainPID")
    # even with the door open: the kernel says who asks
    service.tell("sh", "-c", "chmod 755 /run/noshowd; chmod 777 /run/noshowd/admin.sock")
    known = len(service.journal())
    assert service(*nobody, NOSHOWD, "status").returncode != 0
    assert _since(service, known, until="admin_refused")
    assert service.show("MainPID") == pid


def test_a_failure_for_good_is_told(service: Machine) -> None:
    service.tell("systemctl", "stop", "noshowd")
    service.tell("sh", "-c", "rm -rf /var/lib/private/noshowd-failed/*")
    _configure(service, "nonsense = 7")
    try:
        assert service("systemctl", "start", "noshowd").returncode != 0
        assert service.show("NRestarts") == "0", "a configuration does not heal by starting again"
        _wait_until(lambda: service("test", "-s", "/var/lib/noshowd-failed/mail").returncode == 0)
    finally:
        _configure(service, CONFIG)
    mail = service.tell("cat", "/var/lib/noshowd-failed/mail")
    assert "Subject: noshowd has stopped" in mail
    assert "nonsense" in mail
    assert SECRET not in mail


def test_a_backup_put_back_sends_nothing_to_guests_until_told_to(service: Machine) -> None:
    noshowd, backup, state = NOSHOWD, "/var/backups/before.db", "/var/lib/noshowd"
    held = "sending to guests is held"
    service.tell("rm", "-f", backup)
    service.tell(noshowd, "db", "backup", backup)
    service.tell("systemctl", "stop", "noshowd")
    service.tell("sh", "-c", f"cd {state} && rm -f noshowd.db-wal noshowd.db-shm && cp {backup} noshowd.db")
    service.tell("systemctl", "start", "noshowd")
    assert held in str(json.loads(service(noshowd, "status", "--json").stdout)["troubles"])
    assert "go to guests again" in service.tell(noshowd, "resume", "--guests")
    assert held not in str(json.loads(service(noshowd, "status", "--json").stdout)["troubles"])


def test_a_valid_change_is_taken_over_and_a_bad_one_refused(service: Machine) -> None:
    pid, known = service.show("MainPID"), len(service.journal())
    try:
        for text in (CONFIG.replace("anna@", "anna"), CONFIG.replace(":9/", ":10/")):
            _configure(service, text)
            assert service("systemctl", "reload", "noshowd").returncode != 0, "the shell learns of it"
            assert service("systemctl", "is-active", "noshowd").stdout == "active\n", "the old one stays"
        typed = service(NOSHOWD, "reload")
        assert (typed.returncode, "needs a restart: account" in typed.stderr) == (2, True)
        _configure(service, f'mode = "live"\n{CONFIG}')
        service.tell("systemctl", "reload", "noshowd")
        records = [r for r in _since(service, known, until='"reloaded"') if r["action"] == "reload"]
        assert "anna" in str(records[0]["problem"])
        assert [r["event"] for r in records][-3:] == ["reload_refused", "reload_refused", "reloaded"]
        _configure(service, CONFIG)
        assert "in effect" in service.tell(NOSHOWD, "reload")
        assert service.show("MainPID") == pid
    finally:
        _configure(service, CONFIG)


def _wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen within 30 s")


def test_it_stops_within_five_seconds_and_cleanly(service: Machine) -> None:
    known, began = len(service.journal()), time.monotonic()
    service.tell("systemctl", "stop", "noshowd")
    took = time.monotonic() - began
    assert (service.show("Result"), service.show("ExecMainStatus")) == ("success", "0")
    assert took < 5
    assert _since(service, known, until='"stopped"')[-1]["event"] == "stopped"


def test_systemd_has_nothing_to_complain_about(machine: Machine) -> None:
    answer = machine("systemd-analyze", "verify", "--man=no", "/etc/systemd/system/noshowd.service")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    score = machine.tell("systemd-analyze", "security", "--no-pager", "noshowd")
    exposure = re.search(r"Overall exposure level for noshowd.service: ([\d.]+)", score)
    assert exposure is not None
    assert float(exposure.group(1)) <= 2.0
