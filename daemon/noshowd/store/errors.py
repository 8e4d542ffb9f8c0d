"""What can go wrong with the database, in words a person can act on."""

from __future__ import annotations


class StoreError(Exception):
    """The text is one clear sentence or two: what was found and what to do. It holds no password."""


class StoreUnavailable(StoreError):
    """The database cannot be reached, read or written just now."""


class SchemaTooNew(StoreError):
    """The database was written by a newer noshowd; nothing has been changed in it."""


class LeaseLost(StoreError):
    """Somebody else holds the row by now, or it moved on: the write changed nothing."""


class Unreadable(StoreError):
    """A stored value cannot be understood by this version."""
