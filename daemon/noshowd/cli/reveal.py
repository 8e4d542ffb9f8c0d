"""Names and verdicts of colleagues are shown only on demand, and that is noted."""

from __future__ import annotations

import syslog
from datetime import datetime
from typing import TYPE_CHECKING

from noshowd.cli.exit_codes import CommandError
from noshowd.cli.who import asker, by_service
from noshowd.store import switches
from noshowd.store.database import Database

if TYPE_CHECKING:
    from noshowd.config.model import Config


def may_reveal(config: Config) -> None:
    """Raises `CommandError` where the configuration lets nobody see names."""
    if config.privacy.pseudonymous:
        raise CommandError("[privacy] pseudonymous = true: no command shows names or verdicts of colleagues")


def note_reveal(database: Database, command: str, now: datetime) -> None:
    """Keep who last looked at names, by which command; older looks stay in the journal."""
    user = asker()
    if not by_service():  # which writes it into its own journal
        syslog.openlog("noshowd")
        syslog.syslog(f"{command}: names and verdicts of colleagues were shown to {user}")
    database.run_sync(lambda conn: switches.turn(conn, f"revealed:{command}:{user}", now.isoformat(), by=user, now=now))
