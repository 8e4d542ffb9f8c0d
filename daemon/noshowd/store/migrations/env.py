"""How Alembic runs our migrations: always inside the transaction of whoever opened the database."""

from __future__ import annotations

from alembic import context

from noshowd.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
