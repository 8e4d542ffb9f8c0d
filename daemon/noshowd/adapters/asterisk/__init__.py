"""Asterisk and FreePBX, live over the Asterisk Manager Interface."""
