"""Alembic migrations, one file a schema version, never changed once released."""
