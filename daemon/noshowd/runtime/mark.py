"""Is this the database that this installation left? A restored or copied one must not write to guests unasked.

SQLite: the database holds a token that changes every few minutes, and the state directory knows the last two. A backup
that is put back, or a copy on another machine, holds one that is not among them. PostgreSQL, which several workers
share: the token names the server's cluster and the database, so that a dump restored elsewhere is noticed; one restored
into the same database is not, and the person who restores it says `noshowd pause` first.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from noshowd.engine.sending.alone import hold
from noshowd.store import installation, switches

_FILE = "installation"
_REASON = "this database was restored or copied"


def compare(conn: sa.Connection, folder: Path, *, now: datetime) -> bool:
    """Hold sending to guests when the database is not the one that was left; True when it was held now.

    It is another installation then: the one it was copied from may still be at work.
    """
    kept = switches.read(conn).get(switches.INSTALLATION)
    foreign = kept is not None and kept.value not in _known(conn, folder)
    if foreign:
        hold(conn, _REASON, now=now)
        installation.renew(conn, now=now)
    renew(conn, folder, now=now)
    return foreign


def renew(conn: sa.Connection, folder: Path, *, now: datetime) -> None:
    """Give the database a new token. The file knows it before it is committed, and the one before too."""
    if conn.dialect.name != "sqlite":
        token = _place(conn)
    else:
        token, before = secrets.token_hex(16), switches.read(conn).get(switches.INSTALLATION)
        _write(folder, [token] if before is None else [before.value, token])
    switches.turn(conn, switches.INSTALLATION, token, by="noshowd", now=now)


def _known(conn: sa.Connection, folder: Path) -> list[str]:
    if conn.dialect.name != "sqlite":
        return [_place(conn)]
    try:
        return (folder / _FILE).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def _write(folder: Path, tokens: list[str]) -> None:
    """Wholly or not at all."""
    fresh = folder / f"{_FILE}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write("\n".join(tokens))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / _FILE)


def _place(conn: sa.Connection) -> str:
    database = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    cluster = "(SELECT system_identifier FROM pg_control_system())"
    return str(conn.scalar(sa.text(f"SELECT {cluster} || '/' || {database}")))
