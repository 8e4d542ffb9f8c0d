"""What noshowd remembers: tables, queries by noun, migrations. SQLite or PostgreSQL, the same code for both."""
