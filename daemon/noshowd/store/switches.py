"""What an operator sets for every worker at once: pause, hold, the installation's mark. Read before every send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from noshowd.store.schema import switch
from noshowd.store.upsert import insert_new, upsert

#: Set: nothing leaves the house until `resume`.
PAUSED = "paused"
#: Set: nothing goes to a guest until a person lifts it (a restored or copied database, another installation on the same
#: calendars); the value says why.
SENDING_HELD = "sending_held"
#: The token by which a restored or copied database is known.
INSTALLATION = "installation"
#: Who this installation is, for others that watch the same calendars, and when a person last let it take over.
INSTALLATION_ID, TOOK_OVER = "installation_id", "took_over"
#: When noshowd first started; earlier meetings are not watched.
FIRST_STARTED = "first_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch that is set."""

    name: str
    value: str
    changed_at: datetime
    changed_by: str


def read(conn: sa.Connection) -> dict[str, Switch]:
    """All switches that are set, by name."""
    rows = conn.execute(sa.select(switch))
    return {row.name: Switch(**row._mapping) for row in rows}  # noqa: SLF001 - public in SQLAlchemy, despite its name


def turn(conn: sa.Connection, name: str, value: str, *, by: str, now: datetime) -> None:
    """Set a switch, whatever it was."""
    upsert(conn, switch, [{"name": name, "value": value, "changed_at": now, "changed_by": by}])


def settle(conn: sa.Connection, name: str, value: str, *, by: str, now: datetime) -> str:
    """Set a switch unless it is set already; the value that holds."""
    insert_new(conn, switch, [{"name": name, "value": value, "changed_at": now, "changed_by": by}])
    held: str = conn.execute(sa.select(switch.c.value).where(switch.c.name == name)).scalar_one()
    return held


def clear(conn: sa.Connection, name: str) -> bool:
    """Unset a switch; False when it was not set."""
    return conn.execute(sa.delete(switch).where(switch.c.name == name)).rowcount > 0
