"""A simulated day: the real daemon and its real adapters against simulated vendors on loopback."""
