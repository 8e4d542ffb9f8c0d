"""Placetel: the notify API (calls are posted to us as they happen)."""
