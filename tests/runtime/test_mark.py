"""A restored or copied database sends nothing to guests until a person says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from noshowd.runtime import mark
from noshowd.store import switches
from noshowd.store.database import Database, open_database
from store.samples import NINE


def _start(database: Database, folder: Path) -> bool:
    """What a daemon does at its start; whether guests are held then."""

    def work(conn: sa.Connection) -> bool:
        mark.compare(conn, folder, now=NINE)
        return switches.SENDING_HELD in switches.read(conn)

    return database.run_sync(work)


def test_an_installation_knows_its_own_database(database: Database, tmp_path: Path) -> None:
    for _ in range(4):
        assert not _start(database, tmp_path)
        database.run_sync(lambda conn: mark.renew(conn, tmp_path, now=NINE))


def test_a_database_that_came_from_elsewhere_is_held(database: Database, tmp_path: Path) -> None:
    database.run_sync(lambda conn: switches.turn(conn, switches.INSTALLATION, "else/where", by="x", now=NINE))
    assert _start(database, tmp_path)


def test_a_file_put_back_is_held_until_somebody_lifts_it(tmp_path: Path) -> None:
    live, copy = tmp_path / "noshowd.db", tmp_path / "copy.db"
    with open_database(f"sqlite:///{live}") as database:
        assert not _start(database, tmp_path)
    shutil.copy(live, copy)
    for _ in range(2):
        with open_database(f"sqlite:///{live}") as database:
            assert not _start(database, tmp_path)
    shutil.copy(copy, live)
    with open_database(f"sqlite:///{live}") as database:
        assert _start(database, tmp_path)
        assert database.run_sync(lambda conn: switches.clear(conn, switches.SENDING_HELD))
        assert not _start(database, tmp_path)


def test_dying_between_file_and_commit_holds_nobody(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        assert not _start(database, tmp_path)

        def dies(conn: sa.Connection) -> None:
            mark.renew(conn, tmp_path, now=NINE)
            conn.rollback()

        for _ in range(3):
            database.run_sync(dies)
        assert not _start(database, tmp_path)
