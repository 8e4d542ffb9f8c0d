"""Bringing a database to the present schema when it is opened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from noshowd.store.backend import Backend
from noshowd.store.errors import SchemaTooNew

SCRIPTS = Path(__file__).parent / "migrations"


def versions() -> tuple[str, ...]:
    """Every schema version this noshowd knows, oldest first: the numbers its migration files begin with."""
    return tuple(sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py")))


def schema_version(conn: sa.Connection) -> str | None:
    """The version the database is in, None for an empty one."""
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    found: str | None = conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def bring_up_to_date(engine: sa.Engine, backend: Backend) -> None:
    """Migrate where needed; a database of the present version is only looked at. Raises `SchemaTooNew`."""
    # whoever only looks waits for no writer
    with engine.connect().execution_options(**backend.reading()) as conn, conn.begin():
        found = _known(conn)
    if found == versions()[-1]:
        return
    if found is not None:
        backend.keep_copy(engine, found)
    with engine.connect() as conn, conn.begin():
        backend.lock_schema(conn)
        if _known(conn) != versions()[-1]:  # another worker may have been quicker
            _upgrade(conn)


def _known(conn: sa.Connection) -> str | None:
    found = schema_version(conn)
    if found is not None and found not in versions():
        raise SchemaTooNew(
            f"the database has schema {found}, this noshowd knows up to {versions()[-1]}: "
            "install the newer noshowd again, or restore the copy that was made before it migrated"
        )
    return found


def _upgrade(conn: sa.Connection) -> None:
    # Loaded only when there is something to migrate: it costs a tenth of a second at every start otherwise.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
