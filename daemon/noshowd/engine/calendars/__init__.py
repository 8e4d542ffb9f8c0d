"""Calendars read: listings, the mirror, and vendors that tell of changes."""
