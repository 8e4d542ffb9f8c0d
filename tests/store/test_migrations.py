"""Every released schema can be brought to the present one, with what was stored in it and a copy beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from noshowd.store import migration
from noshowd.store.database import open_database


def lay(url: str, version: str) -> None:
    """Make a database as the noshowd of that schema version left it, with one switch set."""
    driver = url.replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(driver)
    config = Config()
    config.set_main_option("script_location", str(migration.SCRIPTS))
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, version)
        conn.execute(sa.text("INSERT INTO switch (name, value, changed_at, changed_by) VALUES ('x', 'kept', 1, 'me')"))
    engine.dispose()


@pytest.mark.parametrize("version", migration.versions())
def test_every_schema_there_was_can_be_opened(empty_url: str, version: str):
    lay(empty_url, version)
    with open_database(empty_url) as database:
        assert database.run_sync(migration.schema_version) == migration.versions()[-1]
        assert database.run_sync(lambda conn: conn.scalar(sa.text("SELECT value FROM switch"))) == "kept"


def test_a_copy_is_kept_before_a_file_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, released = tmp_path / "noshowd.db", migration.versions()[-1]
    lay(f"sqlite:///{path}", released)
    scripts = with_one_more(tmp_path / "migrations")
    with monkeypatch.context() as patched:
        patched.setattr(migration, "SCRIPTS", scripts)
        with open_database(f"sqlite:///{path}") as database:
            assert database.run_sync(migration.schema_version) == "9000"
    with open_database(f"sqlite:///{path}.version-{released}") as database:
        assert database.run_sync(migration.schema_version) == released
        assert database.run_sync(lambda conn: conn.scalar(sa.text("SELECT value FROM switch"))) == "kept"


def test_a_migration_that_fails_changes_nothing(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lay(empty_url, migration.versions()[-1])
    scripts = with_one_more(tmp_path / "migrations", then="raise RuntimeError('half way')")
    with monkeypatch.context() as patched:
        patched.setattr(migration, "SCRIPTS", scripts)
        with pytest.raises(RuntimeError, match="half way"):
            open_database(empty_url)
    with open_database(empty_url) as database:
        assert not database.run_sync(lambda conn: sa.inspect(conn).has_table("one_more"))


def with_one_more(folder: Path, then: str = "pass") -> Path:
    """Our migrations and a made-up later one."""
    versions = folder / "versions"
    versions.mkdir(parents=True)
    (folder / "env.py").write_text((migration.SCRIPTS / "env.py").read_text())
    for script in (migration.SCRIPTS / "versions").glob("[0-9]*.py"):
        (versions / script.name).write_text(script.read_text())
    (versions / "9000_one_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9000'\ndown_revision = '{migration.versions()[-1]}'\n"
        f"def upgrade():\n    op.create_table('one_more', sa.Column('x', sa.Text))\n    {then}\n"
    )
    return folder
