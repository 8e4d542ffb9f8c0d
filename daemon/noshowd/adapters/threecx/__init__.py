"""3CX v20: running calls and the call history over its XAPI."""
