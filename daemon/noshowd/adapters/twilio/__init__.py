"""Twilio: the list of calls, and signed callbacks."""
