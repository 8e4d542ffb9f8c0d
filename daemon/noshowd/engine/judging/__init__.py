"""Verdicts, and what is intended because of them."""
