"""A simulated 3CX v20: a telephone system with extensions, and its XAPI."""
