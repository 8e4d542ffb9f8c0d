"""Speaks to a person: reads what was typed, calls the floors below, prints words or JSON."""
